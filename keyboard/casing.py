"""Capitals: how a predicted word is written here. Pure."""


def cased(form: str, prefix: str, *, opens_sentence: bool) -> str:
    """Return a word's usual form fitted to the letters typed and to its place.

    What was typed is never changed: the result begins with `prefix` wherever the letters agree.
    """
    if not prefix:
        return capitalised(form) if opens_sentence else form
    in_capitals = prefix.isupper() and sum(map(str.isalpha, prefix)) > 1  # `I'` is no such thing
    if in_capitals and form.lower().startswith(prefix.lower()):
        return form.upper()
    if prefix[0].isupper():
        form = capitalised(form)
    if form.lower().startswith(prefix.lower()):
        return prefix + form[len(prefix) :]
    return form


def capitalised(form: str) -> str:
    """Return the word with a capital first letter, the rest untouched."""
    return form[:1].upper() + form[1:]
