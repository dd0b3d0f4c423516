"""From the `[keys]` of the config file to the keys of every action. Pure; a fault is told, never fatal.

What is wrong in the file leaves the actions that it concerns with the keys as shipped.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from hushkey.tui.actions import ACTIONS, BY_ID, PLACES, Action, meet
from hushkey.tui.key_names import UnknownKey, parse, spoken, spoken_all, types_text

if TYPE_CHECKING:
    from collections.abc import Mapping

Keys = tuple[str, ...]
_FIELDS = frozenset({"enter", "tab", "shift+tab", "escape", "backspace", "delete"})
_FIELDS |= {"up", "down", "left", "right", "home", "end", "pageup", "pagedown"}


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys of every action: `chosen` holds those that the file changes, `faults` what is wrong in it."""

    chosen: Mapping[str, Keys] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def of(self, action: str) -> Keys:
        """Return the keys of an action. Raises KeyError."""
        return self.chosen.get(action, BY_ID[action].keys)

    def overrides(self) -> dict[str, str]:
        """Return what Textual is to be given: what changed, and what shares a key with it.

        Textual takes a key away from all that have it, so that those are to be named with their keys; and it
        moves what is named behind what is not, so that for a footer to keep its order all of it is named.
        """
        if not self.chosen:
            return {}
        # Of the text's own keys, which are most and are looked through at each press, as few as can be.
        text = {each.id for each in ACTIONS if each.where == "editing"}
        names = {each.id for each in ACTIONS} - text
        more = text & set(self.chosen)
        while more:
            names |= more
            touched = {key for name in names & text for key in (*self.of(name), *BY_ID[name].keys)}
            more = {name for name in text if touched.intersection(BY_ID[name].keys)} - names
        return {each.id: ",".join(self.of(each.id)) for each in ACTIONS if each.id in names}


def resolve(written: Mapping[str, object]) -> Keymap:
    """Return the keys as written, as far as they hold."""
    chosen: dict[str, Keys] = {}
    faults: list[str] = []
    for name, value in written.items():
        try:
            chosen[name] = _keys_for(name, value)
        except ValueError as refusal:
            faults.append(str(refusal))
    faults += _settle(chosen)
    return Keymap({n: keys for n, keys in chosen.items() if keys != BY_ID[n].keys}, tuple(faults))


def _keys_for(name: str, value: object) -> Keys:
    action = BY_ID.get(name)
    if action is None:
        near = difflib.get_close_matches(name, BY_ID, n=1)
        hint = f" Did you mean “{near[0]}”?" if near else " 'hushkey keys' lists them."
        raise ValueError(f"[keys] {name}: there is no such action.{hint}")
    stays = f"it keeps {spoken_all(action.keys)}."
    if action.fixed:
        raise ValueError(f"[keys] {name}: its key cannot be changed; {stays}")
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(k, str) for k in listed):
        raise ValueError(f'[keys] {name}: write a key, "f8", or several, ["f8", "alt+p"]; {stays}')
    try:
        keys = tuple(dict.fromkeys(parse(key) for key in listed))
    except UnknownKey as unknown:
        raise ValueError(f"[keys] {name}: {unknown}; {stays}") from None
    for key in keys:
        if why := _eats(action, key):
            raise ValueError(f"[keys] {name}: {spoken(key)} {why}; {stays}")
    return keys


def _eats(action: Action, key: str) -> str:
    """Say what a key is needed for where it would be taken away; "" where nothing."""
    if action.where in {"typing", "editing", "everywhere"}:
        if types_text(key):
            return "types a character"
        if key == "tab" and action.id != "accept_first":
            return "is for accept_first alone"
    if action.where == "everywhere" and key in _FIELDS:
        return "is needed in every field"
    return ""


def _settle(chosen: dict[str, Keys]) -> list[str]:
    """Take back, in place, what gives one key to two actions; return what to say of it."""
    faults: list[str] = []
    while clash := _first_clash(chosen):
        loser, other, key = clash
        del chosen[loser]
        where = PLACES[BY_ID[other].where].lower()
        faults.append(
            f"[keys] {loser}: {spoken(key)} is the key of {other}, {where}; "
            f"it keeps {spoken_all(BY_ID[loser].keys)}."
        )
    return faults


def _first_clash(chosen: Mapping[str, Keys]) -> tuple[str, str, str] | None:
    """Return who is to give way, to whom, and the key; what the file says later gives way."""
    later = {name: place for place, name in enumerate(chosen)}
    keymap = Keymap(chosen)
    for one, other in combinations(ACTIONS, 2):
        if not later.keys() & {one.id, other.id} or not meet(one, other):
            continue
        shared = [key for key in keymap.of(one.id) if key in keymap.of(other.id)]
        if shared:
            first, second = sorted((one.id, other.id), key=lambda name: later.get(name, -1))
            return second, first, shared[0]
    return None
