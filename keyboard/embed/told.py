"""What a program that embeds hushkey is told of an error: our own words, else its type alone. Quotes no text."""

from hushkey.keyboard.errors import KeyboardError
from hushkey.model.errors import ModelError


def told(error: BaseException) -> str:
    """Return one line for an error; the message of one that is not ours may hold typed text."""
    if isinstance(error, KeyboardError | ModelError):
        return str(error)
    return f"unexpected {type(error).__name__}; nothing typed is shown here"
