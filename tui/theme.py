"""The two looks of the app: dusk and paper. Colours only."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DUSK: Final = Theme(
    name="hushkey-dusk",
    primary="#8fb8a4",  # sage: what is offered
    secondary="#b894c4",  # plum: private, nothing is kept
    accent="#8fb8a4",
    warning="#d9b070",  # amber: learning is paused
    error="#cf7f7f",
    success="#8fb8a4",
    foreground="#d6d3cb",
    background="#15171c",
    surface="#1b1e25",
    panel="#22262f",
    dark=True,
    variables={
        "footer-background": "#15171c",
        "footer-key-foreground": "#8fb8a4",
        "footer-description-foreground": "#7d828f",
        "block-cursor-text-style": "none",
        "input-selection-background": "#8fb8a4 30%",
    },
)

PAPER: Final = Theme(
    name="hushkey-paper",
    primary="#3f7a62",
    secondary="#7d4f8d",
    accent="#3f7a62",
    warning="#9a6a14",
    error="#a33d3d",
    success="#3f7a62",
    foreground="#2b2d33",
    background="#f6f3ec",
    surface="#efebe1",
    panel="#e6e1d4",
    dark=False,
    variables={
        "footer-background": "#f6f3ec",
        "footer-key-foreground": "#3f7a62",
        "footer-description-foreground": "#77736a",
        "input-selection-background": "#3f7a62 25%",
    },
)
