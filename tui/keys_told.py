"""The keys as text: a table to print, the rows of docs/keys.md, a config file to begin with. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from hushkey.tui.actions import ACTIONS, PLACES
from hushkey.tui.key_names import caution, spoken, spoken_all
from hushkey.tui.preferences import THEMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushkey.tui.actions import Place
    from hushkey.tui.keymap import Keymap


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One action with its keys as they are now."""

    action: str
    keys: tuple[str, ...]
    where: Place
    does: str
    changed: bool
    changeable: bool


def rows(keymap: Keymap) -> list[KeyRow]:
    """Return a row for every action."""
    return [
        KeyRow(
            each.id,
            keymap.of(each.id),
            each.where,
            each.does,
            changed=each.id in keymap.chosen,
            changeable=not each.fixed,
        )
        for each in ACTIONS
    ]


def printed(listed: Sequence[KeyRow]) -> Iterator[tuple[str, str, str]]:
    """Return the table's lines: keys, the action's name, what it does; * marks what the file changed."""
    for where, group in groupby(listed, lambda row: row.where):
        if where != listed[0].where:
            yield "", "", ""
        yield PLACES[where].upper(), "", ""
        for row in group:
            name = f"{row.action}{'*' if row.changed else ''}" if row.changeable else "-"
            yield spoken_all(row.keys), name, row.does


def documented() -> str:
    """Return the tables of docs/keys.md."""
    parts = []
    for where, group in groupby(ACTIONS, lambda action: action.where):
        lines = [f"### {PLACES[where]}", "", "| keys | name | what it does |", "|---|---|---|"]
        for each in group:
            name = "cannot be changed" if each.fixed else f"`{each.id}`"
            lines.append(f"| {spoken_all(each.keys)} | {name} | {each.does} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def cautioned() -> str:
    """Return the table of keys that may not reach the app, for docs/keys.md."""
    held: dict[str, str] = {}
    for each in ACTIONS:
        for key in each.keys:
            if why := caution(key):
                others = [
                    spoken(other) for other in each.keys if other != key and not caution(other)
                ]
                held[key] = f"| {spoken(key)} | {why} | {', '.join(others) or f'`{each.id}`'} |"
    return "\n".join(
        ["| key | what may keep it | instead, or set |", "|---|---|---|", *held.values()]
    )


def file() -> str:
    """Return a config file that changes nothing: every key as shipped, as a comment."""
    lines = [
        "# hushkey's keys and look. 'hushkey keys' prints what holds; 'hushkey doctor' says what is wrong.",
        '# A line counts without the # before it. A key is one ("f8") or several (["f8", "alt+p"]).',
        "",
        "[app]",
        f'# theme = "{THEMES[0]}"  # or {", ".join(THEMES[1:])}',
        "",
        "[keys]",
    ]
    for where, group in groupby(ACTIONS, lambda action: action.where):
        changeable = [each for each in group if not each.fixed]
        if changeable:
            lines += ["", f"# {PLACES[where]}"]
        for each in changeable:
            value = json.dumps(list(each.keys) if len(each.keys) > 1 else each.keys[0])
            lines.append(f"# {each.id} = {value}  # {each.does}")
    return "\n".join(lines) + "\n"


def fill(page: str) -> str:
    """Return docs/keys.md with its tables as the code has them."""
    for name, table in (("keys", documented()), ("kept", cautioned())):
        head, mark, rest = page.partition(f"<!-- {name} -->")
        _, end, tail = rest.partition("<!-- end -->")
        page = f"{head}{mark}\n\n{table}\n\n{end}{tail}"
    return page
