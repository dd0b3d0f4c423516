"""What the help says: what has the focus and its keys, then the screen's, then those that hold everywhere.

It is read off the live bindings, so that a key from the config file stands here as it is pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from textual.widgets import Button, DataTable, Input, OptionList, TextArea

from hushkey.tui.actions import BY_ID
from hushkey.tui.key_names import spoken
from hushkey.tui.widgets.editing_keys import TEXT_AREA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.app import App
    from textual.binding import ActiveBinding, Binding
    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.widget import Widget

    from hushkey.tui.keymap import Keymap

Row = tuple[str, str]
_KINDS: Final[Mapping[type[Any], str]] = {
    Button: "A button",
    DataTable: "A table",
    Input: "A field",
    OptionList: "A list",
    TextArea: "The text",
}
_OWN_WORDS: Final[Mapping[str, str]] = {  # where Textual's are terse
    "press": "Press it",
    "submit": "Done",
    "screen.copy_text": "Copy what was marked with the mouse",
    "app.focus_next": BY_ID["next_field"].does,
    "app.focus_previous": BY_ID["field_before"].does,
}
_BETWEEN_FIELDS: Final = frozenset({"app.focus_next", "app.focus_previous"})


@dataclass(frozen=True, slots=True)
class HelpSection:
    """One part of the help: a title, a sentence or none, and the keys with what they do."""

    title: str
    note: str
    rows: tuple[Row, ...]


def sections(screen: Screen[Any], keymap: Keymap) -> tuple[HelpSection, ...]:
    """Return what is to be said of a screen as it is now."""
    focused = screen.focused
    here: list[ActiveBinding] = []
    editing: list[ActiveBinding] = []
    on_screen: list[ActiveBinding] = []
    everywhere: list[Binding] = []
    alone = len(screen.focus_chain) < 2
    for active in screen.active_bindings.values():
        if alone and active.binding.action in _BETWEEN_FIELDS:
            continue
        known = BY_ID.get(active.binding.id or "")
        if (known and known.where == "everywhere") or active.node is screen.app:
            everywhere.append(active.binding)
        elif active.node is screen:
            on_screen.append(active)
        elif active.binding.id in TEXT_AREA:
            editing.append(active)
        else:
            here.append(active)
    if screen.is_modal:
        everywhere = _above(screen.app, keymap)
    said = [
        HelpSection(name_of(focused), _note(focused), _rows(each.binding for each in here)),
        HelpSection(
            "This card" if screen.is_modal else "This screen",
            _note(screen),
            _rows(each.binding for each in on_screen),
        ),
        HelpSection("Everywhere", "", _rows(everywhere)),
        HelpSection("Moving and editing", "", _rows(each.binding for each in editing)),
    ]
    return tuple(each for each in said if each.rows or each.note)


def name_of(widget: Widget | None) -> str:
    """Name what has the focus, by what it says of itself; never by what was typed in it."""
    if widget is None:
        return "Nothing has the focus"
    if (
        title := vars(type(widget)).get("BINDING_GROUP_TITLE")
        if type(widget) not in _KINDS
        else None
    ):
        return str(title)
    if isinstance(widget, Button):
        return f"The button “{getattr(widget.label, 'plain', widget.label)}”"
    if isinstance(widget, Input) and widget.placeholder:
        return f"The field “{widget.placeholder}”"
    return next((said for kind, said in _KINDS.items() if isinstance(widget, kind)), "Here")


def _note(node: DOMNode | None) -> str:
    return (getattr(node, "HELP", None) or "").strip()


def _above(app: App[Any], keymap: Keymap) -> list[Binding]:
    """Return the app's keys that hold above a card too: there, what is live ends with the card."""
    return [
        each.with_key(key)
        for each in app.BINDINGS
        if not isinstance(each, tuple) and each.priority and each.id
        if app.check_action(each.action.partition("(")[0], ())
        for key in keymap.of(each.id)
    ]


def _rows(bindings: Iterable[Binding]) -> tuple[Row, ...]:
    """Return a row for each action, its keys together, in the order of the bindings."""
    keys: dict[str, list[str]] = {}
    does: dict[str, str] = {}
    for each in bindings:
        name = each.id or each.action
        text = each.tooltip or each.description
        if text and not each.system:
            keys.setdefault(name, []).append(spoken(each.key))
            does[name] = _OWN_WORDS.get(each.action, text)
    return tuple((", ".join(keys[name]), does[name]) for name in keys)
