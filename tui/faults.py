"""Say what went wrong without saying what was typed. Knows no screen."""

from __future__ import annotations

import traceback
from pathlib import Path

from hushkey.keyboard.errors import KeyboardError
from hushkey.model.errors import ModelError
from hushkey.sync.errors import SyncError


def describe(error: BaseException) -> str:
    """Return one line for `error`.

    Our own errors speak for themselves. Of any other only the type and the place are told: its
    message and its locals may hold typed text.
    """
    if isinstance(error, KeyboardError | ModelError | SyncError):
        return str(error)
    return f"unexpected {type(error).__name__} at {place(error)}; nothing typed is shown here"


def place(error: BaseException) -> str:
    """Return `file.py:line` of the innermost frame, or 'an unknown place'."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "an unknown place"
    last = frames[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
