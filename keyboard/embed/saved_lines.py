"""Which lines of a document its owner wrote, to be learned when it is saved. Pure; knows no editor.

Learned is what was added or changed since the document was opened, never what stood there before. The line under the
cursor may not be finished at a save: it waits until another save finds the cursor elsewhere, or the document is closed.
"""

import difflib
from collections.abc import Sequence


class SavedLines:
    """One document, from its opening to its closing."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._seen = list(lines)
        self._held: str | None = None

    def saved(self, lines: Sequence[str], cursor_line: int | None) -> list[str]:
        """Return the lines that were added or changed since the last save, but that under the cursor."""
        matcher = difflib.SequenceMatcher(None, self._seen, lines, autojunk=False)
        changed = [
            number
            for tag, _, _, first, last in matcher.get_opcodes()
            if tag in {"replace", "insert"}
            for number in range(first, last)
        ]
        seen = list(lines)
        self._held = None
        if cursor_line in changed:
            changed.remove(cursor_line)
            self._held = lines[cursor_line]
            seen[cursor_line] = ""  # so that it has changed at the next save too
        self._seen = seen
        return [lines[number] for number in changed if lines[number].strip()]

    def pass_over(self, lines: Sequence[str]) -> None:
        """Learn nothing of what stands there now: it was written in private."""
        self._seen = list(lines)
        self._held = None

    def closed(self) -> list[str]:
        """Return the line that waited at the last save."""
        held, self._held = self._held, None
        return [held] if held and held.strip() else []
