"""The rooms by name, with their keys, and the one that shows marked: by a sign too, not by colour alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from hushkey.tui.key_names import brief
from hushkey.tui.keymap import Keymap
from hushkey.tui.rooms import ROOMS

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.screen import Screen

_DOORS: Final = (  # name, title, the action of the table whose key leads there, Textual's action
    ("type", "Type", "back", "dismiss"),
    *((room.name, room.title, room.name, f"app.room('{room.name}')") for room in ROOMS),
    ("sharing", "Sharing", "sharing", "app.sharing"),
)


class Door(Static):
    """One room's name; a click goes there."""

    def __init__(self, label: Content, action: str, *, here: bool) -> None:
        super().__init__(label, classes="-here" if here else "")
        self._action = "" if here else action

    async def on_click(self) -> None:
        """Go there; a click on where one is does nothing."""
        if (
            self._action == "dismiss"
        ):  # as the room's own key does, which may have something to drop
            await self.app.run_action(_way_back(self.screen), self.screen)
        elif self._action:
            await self.app.run_action(self._action, self.screen)


class RoomBar(Horizontal):
    """A line for the head of a room."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        """Lay out the names; the keys are those that hold."""
        keymap = getattr(getattr(self.app, "preferences", None), "keymap", Keymap())
        for name, title, known, action in _DOORS:
            here = name == self._here
            key = "" if known == "back" else brief(keymap.of(known)[0])  # the footer has that one
            there = Content.assemble(f"{title} " if key else title, (key, "$accent"))
            yield Door(Content(f"▸{title}") if here else there, action, here=here)


def _way_back(screen: Screen[Any]) -> str:
    """Return the screen's own action of Esc: it may have something to drop first."""
    return next(
        (
            each.binding.action
            for each in screen.active_bindings.values()
            if each.binding.id == "back"
        ),
        "dismiss",
    )
