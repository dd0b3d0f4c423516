"""A binding of an action of the table: its keys, its name for the config file, and what it does, from one place."""

from __future__ import annotations

from textual.binding import Binding

from hushkey.tui.actions import BY_ID


def bound(
    name: str, action: str, label: str = "", *, show: bool = True, priority: bool = False
) -> Binding:
    """Bind a Textual action to the keys that the table has under `name`; `label` is for the footer.

    A footer has no room for what it does: that is the tooltip, and what the help says.
    """
    known = BY_ID[name]
    return Binding(
        ",".join(known.keys),
        action,
        label or known.does,
        show=show and bool(label),
        priority=priority,
        tooltip=known.does,
        id=name,
    )
