"""Every action that has a key: its name in the config file, its keys as shipped, where it holds. Pure.

The screens' bindings take their keys from here (`bound.py`), as do `hushkey keys` and docs/keys.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = Literal[
    "everywhere", "typing", "editing", "rooms", "learned", "learning", "privacy", "sharing", "cards"
]

PLACES: Final[Mapping[Place, str]] = {
    "everywhere": "Everywhere",
    "typing": "Where you type",
    "editing": "In the text",
    "rooms": "In every room",
    "learned": "In Learned",
    "learning": "In Learning",
    "privacy": "In Privacy",
    "sharing": "In Sharing",
    "cards": "On a card",
}
ROOM_PLACES: Final = frozenset({"learned", "learning", "privacy", "sharing"})


@dataclass(frozen=True, slots=True)
class Action:
    """One action. A `fixed` one keeps its keys; one that comes `after` another has its key where that does nothing."""

    id: str
    keys: tuple[str, ...]
    where: Place
    does: str
    fixed: bool = False
    after: str = ""


def _action(id_: str, keys: str, where: Place, does: str, after: str = "") -> Action:
    return Action(id_, tuple(keys.split()), where, does, after=after)


def _fixed(id_: str, keys: str, where: Place, does: str) -> Action:
    return Action(id_, tuple(keys.split()), where, does, fixed=True)


ACTIONS: Final = (
    # Everywhere
    _action("help", "f1", "everywhere", "Help: the keys of what has the focus, then of the screen"),
    _action("palette", "ctrl+p", "everywhere", "All commands of the screen, and the themes"),
    _action("quit", "ctrl+q", "everywhere", "Quit; the unfinished line is kept"),
    _action("learned", "ctrl+l", "everywhere", "Learned: every word that only you use"),
    _action("learning", "ctrl+r", "everywhere", "Learning: runs, their curve and memory"),
    _action("privacy", "ctrl+o", "everywhere", "Privacy: what is stored, where, under which key"),
    _action("sharing", "f10", "everywhere", "Sharing: what is sent, to whom; off at once"),
    # Where you type
    _action("accept_first", "tab", "typing", "Accept the first suggestion; a Tab where none shows"),
    _action("why", "f5", "typing", "Why this word?"),
    _action(
        "benefit", "ctrl+t", "typing", "Keys saved: today, in seven days, ever; and who brought it"
    ),
    _action("private", "f8", "typing", "Private mode: nothing is kept"),
    _action("forget", "shift+delete ctrl+d", "typing", "Forget the marked word; twice blocks it"),
    _action("learn", "f9", "typing", "Learn now, in the background; again to stop"),
    _action("put_back", "f7", "typing", "Put back what you typed in the place of a correction"),
    _action(
        "pause", "f6", "typing", "Pause: nothing is kept or learned, until it is pressed again"
    ),
    _action(
        "add_word", "ctrl+n", "typing", "Add the word before the cursor: it is yours from now on"
    ),
    _action("mark", "alt+down", "typing", "Mark the next slot, for forget and why"),
    # In the text
    _action("accept", "right ctrl+f", "editing", "Accept the grey text, at the end of a line"),
    _action("accept_word", "alt+right", "editing", "Accept one word of the grey text"),
    _action("accept_1", "alt+1 f2", "editing", "Accept the first slot"),
    _action("accept_2", "alt+2 f3", "editing", "Accept the second slot"),
    _action("accept_3", "alt+3 f4", "editing", "Accept the third slot"),
    _action("dismiss", "escape", "editing", "Send the suggestions away until the next key"),
    _fixed("finish_line", "enter", "editing", "New line; the finished line is kept and learned"),
    _action("undo", "ctrl+z super+z", "editing", "Undo; a correction just taken too"),
    _action("redo", "ctrl+y super+y", "editing", "Redo"),
    _action("cut", "ctrl+x super+x", "editing", "Cut"),
    _action("copy", "ctrl+c super+c", "editing", "Copy"),
    _action("paste", "ctrl+v", "editing", "Paste"),
    _action("cursor_up", "up", "editing", "Cursor up"),
    _action("cursor_down", "down", "editing", "Cursor down"),
    _action("cursor_left", "left", "editing", "Cursor left"),
    _action("cursor_right", "right", "editing", "Cursor right", after="accept"),
    _action("word_left", "ctrl+left", "editing", "Cursor to the word before"),
    _action("word_right", "ctrl+right", "editing", "Cursor to the word after"),
    _action("line_start", "home ctrl+a", "editing", "Cursor to the start of the line"),
    _action("line_end", "end ctrl+e", "editing", "Cursor to the end of the line"),
    _action("page_up", "pageup", "editing", "Cursor one page up"),
    _action("page_down", "pagedown", "editing", "Cursor one page down"),
    _action("select_up", "shift+up", "editing", "Select upwards"),
    _action("select_down", "shift+down", "editing", "Select downwards"),
    _action("select_left", "shift+left", "editing", "Select to the left"),
    _action("select_right", "shift+right", "editing", "Select to the right"),
    _action("select_word_left", "ctrl+shift+left", "editing", "Select the word before"),
    _action("select_word_right", "ctrl+shift+right", "editing", "Select the word after"),
    _action("select_line_start", "shift+home", "editing", "Select to the start of the line"),
    _action("select_line_end", "shift+end", "editing", "Select to the end of the line"),
    _action("delete_left", "backspace", "editing", "Delete the character before the cursor"),
    _action("delete_right", "delete", "editing", "Delete the character after the cursor"),
    _action(
        "delete_word_left", "ctrl+w ctrl+backspace alt+backspace", "editing", "Delete a word back"
    ),
    _action("delete_word_right", "alt+delete", "editing", "Delete a word forward"),
    _action(
        "delete_to_line_start", "ctrl+u super+backspace", "editing", "Delete to the line's start"
    ),
    _action("delete_to_line_end", "ctrl+k", "editing", "Delete to the line's end"),
    _action("delete_line", "ctrl+shift+k", "editing", "Delete the line"),
    # In the rooms
    _fixed("back", "escape", "rooms", "Back to where you type"),
    _fixed("next_field", "tab", "rooms", "To the next field or button"),
    _fixed("field_before", "shift+tab", "rooms", "To the field or button before"),
    _action("learned_search", "slash", "learned", "Search your words"),
    _action("learned_forget", "d shift+delete", "learned", "Forget the word everywhere; asks once"),
    _action("learned_block", "b", "learned", "Never offer the word, or offer it again"),
    _action("learned_add", "a", "learned", "Add a word by hand"),
    _action("learned_review", "r", "learned", "The weekly review: keep or forget what is new"),
    _action("learned_sift", "f", "learned", "Show all, the new, those you kept, the blocked"),
    _action("learned_sort", "s", "learned", "Sort by the next column"),
    _action("learned_turn", "o", "learned", "Turn the order round"),
    _action("learned_unlearn", "u", "learned", "Unlearn the last ten minutes; asks once"),
    _action("privacy_surfaces", "s", "privacy", "To the switches of the surfaces"),
    _action("privacy_bounds", "b", "privacy", "To how long lines are kept"),
    _action("privacy_export", "x", "privacy", "Export all that is yours to a new file"),
    _action("privacy_wipe", "w", "privacy", "Destroy the key and everything; asks for a word"),
    _action("privacy_code", "c", "privacy", "Show the key as a code to keep on paper"),
    _action("learning_run", "n f9", "learning", "Learn now, or stop the run under way"),
    _action("learning_audit", "a", "learning", "Audit the history, or stop the audit under way"),
    _action("learning_unasked", "b", "learning", "Let runs begin unasked, or not"),
    _action("learning_plan", "p", "learning", "The next plan: what is trained"),
    _action("learning_minutes", "t", "learning", "How many minutes a run may take"),
    _action("learning_switch", "l", "learning", "Turn learning on or off"),
    _action("learning_curve", "m", "learning", "Draw the curve of the other measure"),
    _action("sharing_switch", "o", "sharing", "Turn sharing on, or off at once"),
    _action("sharing_now", "n", "sharing", "Share now, or stop the report being made"),
    _action("sharing_preview", "p", "sharing", "A report, before it is one"),
    _action("sharing_terms", "t", "sharing", "The terms as they are offered now"),
    _action("sharing_withdraw", "w", "sharing", "Ask for the live report back"),
    _action("sharing_try", "d", "sharing", "Try it with sample neighbours"),
    # On a card
    _fixed("leave", "escape", "cards", "Leave everything as it is"),
    _fixed("close", "escape enter q", "cards", "Close a card that only tells"),
    _fixed("why_forget", "f shift+delete", "cards", "Why: forget the word everywhere"),
    _fixed("why_block", "b", "cards", "Why: never offer the word, or offer it again"),
    _fixed("learned_sure", "f", "cards", "Forget it, as was asked"),
    _fixed("review_keep", "k", "cards", "Review: keep the word"),
    _fixed("review_forget", "f d shift+delete", "cards", "Review: forget the word everywhere"),
    _fixed("review_block", "b", "cards", "Review: never offer the word"),
    _fixed("review_skip", "s", "cards", "Review: leave the word as it is"),
    _fixed("review_rest", "a", "cards", "Review: keep this word and all that follow"),
    _fixed("review_back", "left backspace", "cards", "Review: take the last decision back"),
    _fixed("read_up", "up", "cards", "Read upwards"),
    _fixed("read_down", "down", "cards", "Read on"),
    _fixed("read_page_up", "pageup", "cards", "Read upwards, by the page"),
    _fixed("read_page_down", "pagedown space", "cards", "Read on, by the page"),
)

BY_ID: Final[Mapping[str, Action]] = {action.id: action for action in ACTIONS}


def meet(one: Action, other: Action) -> bool:
    """Tell whether a key that both had would be ambiguous."""
    if other.id == one.after or one.id == other.after:
        return False
    places = {one.where, other.where}
    if len(places) == 1:
        return not (one.fixed and other.fixed)  # cards of two kinds, never shown as one
    if "everywhere" in places or places == {"typing", "editing"}:
        return True
    return "rooms" in places and bool(places & ROOM_PLACES)
