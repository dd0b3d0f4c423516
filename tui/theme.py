"""The looks of the app: dusk, paper and high contrast. Colours only.

`faint` is for what stands beside the text, `ghost` for what is only suggested. Every text colour is
held to its background by a test: 4.5:1, and 7:1 in high contrast (WCAG 2.2, 1.4.3 and 1.4.6).
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme


def _theme(name: str, colours: dict[str, str], *, dark: bool, ghost_style: str = "none") -> Theme:
    """Make a theme of the colours that differ; everything else is made of them."""
    faint = colours["faint"]
    return Theme(
        name=name,
        primary=colours["accent"],
        secondary=colours["private"],
        accent=colours["accent"],
        warning=colours["warning"],
        error=colours["error"],
        success=colours["accent"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        dark=dark,
        variables={
            "faint": faint,
            "ghost": colours["ghost"],
            "ghost-style": ghost_style,
            "text-muted": faint,
            "foreground-muted": faint,
            "footer-background": colours["background"],
            "footer-key-foreground": colours["accent"],
            "footer-description-foreground": faint,
            "block-cursor-text-style": "none",
            "block-cursor-foreground": colours["background"],
            "block-cursor-blurred-background": colours["panel"],
            "input-selection-background": f"{colours['accent']} 30%",
        },
    )


DUSK: Final = _theme(
    "dusk",
    {
        "accent": "#8fb8a4",  # sage: what is offered
        "private": "#b894c4",  # plum: private, nothing is kept
        "warning": "#d9b070",  # amber: learning is paused
        "error": "#d98a8a",
        "foreground": "#d6d3cb",
        "background": "#15171c",
        "surface": "#1b1e25",
        "panel": "#22262f",
        "faint": "#9297a3",
        "ghost": "#7f8490",
    },
    dark=True,
)

PAPER: Final = _theme(
    "paper",
    {
        "accent": "#2f6a53",
        "private": "#774a87",
        "warning": "#7a5208",
        "error": "#9c3535",
        "foreground": "#2b2d33",
        "background": "#f6f3ec",
        "surface": "#efebe1",
        "panel": "#e6e1d4",
        "faint": "#5f5c55",
        "ghost": "#6f6c65",
    },
    dark=False,
)

CONTRAST: Final = _theme(
    "contrast",
    {
        "accent": "#7fffd4",
        "private": "#ffb3ff",
        "warning": "#ffd75f",
        "error": "#ffb0b0",
        "foreground": "#ffffff",
        "background": "#000000",
        "surface": "#101010",
        "panel": "#303030",
        "faint": "#d0d0d0",
        "ghost": "#b8b8b8",
    },
    dark=True,
    ghost_style="italic",
)

LOOKS: Final = (DUSK, PAPER, CONTRAST)
DEFAULTS: Final = dict(
    DUSK.variables
)  # until a theme is chosen, Textual's own holds: it lacks ours
