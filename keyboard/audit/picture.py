"""An audit as a picture: exposure by how often a secret was typed, one bar an attack surface. Pure: SVG text out."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from hushkey.keyboard.audit.figures import AuditReport
from hushkey.keyboard.audit.verdict import surfaces
from hushkey.model.audit.exposure import chance_bits

_COLOURS = ("#0b7285", "#3bc9db", "#e8590c", "#ae3ec9", "#868e96", "#f08c00")
_INK = "#868e96"
_FONT = 'font-family="sans-serif" font-size="12"'
_WIDTH, _TALL, _LEFT, _BOTTOM = 760, 210.0, 46, 250
_TITLE = "Exposure of planted secrets, bits"


def picture(report: AuditReport) -> str:
    """Draw a report; legible on light and dark, no font and no script of its own."""
    counts = sorted({each.count for each in report.ngrams.findings})
    bits = {
        f"typed {count} {'time' if count == 1 else 'times'}": {
            name: surface.bits(lambda each, count=count: each.count == count)  # type: ignore[misc]
            for name, surface in surfaces(report)
        }
        for count in counts
    }
    return draw(
        bits, most=math.log2(report.ngrams.candidates), chance=chance_bits(report.ngrams.candidates)
    )


def draw(bits: Mapping[str, Mapping[str, float]], *, most: float, chance: float) -> str:
    """Draw exposures in bits, {group: {attack surface: bits}}, with a line where chance lies."""
    labels = list(dict.fromkeys(label for group in bits.values() for label in group))
    span = (_WIDTH - _LEFT - 10) / len(bits)
    width = span * 0.88 / len(labels)
    parts = _scale(most)
    for place, (name, group) in enumerate(bits.items()):
        start = _LEFT + place * span + span * 0.06
        for label, value in group.items():
            number = labels.index(label)
            x, tall = start + number * width, _TALL * value / most
            parts.append(
                f'<rect x="{x:.1f}" y="{_BOTTOM - tall:.1f}" width="{width - 2:.1f}" height="{tall:.1f}" '
                f'fill="{_COLOURS[number % len(_COLOURS)]}"/>'
            )
            parts.append(_text(x + width / 2 - 1, _BOTTOM - tall - 4, f"{value:.1f}", "middle"))
        parts.append(_text(start + span * 0.44, _BOTTOM + 16, name, "middle"))
    y = _BOTTOM - _TALL * chance / most
    parts.append(
        f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_INK}" '
        'stroke-width="1.5" stroke-dasharray="6 4"/>'
    )
    parts.append(_text(_LEFT - 6, y + 4, "chance", "end"))
    legend, height = _legend(labels)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(_TITLE)}">'
    )
    return "\n".join([head, _text(_WIDTH / 2, 16, _TITLE, "middle"), *parts, *legend, "</svg>\n"])


def _scale(most: float) -> list[str]:
    parts = []
    for bits in range(0, math.floor(most) + 1, 2):
        y = _BOTTOM - _TALL * bits / most
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_INK}" '
            'stroke-opacity="0.35"/>'
        )
        if bits != 2:  # chance lies there
            parts.append(_text(_LEFT - 6, y + 4, str(bits), "end"))
    return parts


def _legend(labels: Sequence[str]) -> tuple[list[str], int]:
    """(marks, height of the picture)."""
    parts = []
    x, y = 40.0, _BOTTOM + 40
    for number, label in enumerate(labels):
        wide = 30 + 6.6 * len(label)
        if x + wide > _WIDTH:
            x, y = 40.0, y + 17
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(f'<rect x="{x:.0f}" y="{y - 10:.0f}" width="11" height="11" fill="{colour}"/>')
        parts.append(_text(x + 15, y, label, "start"))
        x += wide
    return parts, y + 14


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{_INK}" text-anchor="{anchor}" {_FONT}>'
        f"{escape(said)}</text>"
    )
