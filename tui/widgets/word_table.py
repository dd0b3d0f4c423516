"""A table of words that draws only the lines in sight, so that any number of them costs the same. Decides nothing."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hushkey.model.text import fold
from hushkey.tui import learned_view

if TYPE_CHECKING:
    from textual import events

    from hushkey.keyboard.own_words import OwnWord
    from hushkey.tui.learned_view import Column, Order

_GAP = " " * learned_view.GAP
_MARK = "▸ "  # of the row under the cursor: no colour is needed to see it


class WordTable(ScrollView, can_focus=True):
    """Rows of words under a head that stays. The cursor keeps to its word while rows come and go."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "word-table--head",
        "word-table--cursor",
        "word-table--blocked",
        "word-table--new",
        "word-table--empty",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "move(-1000000000)", "First", show=False),
        Binding("end,G", "move(1000000000)", "Last", show=False),
    ]
    HELP = "**Your words.** Up and Down move; a click on a column's head sorts by it."

    words: reactive[tuple[OwnWord, ...]] = reactive((), repaint=False)
    order: reactive[tuple[Order, bool]] = reactive(("count", False))
    cursor: reactive[int] = reactive(0)
    empty: reactive[str] = reactive("")  # what is said where there are no rows

    class Moved(Message):
        """The cursor came to another word, or its word is another one now."""

    class Turned(Message):
        """The head of a column was clicked on."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    @property
    def word(self) -> OwnWord | None:
        """The word under the cursor."""
        return self.words[self.cursor] if self.cursor < len(self.words) else None

    # Rows ---------------------------------------------------------------------------------------

    def watch_words(self, before: tuple[OwnWord, ...], words: tuple[OwnWord, ...]) -> None:
        """Stay with the word, else at the place."""
        held = before[self.cursor].word if self.cursor < len(before) else None
        place = min(self.cursor, max(0, len(words) - 1))
        if held is not None:
            wanted = fold(held)
            place = next((n for n, word in enumerate(words) if fold(word.word) == wanted), place)
        self.virtual_size = Size(self._width, len(words) + 1)
        self.cursor = place
        self._follow()
        self.refresh()
        self.post_message(self.Moved())

    def watch_cursor(self) -> None:
        """Tell of it."""
        self._follow()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Lay the columns out anew."""
        self.virtual_size = Size(self._width, len(self.words) + 1)

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _rows(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _follow(self) -> None:
        """Scroll no further than the cursor needs."""
        top = round(self.scroll_y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + self._rows:
            self.scroll_to(y=self.cursor - self._rows + 1, animate=False)

    # Drawing ------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line in sight: the head, or a row."""
        if y == 0:
            return self._drawn(self._heads, "word-table--head")
        number = y - 1 + round(self.scroll_y)
        if number >= len(self.words):
            said = wrap(self.empty, max(1, self._width - 4)) if not self.words else []
            if 2 <= y < len(said) + 2:
                return self._drawn([], "word-table--empty", lead=f"  {said[y - 2]}")
            return Strip.blank(self.size.width, self.rich_style)
        word = self.words[number]
        cells = [(column, column.text(word)) for column in learned_view.columns(self._width - 2)]
        classes = []
        if word.blocked:
            classes.append("word-table--blocked")
        elif word.rung == "new":
            classes.append("word-table--new")
        marked = number == self.cursor
        if marked:
            classes.append("word-table--cursor")
        return self._drawn(cells, *classes, lead=_MARK if marked else "  ")

    @property
    def _heads(self) -> list[tuple[Column, str]]:
        order, turned = self.order
        mark = "▴" if turned else "▾"
        return [
            (column, f"{column.title} {mark}" if column.order == order else column.title)
            for column in learned_view.columns(self._width - 2)
        ]

    def _drawn(self, cells: list[tuple[Column, str]], *classes: str, lead: str = "  ") -> Strip:
        style = self.rich_style
        for name in classes:
            style += self.get_component_rich_style(name)
        text = _GAP.join(_fitted(text, column) for column, text in cells)
        row = Strip([Segment(lead, style), Segment(text, style)])
        return row.adjust_cell_length(self.size.width, style)

    # Keys and mouse -----------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Move the cursor by some rows."""
        self.cursor = max(0, min(len(self.words) - 1, self.cursor + by))

    def action_page(self, by: int) -> None:
        """Move the cursor by a page."""
        self.action_move(by * self._rows)

    def on_click(self, event: events.Click) -> None:
        """Take up the row, or sort by the column."""
        if event.y:
            number = event.y - 1 + round(self.scroll_y)
            if number < len(self.words):
                self.cursor = number
            return
        end = 2
        for column in learned_view.columns(self._width - 2):
            end += column.cells + len(_GAP)
            if event.x < end:
                if column.order is not None:
                    self.post_message(self.Turned(column.order))
                return


def _fitted(text: str, column: Column) -> str:
    """Return a text of exactly the column's cells."""
    if cell_len(text) > column.cells:
        return set_cell_size(text, column.cells - 1) + "…"
    if column.right:
        return " " * (column.cells - cell_len(text)) + text
    return set_cell_size(text, column.cells)
