"""What the owner may set. One frozen value, each key said beside itself; it knows no file."""

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from hushkey.keyboard.errors import SettingRefused
from hushkey.model.plans import PERSONAL_PRESETS


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one profile, kept in its encrypted database."""

    learning: bool = True
    """Whether finished lines are kept and learned."""
    background_learning: bool = True
    """Whether the adapter may be trained unasked, when the machine is idle and on mains power."""
    learn_plan: str = "small"
    """What is trained: tiny, small or full; more of it predicts better and takes more memory."""
    learn_minutes: int = 30
    """Time after which a training stops; it goes on from there the next time."""
    keep_days: int = 0
    """Age in days after which lines are deleted; 0 keeps them."""
    keep_megabytes: int = 64
    """Size of the history's text beyond which the oldest lines are deleted."""
    phrases: bool = True
    """Whether the one or two words that are likely to follow are offered with a word."""
    corrections: bool = True
    """Whether a word that was probably mistyped may be corrected."""
    backspace_reverts: bool = False
    """Whether Backspace, as the next key after a correction was taken, puts back what was typed."""
    emoji: bool = False
    """Whether an emoji is offered behind the words that earn one, in the place of the third word."""
    floor: float = 0.004
    """Chance below which a word is not shown before its first letter; 0 shows everything."""
    sightings_offered: int = 2
    """Uses from which a word that only you use is offered, marked as new."""
    sightings_trusted: int = 3
    """Uses from which such a word is offered as any other."""
    surfaces_off: str = ""
    """Surfaces whose finished lines are neither kept nor learned: names with commas between them."""
    surfaces_silent: str = ""
    """Surfaces that are offered no suggestions: names with commas between them."""

    def learns_from(self, surface: str) -> bool:
        """Whether a line that was finished on a surface is kept and learned."""
        return self.learning and surface not in _names(self.surfaces_off)

    def suggests_in(self, surface: str) -> bool:
        """Whether a surface is offered suggestions."""
        return surface not in _names(self.surfaces_silent)

    def switched(
        self, surface: str, *, learns: bool | None = None, suggests: bool | None = None
    ) -> dict[str, str]:
        """Return the changes that turn one surface's switches, with all others as they are."""
        wanted = {"surfaces_off": learns, "surfaces_silent": suggests}
        changes: dict[str, str] = {}
        for name, on in wanted.items():
            if on is not None:
                others = {*_names(getattr(self, name))} - {surface}
                changes[name] = ",".join(sorted(others if on else others | {surface}))
        return changes

    @property
    def named_surfaces(self) -> frozenset[str]:
        """Every surface of which a switch is off."""
        return frozenset(_names(self.surfaces_off) + _names(self.surfaces_silent))

    def replace(self, **changes: Any) -> "Settings":
        """Return the settings with some changed.

        Raises TypeError for a name that is none, SettingRefused for a value that the name cannot have.
        """
        return replace(self, **{name: _fitting(name, value) for name, value in changes.items()})

    def as_dict(self) -> dict[str, Any]:
        """Return the settings by name."""
        return asdict(self)


_CHOICES: Mapping[str, tuple[str, ...]] = {"learn_plan": PERSONAL_PRESETS}
_RANGES: Mapping[str, tuple[float, float]] = {  # both ends included
    "learn_minutes": (1, 1_440),
    "keep_days": (0, 36_500),
    "keep_megabytes": (1, 100_000),
    "floor": (0.0, 1.0),
    "sightings_offered": (1, 100),
    "sightings_trusted": (1, 100),
}
_SURFACES = frozenset({"surfaces_off", "surfaces_silent"})
_NAME = re.compile(r"[a-z0-9][a-z0-9._:-]{0,31}")
_NOBODY = frozenset({"", "none"})
_SPELLINGS: Mapping[str, bool] = {
    **dict.fromkeys(("on", "true", "yes"), True),
    **dict.fromkeys(("off", "false", "no"), False),
}


def is_surface_name(name: str) -> bool:
    """Whether a name can be written in the settings: small letters, digits and . _ : - in between, at most 32."""
    return _NAME.fullmatch(name) is not None and name not in _NOBODY


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Return the settings that saved values make; names and values of other versions are passed over."""
    settings = Settings()
    for field in fields(Settings):
        if field.name in values:
            try:
                settings = settings.replace(**{field.name: values[field.name]})
            except SettingRefused:
                continue
    return settings


def parsed(name: str, text: str) -> dict[str, Any]:
    """Return {name: value} as a person writes them: `emoji on`, `keep-days 30`.

    Raises SettingRefused, which names the nearest setting where there is none of that name.
    """
    known = {field.name: getattr(Settings(), field.name) for field in fields(Settings)}
    key = name.strip().lower().replace("-", "_").replace(" ", "_")
    if key not in known:
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "'hushkey settings' lists them"
        raise SettingRefused(f"there is no setting of that name; nothing was changed; {hint}")
    written = text.strip().lower()
    if isinstance(known[key], bool):
        return {key: _fitting(key, _SPELLINGS.get(written, written))}
    if key in _CHOICES or key in _SURFACES:
        return {key: _fitting(key, written)}
    try:
        number = float(written) if isinstance(known[key], float) else int(written)
    except ValueError:
        raise _refused(key) from None
    return {key: _fitting(key, number)}


def _fitting(name: str, value: Any) -> Any:
    """Return a value in the type of its setting; an unknown name's is left as it is."""
    default = getattr(Settings(), name, None)
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if default is None or callable(default):
        return value
    if name in _SURFACES and isinstance(value, str):
        return _listed(name, value)
    if name in _CHOICES and value not in _CHOICES[name]:
        raise _refused(name)
    low, high = _RANGES.get(name, (-math.inf, math.inf))
    if type(value) is not type(default) or (name in _RANGES and not low <= value <= high):
        raise _refused(name)
    return value


def _names(listed: str) -> list[str]:
    return listed.split(",") if listed else []


def _listed(name: str, value: str) -> str:
    """Return names of surfaces in the one way to write them: sorted, each once."""
    names = {part for part in re.split(r"[,\s]+", value.strip()) if part not in _NOBODY}
    if not all(map(_NAME.fullmatch, names)):
        raise _refused(name)
    return ",".join(sorted(names))


def _refused(name: str) -> SettingRefused:
    if name in _SURFACES:
        wanted = "none, or names of surfaces such as shell,lsp"
    elif name in _CHOICES:
        *most, last = _CHOICES[name]
        wanted = f"{', '.join(most)} or {last}"
    elif name not in _RANGES:
        wanted = "on or off"
    else:
        low, high = _RANGES[name]
        whole = not isinstance(getattr(Settings(), name), float)
        wanted = f"a {'whole ' if whole else ''}number from {low:g} to {high:g}"
    return SettingRefused(f"{name} must be {wanted}; nothing was changed")
