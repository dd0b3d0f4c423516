"""What is painted in the line below the cursor, and what is typed for a suggestion that is taken. Pure."""

from collections.abc import Sequence
from typing import Final

from hushkey.keyboard.shellside.echo_guard import EditingKeys
from hushkey.keyboard.types import Suggestion

_ROOM_BELOW: Final = "\n\x1b[A"  # scrolls where the cursor is in the last row, else nothing is seen
_SAVE, _BACK, _DOWN, _CLEAR = "\x1b7", "\x1b8", "\x1b[B\r", "\x1b[2K"
_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


def painted(suggestions: Sequence[Suggestion], columns: int) -> str:
    """Return what paints suggestions, numbered, in the line below the cursor, within a terminal's width."""
    shown = "   ".join(
        f"{number} {_visible(one.text)}" for number, one in enumerate(suggestions, 1)
    )
    return said(shown or "no suggestion", columns)


def said(sentence: str, columns: int) -> str:
    """Return what paints a sentence there."""
    cut = sentence[: max(1, columns - 1)]
    return f"{_ROOM_BELOW}{_SAVE}{_DOWN}{_CLEAR}{_DIM}{cut}{_PLAIN}{_BACK}"


def cleared() -> str:
    """Return what clears that line again."""
    return f"{_SAVE}{_DOWN}{_CLEAR}{_BACK}"


def keys_for(suggestion: Suggestion, line: str, keys: EditingKeys) -> bytes | None:
    """Return what would be typed to have a suggestion in the line, and a blank; None where that cannot be."""
    old = line[len(line) - suggestion.replaces :] if suggestion.replaces else ""
    kept = 0
    while kept < min(len(old), len(suggestion.text)) and old[kept] == suggestion.text[kept]:
        kept += 1
    surplus = old[kept:]
    if surplus and keys.erase < 0:
        return None
    erasing = len(surplus) if keys.utf8 else len(surplus.encode())
    return bytes([keys.erase & 0xFF]) * erasing + (suggestion.text[kept:] + " ").encode()


def _visible(text: str) -> str:
    return "".join(one if one.isprintable() else "·" for one in text)
