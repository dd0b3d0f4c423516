"""Capitals: how a predicted word is written here. Pure."""

from hushkey.model.text import normalise


def cased(form: str, prefix: str, *, opens_sentence: bool) -> str:
    """Return a word's usual form fitted to the letters typed and to its place.

    What was typed is never changed: the result begins with `prefix` wherever the letters agree, typographic
    quotes included.
    """
    if not prefix:
        return capitalised(form) if opens_sentence else form
    plain = normalise(prefix)
    if not form.lower().startswith(plain.lower()):
        return capitalised(form) if prefix[0].isupper() else form
    rest = form[len(plain) :]
    in_capitals = prefix.isupper() and sum(map(str.isalpha, prefix)) > 1  # `I'` is no such thing
    return prefix + (rest.upper() if in_capitals else rest)


def capitalised(form: str) -> str:
    """Return the word with a capital first letter, the rest untouched."""
    return form[:1].upper() + form[1:]
