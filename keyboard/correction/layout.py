"""Where the keys lie on a QWERTY keyboard, and which are near enough to be hit for one another. Pure data."""

from functools import cache

# Each row begins further right than the one above it, as on the keyboards that people type on.
_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))
_PLACES = {
    letter: (column + shift, float(row))
    for row, (letters, shift) in enumerate(_ROWS)
    for column, letter in enumerate(letters)
}
_NEAR = 1.3  # widths of a key between the middles of two that touch, and no more

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOWELS = "aeiouy"


@cache
def neighbours(letter: str) -> str:
    """Return the letters whose keys touch a letter's key, in alphabetical order; none for what is no letter."""
    if letter not in _PLACES:
        return ""
    x, y = _PLACES[letter]
    return "".join(
        other
        for other in LETTERS
        if other != letter
        and (_PLACES[other][0] - x) ** 2 + (_PLACES[other][1] - y) ** 2 <= _NEAR**2
    )
