"""How soon the screen is painted again. To be asked for before Textual is loaded, which reads it once."""

from __future__ import annotations

import os
import sys
from typing import Final

_VARIABLE: Final = "TEXTUAL_FPS"  # Textual's own; who sets it has the last word
_FRAMES: Final = 240  # a second
_TURN_S: Final = (
    0.0005  # Python's own is 5 ms: a thread that computes may keep a key waiting so long
)


def paint_promptly() -> None:
    """Let the paint of an answer follow that of its key within 4 ms; at Textual's 60 frames it waits up to 17.

    A screen on which nothing changes is not painted, whatever the rate. Threads that compute give way to it sooner.
    """
    sys.setswitchinterval(_TURN_S)
    os.environ.setdefault(_VARIABLE, str(_FRAMES))
