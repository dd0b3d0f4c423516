"""Which tokens may hold a typo, and how a correction takes over their capitals. Pure; it knows no word."""

from hushkey.keyboard.casing import capitalised
from hushkey.keyboard.correction.channel import APOSTROPHE, CODES
from hushkey.model.text import fold

_BEYOND = chr(CODES)
SHORTEST = 3  # letters; of two letters nearly every pair is a word or an abbreviation
LONGEST = 24  # letters; nothing longer is looked up


def may_hold_a_typo(token: str) -> bool:
    """Whether a token, as typed, is plain prose: letters of Latin-1 and apostrophes, no capital but the first.

    Numbers, addresses, code, camel case, and letters typed three times over mean what they say.
    """
    if not SHORTEST <= len(token) <= LONGEST:
        return False
    text = fold(token)
    return (
        all((letter.isalpha() and letter < _BEYOND) or letter == APOSTROPHE for letter in text)
        and not any(a == b == c for a, b, c in zip(text, text[1:], text[2:], strict=False))
        and token[1:] == token[1:].lower()
    )


def in_the_case_of(typed: str, form: str) -> str:
    """Return a word's usual form with a capital where the typed token has one."""
    return capitalised(form) if typed[0].isupper() else form
