"""What the command palette lists: every action that has a key where one is, from the live bindings."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.screen import Screen

from hushkey.tui.actions import BY_ID
from hushkey.tui.key_names import spoken
from hushkey.tui.widgets.editing_keys import TEXT_AREA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import Binding

_NOT_LISTED = frozenset({"palette", "next_field", "field_before"})


def commands(screen: Screen[Any]) -> Iterator[SystemCommand]:
    """List each action of the screen once; what moves the cursor shows when it is searched for."""
    listed: set[str] = set()
    for node, binding, enabled, _ in screen.active_bindings.values():
        known = binding.id in BY_ID or isinstance(node, Screen)
        name = binding.id or binding.action
        if not (known and enabled and binding.description) or name in listed | _NOT_LISTED:
            continue
        listed.add(name)
        title, note = told(binding)
        run = partial(screen.app.call_later, screen.app.run_action, binding.action, node)
        yield SystemCommand(title, note, run, discover=binding.id not in TEXT_AREA)


def told(binding: Binding) -> tuple[str, str]:
    """Return a binding's title and what is said below it, its key last."""
    does = binding.tooltip or binding.description
    title, *more = re.split(r"[:;,]\s*", does, maxsplit=1)
    rest = more[0] if more else ""
    said = f"{rest[:1].upper()}{rest[1:]} · " if rest else ""
    return title, said + spoken(binding.key)
