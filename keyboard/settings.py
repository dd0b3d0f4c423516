"""What the owner may set. One frozen value, each key said beside itself; it knows no file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one profile, kept in its encrypted database."""

    learning: bool = True
    """Whether finished lines are kept and learned."""
    background_learning: bool = True
    """Whether the adapter may be trained unasked, when the machine is idle and on mains power."""
    keep_days: int = 0
    """Age in days after which lines are deleted; 0 keeps them."""
    keep_megabytes: int = 64
    """Size of the history's text beyond which the oldest lines are deleted."""

    def replace(self, **changes: Any) -> "Settings":
        """Return the settings with some changed. Raises TypeError for a name that is none."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Return the settings by name."""
        return asdict(self)


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Return the settings that saved values make; names of other versions are passed over."""
    defaults = Settings()
    known: dict[str, Any] = {}
    for field in fields(Settings):
        value = values.get(field.name)
        if type(value) is type(getattr(defaults, field.name)):
            known[field.name] = value
    return Settings(**known)
