"""Alt+1, Alt+2 and Alt+3 as keys of their own. Textual turns them into ¡, ™ and £.

A terminal sends Escape and the digit for them. Textual 8 reads that as what a Mac's Option key types,
since one terminal there sends the same; every other one on a Mac sends the character itself, so
those characters can still be typed.
"""

from __future__ import annotations

from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

_DIGITS = "123"


def read_alt_digits() -> None:
    """Have Alt and a slot's digit read as `alt+1`, `alt+2`, `alt+3` from now on, in this process."""
    sequences = cast("dict[str, object]", ANSI_SEQUENCES_KEYS)
    for digit in _DIGITS:
        sequences.pop(f"\x1b{digit}", None)
