"""A checkbox that tells without colour which way it stands."""

from __future__ import annotations

from textual.widgets import Checkbox


class Tick(Checkbox):
    """Crossed while on, empty while off."""

    BINDING_GROUP_TITLE = "A switch"

    def __init__(
        self, label: str, value: bool, *, classes: str = "", disabled: bool = False
    ) -> None:
        super().__init__(label, value, classes=classes, disabled=disabled, compact=True)
        self._cross()

    def watch_value(self) -> None:
        """Cross it, or empty it, and say that it was turned."""
        self._cross()
        super().watch_value()

    def _cross(self) -> None:
        self.BUTTON_INNER = "x" if self.value else " "
