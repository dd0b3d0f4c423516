"""The keys of the text itself: `TextArea`'s own actions under the names of our table, and ours before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hushkey.tui.bound import bound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.binding import Binding

_SUGGESTIONS: Final[Mapping[str, str]] = {
    "accept": "take_ghost",
    "accept_word": "take_ghost_word",
    "accept_1": "take(0)",
    "accept_2": "take(1)",
    "accept_3": "take(2)",
    "dismiss": "dismiss",
}
TEXT_AREA: Final[Mapping[str, str]] = {
    "cursor_up": "cursor_up",
    "cursor_down": "cursor_down",
    "cursor_left": "cursor_left",
    "cursor_right": "cursor_right",
    "word_left": "cursor_word_left",
    "word_right": "cursor_word_right",
    "line_start": "cursor_line_start",
    "line_end": "cursor_line_end",
    "page_up": "cursor_page_up",
    "page_down": "cursor_page_down",
    "select_up": "cursor_up(True)",
    "select_down": "cursor_down(True)",
    "select_left": "cursor_left(True)",
    "select_right": "cursor_right(True)",
    "select_word_left": "cursor_word_left(True)",
    "select_word_right": "cursor_word_right(True)",
    "select_line_start": "cursor_line_start(True)",
    "select_line_end": "cursor_line_end(True)",
    "delete_left": "delete_left",
    "delete_right": "delete_right",
    "delete_word_left": "delete_word_left",
    "delete_word_right": "delete_word_right",
    "delete_to_line_start": "delete_to_start_of_line",
    "delete_to_line_end": "delete_to_end_of_line_or_delete_line",
    "delete_line": "delete_line",
    "cut": "cut",
    "copy": "copy",
    "paste": "paste",
    "undo": "undo",
    "redo": "redo",
}

EDITING: Final[tuple[Binding, ...]] = tuple(
    bound(name, action, show=False) for name, action in (*_SUGGESTIONS.items(), *TEXT_AREA.items())
)
