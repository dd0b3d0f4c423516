"""The multi-line editor with ghost text. It tells what was typed; suggestions come from outside.

Every edit is painted at once: the ghost is worked out from the last offer and the line as it now
is, without asking anybody (`offer.ghost`). `TextArea` trims its own suggestion in place while it
edits and keeps a stale one after a deletion; `update_suggestion`, which it calls after each edit,
sets that right before anything is painted.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.reactive import reactive
from textual.widgets import TextArea

from hushkey.keyboard.benefit import Acceptance
from hushkey.keyboard.undo import Taken, taken
from hushkey.tui.given import Given
from hushkey.tui.lines import Lines, fold
from hushkey.tui.messages import Dismissed, LineChanged
from hushkey.tui.offer import (
    SWALLOWING,
    Insertion,
    Offer,
    first_word,
    ghost,
    in_slot,
    insertion,
    window,
)
from hushkey.tui.widgets.editing_keys import EDITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.binding import BindingType
    from textual.widgets.text_area import Edit, EditResult, Location, Selection

    from hushkey.keyboard.types import Kind, Suggestion
    from hushkey.tui.tally import Tally


class GhostEditor(TextArea, inherit_bindings=False):
    """A text area that shows the leading suggestion as ghost text and takes suggestions by key.

    `keep` is given each finished line, at once and in order; `took` each suggestion that was taken;
    `undid` each line whose correction is being taken back, and whether that line is private. `counted` is given what
    each key does to the tally, but on a private line. `changed` is called before anything of a changed line is
    painted: a message would come a paint or two behind it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*EDITING]

    HELP = "The grey words at the cursor are the likeliest suggestion; the strip below has three."

    offer: reactive[Offer] = reactive(Offer(), repaint=False)
    private: reactive[bool] = reactive(False, repaint=False)
    suggestion: reactive[str] = reactive("", repaint=False)

    def __init__(  # noqa: PLR0913  whatever the screen is to hear of at once
        self,
        *,
        keep: Callable[[str], None],
        took: Callable[[Suggestion], None],
        undid: Callable[[str, bool], None],
        counted: Callable[[Callable[[Tally], Tally]], None],
        changed: Callable[[], None],
        backspace_reverts: Callable[[], bool] = lambda: False,
    ) -> None:
        self._keep = keep
        self._backspace_reverts = backspace_reverts
        self._took = took
        self._undid = undid
        self._counted = counted
        self._changed = changed
        self._given = Given()  # on the cursor's line
        self._giving = False  # whether the edit under way puts a suggestion in
        self._counts_itself = False  # whether whoever makes the edit under way counts its key
        self._corrected: list[Taken] = []  # on the cursor's line, the newest last
        self._lines = Lines()
        self._joined: str | None = None
        self._after_auto_space: Location | None = None
        super().__init__(soft_wrap=True, compact=True, highlight_cursor_line=False)

    # What was typed, told ------------------------------------------------------------------------

    @property
    def before(self) -> str:
        """The line before the cursor."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    @property
    def line(self) -> str:
        """The whole line that the cursor is on."""
        return self.document.get_line(self.cursor_location[0])

    @property
    def at_line_end(self) -> bool:
        """Whether nothing follows the cursor on its line and nothing is selected."""
        row, column = self.cursor_location
        return self.selection.is_empty and column == len(self.document.get_line(row))

    def finish_line(self) -> str | None:
        """Return the unfinished line, if it is to be kept, as the app ends or leaves it."""
        return self._lines.finish()

    def watch_private(self, private: bool) -> None:
        """Private mode covers the line on which it begins."""
        row = self.cursor_location[0]
        if private:
            self._lines.discard()
        elif not self.document.get_line(row):
            self._lines.opened_below(row, private=False)
        self.set_class(private, "-private")

    def edit(self, edit: Edit) -> EditResult:
        """Edit the text and note which line it changed."""
        self._after_auto_space = None
        if edit.text == "\n" and self._lines.unfinished is not None:
            self._lines.edited(edit.top[0], self.document.get_line(edit.top[0])[: edit.top[1]])
        self._joined = None
        gone = self._gives_up(edit)
        result = super().edit(edit)
        end = result.end_location[0]
        if end != edit.top[0] or edit.top[0] != edit.bottom[0]:
            self._given.begin(len(self.document.get_line(end)))
        self._lines.replaced(edit.top[0], edit.bottom[0], end, private=self.private)
        if edit.text == "\n" and not self.document.get_line(end):
            self._lines.opened_below(end, private=self.private)
        if "\n" not in edit.text:
            self._lines.edited(end, self.document.get_line(end))
        if gone and not self._counts_itself:
            self._count(lambda tally: tally.took_back(gone, keys=int(not edit.text)))
        self._tell()
        return result

    def _gives_up(self, edit: Edit) -> int:
        """Note what an edit does to the cursor's line; return how many given characters it deletes."""
        row = self.cursor_location[0]
        if not edit.top[0] <= row <= edit.bottom[0]:
            return 0
        start = edit.top[1] if edit.top[0] == row else 0
        end = edit.bottom[1] if edit.bottom[0] == row else len(self.document.get_line(row))
        return self._given.replaced(start, end, len(edit.text), given=self._giving)

    def _count(self, change: Callable[[Tally], Tally]) -> None:
        """Count a key, unless the line is private: of that not even numbers are kept."""
        if not self._lines.is_private(self.cursor_location[0]):
            self._counted(change)

    def undo(self) -> None:
        """Undo; what comes back may be private. A correction that was the last change is taken back."""
        self._joined = None
        held, row = self.line, self.cursor_location[0]
        super().undo()
        self._rewound()
        shorter = len(held) - len(self.line)
        if self.cursor_location[0] == row and self._given.became(held, self.line):
            self._count(lambda tally: tally.took_back(shorter))
        for record in [r for r in self._corrected if r.undone_in(held)]:
            if self.line.startswith(record.before + record.typed) and not record.undone_in(
                self.line
            ):
                self._forget_correction(record, held)

    def redo(self) -> None:
        """Redo; what comes back may be private."""
        self._joined = None
        super().redo()
        self._rewound()
        self._given.begin(len(self.line))

    def _rewound(self) -> None:
        self._lines.rewound(self.document.line_count)
        row = self.cursor_location[0]
        self._lines.edited(row, self.document.get_line(row))
        self._tell()

    def watch_selection(self, old: Selection, new: Selection) -> None:
        """Hand over the line that the cursor has left, and tell where it now stands."""
        if new.end[0] != old.end[0]:
            self._corrected.clear()
            self._given.begin(len(self.document.get_line(new.end[0])))
        finished = self._lines.left(new.end[0])
        if finished is not None:
            self._keep(finished)
        if self.is_mounted:
            self.update_suggestion()
            self._tell()

    def _tell(self) -> None:
        self._changed()
        self.post_message(LineChanged(self.before, self.at_line_end))

    # What `TextArea` does more often than a large text can bear -----------------------------------

    @property
    def text(self) -> str:
        """The whole text, joined once an edit: `TextArea` asks for it at each line it paints."""
        if self._joined is None:
            self._joined = self.document.text
        return self._joined

    @text.setter
    def text(self, value: str) -> None:
        self.load_text(value)

    def load_text(self, text: str) -> None:
        """Replace everything; what was unfinished is dropped, and nothing of it is private."""
        self._joined = None
        self._lines = Lines()
        super().load_text(text)
        self._lines.rewound(self.document.line_count)

    def find_matching_bracket(self, _bracket: str, _search_from: Location) -> Location | None:
        """Prose has no brackets to match; looking for one reads the whole text."""
        return None

    # The ghost -----------------------------------------------------------------------------------

    def update_suggestion(self) -> None:
        """Set the ghost from the last offer and the line as it is now."""
        text = ghost(self.offer, self.before) if self.at_line_end else ""
        if text != self.suggestion:
            self.suggestion = text

    def watch_suggestion(self) -> None:
        """Paint the cursor's row anew: `TextArea` would paint all of the text for the ghost behind one letter."""
        if self.is_mounted:
            self.refresh_lines(self.wrapped_document.location_to_offset(self.cursor_location).y)

    def watch_offer(self) -> None:
        """A new offer has come, or was taken away."""
        self.update_suggestion()

    # Keys ----------------------------------------------------------------------------------------

    async def _on_key(self, event: events.Key) -> None:
        event.prevent_default()  # `TextArea` would be given the event once more
        if event.key.startswith("alt+"):
            return  # a command, though the event carries a character
        if event.key == "tab":
            event.stop()
            if not (self._tab_accepts and self._take(in_slot(self.offer, self.offer.first))):
                self._type("\t")
            return
        if event.is_printable and event.character is not None:
            event.stop()
            self._restart_blink()
            self._type(event.character)
            return
        await super()._on_key(event)
        if event.key == "enter":
            self._count(lambda tally: tally.typed())

    @property
    def _tab_accepts(self) -> bool:
        """Whether Tab is among the keys that accept; as shipped it is."""
        bound = self.screen.active_bindings.get("tab")
        return bound is not None and bound.binding.id == "accept_first"

    def _type(self, text: str) -> None:
        start, end = self.selection
        swallow = text in SWALLOWING and self._after_auto_space == end and start == end
        if swallow:
            start = (end[0], end[1] - 1)
        self._counts_itself = swallow
        self._replace_via_keyboard(text, start, end)
        self._counts_itself = False
        self._count(lambda tally: tally.typed(0 if swallow else 1))

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        pasted = fold(event.text)
        if result := self._replace_via_keyboard(pasted, *self.selection):
            self.move_cursor(result.end_location)

    def action_paste(self) -> None:
        """Paste from the app's own clipboard, folded as any paste."""
        if result := self._replace_via_keyboard(fold(self.app.clipboard), *self.selection):
            self.move_cursor(result.end_location)

    def action_take_ghost(self) -> None:
        """Accept the ghost, or move right where there is none."""
        if not (self.suggestion and self._take(self.offer.leading)):
            self.suggestion = ""
            self.action_cursor_right()

    def action_cursor_right(self, select: bool = False) -> None:
        """Move right; `TextArea` would take the ghost, unseen by whoever counts what was taken."""
        self.suggestion = ""
        super().action_cursor_right(select)
        self.update_suggestion()

    def action_take_ghost_word(self) -> None:
        """Accept the next word of the ghost, or move one word right where there is none."""
        word = first_word(self.suggestion)
        first = in_slot(self.offer, self.offer.first)
        change = insertion(self.offer, first, self.before)
        if not word:
            self.action_cursor_word_right()
        elif change is not None and change.text.endswith(word):
            self._take(first)
        else:
            self._insert(Insertion(word, 0), "phrase")  # whose first word was taken just before

    def action_take(self, slot: int) -> None:
        """Accept what is shown in a slot, from 0."""
        if not self._take(in_slot(self.offer, slot)):
            self.app.bell()

    def action_put_back(self) -> None:
        """Put the word as it was typed in the place of the newest correction that stands on this line."""
        line, row = self.line, self.cursor_location[0]
        for record in reversed(self._corrected):
            if record.undone_in(line) is not None:
                start = len(record.before)
                self._counts_itself = True
                self.replace(
                    record.typed,
                    (row, start),
                    (row, start + len(record.given)),
                    maintain_selection_offset=True,
                )
                self._counts_itself = False
                self._count(partial(_put_back, len(record.given) - len(record.typed)))
                self.history.checkpoint()
                self._forget_correction(record, line)
                return
        self.app.bell()

    def action_delete_left(self) -> None:
        """Delete to the left, or take back the correction just taken, where Backspace was chosen for that."""
        newest = self._corrected[-1:]
        just_taken = self._after_auto_space == self.cursor_location and self.selection.is_empty
        if (
            just_taken
            and [f"{each.before}{each.given} " for each in newest] == [self.before]
            and self._backspace_reverts()
        ):
            self.action_put_back()
        else:
            super().action_delete_left()

    def _forget_correction(self, record: Taken, held: str) -> None:
        """Note that a correction was taken back from the line as it was `held`, and tell."""
        self._corrected.remove(record)
        self._undid(held, self._lines.is_private(self.cursor_location[0]))

    def action_dismiss(self) -> None:
        """Take the suggestions away until the next key."""
        self.offer = Offer()
        self.post_message(Dismissed())

    def _take(self, suggestion: Suggestion | None) -> bool:
        if not self.selection.is_empty:
            return False
        before = self.before
        change = insertion(self.offer, suggestion, before)
        if suggestion is None or change is None:
            return False
        self._insert(change, suggestion.kind)
        self._took(suggestion)
        if suggestion.kind == "correction":
            self._corrected.append(taken(before, suggestion.text, change.replaces))
        return True

    def _insert(self, change: Insertion, kind: Kind) -> None:
        row, column = self.cursor_location
        taken = Acceptance(window(self.before), change.text[:-1], change.replaces, kind)
        self._giving = self._counts_itself = True
        self._replace_via_keyboard(change.text, (row, column - change.replaces), (row, column))
        self._giving = self._counts_itself = False
        self._after_auto_space = self.cursor_location
        self.history.checkpoint()
        self._count(lambda tally: tally.took(taken))


def _put_back(shorter: int, tally: Tally) -> Tally:
    return tally.took_back(shorter)
