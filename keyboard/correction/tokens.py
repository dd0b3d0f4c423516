"""Which tokens may hold a typo, and how a correction takes over their capitals. Pure; it knows no word."""

from hushkey.keyboard.casing import capitalised

SHORTEST = 3  # letters; of two letters nearly every pair is a word or an abbreviation
LONGEST = 24  # letters; nothing longer is looked up


def may_hold_a_typo(token: str) -> bool:
    """Whether a token, as typed, is plain prose: letters and apostrophes, no capital but the first.

    Numbers, addresses, code, abbreviations and camel case mean what they say.
    """
    if not SHORTEST <= len(token) <= LONGEST:
        return False
    return all(letter.isalpha() or letter in "'’" for letter in token) and (
        token[1:] == token[1:].lower()
    )


def in_the_case_of(typed: str, form: str) -> str:
    """Return a word's usual form with a capital where the typed token has one."""
    return capitalised(form) if typed[0].isupper() else form
