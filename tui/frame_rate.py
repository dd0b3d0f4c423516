"""How soon the screen is painted again. To be asked for before Textual is loaded, which reads it once."""

from __future__ import annotations

import os
from typing import Final

_VARIABLE: Final = "TEXTUAL_FPS"  # Textual's own; who sets it has the last word
_FRAMES: Final = 240  # a second


def paint_promptly() -> None:
    """Let the paint of an answer follow that of its key within 4 ms; at Textual's 60 frames it waits up to 17.

    A screen on which nothing changes is not painted, whatever the rate.
    """
    os.environ.setdefault(_VARIABLE, str(_FRAMES))
