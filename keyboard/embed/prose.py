"""Where prose stands in Python code: in comments and in strings. Pure.

It reads one line: inside a string of several lines it takes the prose for code, and offers nothing.
"""

import io
import tokenize

_QUOTES = ("'", '"')


def prose_before(line: str) -> str | None:
    """Return the prose that is under way at the end of a line: of a comment or an open string; None in code."""
    quote, start, place = "", 0, 0
    while place < len(line):
        here = line[place]
        if quote and here == "\\":
            place += 1  # what it escapes closes nothing
        elif quote and line.startswith(quote, place):
            place += len(quote) - 1
            quote = ""
        elif not quote and here in _QUOTES:
            quote = here * 3 if line.startswith(here * 3, place) else here
            place += len(quote) - 1
            start = place + 1
        elif not quote and here == "#":
            return line[place:].lstrip("#!").lstrip()
        place += 1
    return line[start:] if quote else None


def comments_of(cell: str) -> list[str]:
    """Return the comments of some code, without their marks; none where it is no Python."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(cell).readline))
    except (tokenize.TokenError, SyntaxError):
        return []
    comments = (
        token.string.lstrip("#!").strip() for token in tokens if token.type == tokenize.COMMENT
    )
    return [comment for comment in comments if comment]
