"""A correction that was taken, and the way back to the word as it was typed. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Undo:
    """Put `text` in the place of the `replaces` characters before the cursor."""

    text: str
    replaces: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A correction where it stands: what is before it, the word as typed, the word put in its place."""

    before: str
    typed: str
    given: str

    def undone_in(self, text_before_cursor: str) -> Undo | None:
        """Return what brings the typed word back and leaves all behind it as it is; None once the word is gone."""
        corrected = self.before + self.given
        behind = text_before_cursor[len(corrected) :]
        if not text_before_cursor.startswith(corrected) or behind[:1].isalnum():
            return None
        return Undo(self.typed + behind, len(text_before_cursor) - len(self.before))


def taken(text_before_cursor: str, given: str, replaces: int) -> Taken:
    """Return the record of a correction to `given` that takes the place of the last `replaces` characters."""
    start = len(text_before_cursor) - replaces
    return Taken(text_before_cursor[:start], text_before_cursor[start:].rstrip(), given)
