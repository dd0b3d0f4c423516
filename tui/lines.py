"""Which line of the editor is unfinished, and which lines are private. Pure: no widget, no store.

A line is handed over once, when the cursor leaves it or the app ends, and only if something was
typed in it. A line touched in private mode stays private for as long as the editor holds it.
"""

from __future__ import annotations

from typing import Final

LONGEST_CHARS: Final = 2000  # a longer line is data that was pasted, not something that was typed


def fold(text: str) -> str:
    """Break each line longer than 2000 characters into shorter ones, at a space where there is one.

    The editor lays a line out as a whole: a single line of a megabyte would take seconds a key.
    """
    if len(text) <= LONGEST_CHARS:
        return text
    return "\n".join(part for line in text.splitlines() for part in _fold_line(line)) + (
        "\n" if text.endswith(("\n", "\r")) else ""
    )


def _fold_line(line: str) -> list[str]:
    parts = []
    start = 0
    while len(line) - start > LONGEST_CHARS:
        space = line.rfind(" ", start, start + LONGEST_CHARS)
        end = space + 1 if space > start else start + LONGEST_CHARS
        parts.append(line[start:end])
        start = end
    return [*parts, line[start:]]


class Lines:
    """Follows the editor's rows: `edited` after each change, `left` when the cursor has moved."""

    def __init__(self) -> None:
        self._private = [False]
        self._ever_private = False
        self._row = 0
        self._unfinished: str | None = None

    @property
    def unfinished(self) -> str | None:
        """The text of the line that was typed in and not yet handed over."""
        return self._unfinished

    def is_private(self, row: int) -> bool:
        """Say whether this row must not be kept; a row that is not known must not."""
        return self._private[row] if 0 <= row < len(self._private) else True

    def replaced(self, top: int, bottom: int, end: int, *, private: bool) -> None:
        """Note that rows `top..bottom` became rows `top..end`; they inherit what was private."""
        old = self._private[top : bottom + 1]
        mark = private or any(old)
        self._private[top : bottom + 1] = [mark] * (end - top + 1)
        self._ever_private = self._ever_private or mark

    def opened_below(self, row: int, *, private: bool) -> None:
        """Note that `row` is a fresh line: as private as the mode is, not as the line above."""
        if 0 <= row < len(self._private):
            self._private[row] = private

    def rewound(self, rows: int) -> None:
        """Note an undo or redo over `rows` lines; it may have brought anything back.

        So where any line was ever private, all are from now on.
        """
        self._private = [self._ever_private] * rows

    def edited(self, row: int, text: str) -> None:
        """Note that the line at `row` was typed in and now reads `text`."""
        self._row = row
        keep = not self.is_private(row) and len(text) <= LONGEST_CHARS
        self._unfinished = text if keep else None

    def left(self, row: int) -> str | None:
        """Return the finished line if the cursor, now at `row`, has left one that is to be kept."""
        if row == self._row:
            return None
        self._row = row
        return self.finish()

    def finish(self) -> str | None:
        """Return the unfinished line, if there is one to keep, and forget it."""
        text, self._unfinished = self._unfinished, None
        return text.rstrip() if text and text.strip() else None

    def discard(self) -> None:
        """Drop the unfinished line: private mode began on it."""
        self._unfinished = None
        if 0 <= self._row < len(self._private):
            self._private[self._row] = self._ever_private = True
