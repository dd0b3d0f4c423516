"""The benchmark's two pictures as SVG. Pure: figures in, text out; no font, no script, legible on light and dark."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

_COLOURS = ("#0b7285", "#3bc9db", "#e8590c", "#f08c00", "#868e96", "#ae3ec9")
_INK = "#868e96"
_FONT = 'font-family="sans-serif" font-size="12"'
_WIDTH = 760


def bars(values: Mapping[str, Mapping[str, float]], title: str) -> str:
    """Draw shares (0..1) by group and system as bars: {regime: {system: share}}."""
    labels = list(dict.fromkeys(label for group in values.values() for label in group))
    height, left, bottom = 312, 40, 250
    span = (_WIDTH - left - 10) / len(values)
    width = span * 0.84 / max(len(labels), 1)
    top = _ceiling(share for group in values.values() for share in group.values())
    parts = _scale(top, left, bottom, 210.0)
    for place, (name, group) in enumerate(values.items()):
        start = left + place * span + span * 0.08
        for label, share in group.items():
            number = labels.index(label)
            tall = 210.0 * share / top
            x = start + number * width
            parts.append(
                f'<rect x="{x:.1f}" y="{bottom - tall:.1f}" width="{width - 2:.1f}" height="{tall:.1f}" '
                f'fill="{_COLOURS[number % len(_COLOURS)]}"/>'
            )
            parts.append(
                _text(x + width / 2 - 1, bottom - tall - 4, f"{100 * share:.1f}", "middle")
            )
        parts.append(_text(start + span * 0.42, bottom + 16, name, "middle"))
    return _picture(title, [*parts, *_legend(labels, height - 27)], height)


def curves(lines: Mapping[str, Mapping[int, float]], title: str, below: str) -> str:
    """Draw shares (0..1) against words, one line a system: {system: {words: share}}; words on a log scale."""
    height, left, bottom, wide = 376, 40, 290, _WIDTH - 70
    amounts = sorted({words for points in lines.values() for words in points})
    shares = [share for points in lines.values() for share in points.values()]
    top, floor = _ceiling(shares), math.floor(10 * min(shares)) / 10
    furthest = math.log1p(max(amounts) / 50)

    def at(words: int, share: float) -> tuple[float, float]:
        x = left + wide * math.log1p(words / 50) / furthest
        return x, bottom - 250.0 * (share - floor) / (top - floor)

    parts = _scale(top, left, bottom, 250.0, floor)
    for words in amounts:
        parts.append(_text(at(words, floor)[0], bottom + 16, f"{words:,}", "middle"))
    parts.append(_text(left + wide / 2, bottom + 34, below, "middle"))
    for number, points in enumerate(lines.values()):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [at(words, points[words]) for words in sorted(points)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        )
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places]
    return _picture(title, [*parts, *_legend(list(lines), height - 27)], height)


def _ceiling(shares: Iterable[float]) -> float:
    return math.ceil(10 * max(shares) + 0.2) / 10  # room for a number above


def _scale(top: float, left: int, bottom: int, tall: float, floor: float = 0.0) -> list[str]:
    parts = []
    for tenth in range(round(10 * floor), round(10 * top) + 1):
        y = bottom - tall * (tenth / 10 - floor) / (top - floor)
        parts.append(
            f'<line x1="{left}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_INK}" '
            'stroke-opacity="0.35"/>'
        )
        parts.append(_text(left - 6, y + 4, f"{10 * tenth}%", "end"))
    return parts


def _legend(labels: Sequence[str], y: float) -> list[str]:
    parts = []
    x = 40.0
    for number, label in enumerate(labels):
        wide = 30 + 6.6 * len(label)
        if x + wide > _WIDTH:
            x, y = 40.0, y + 17
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(f'<rect x="{x:.0f}" y="{y - 10:.0f}" width="11" height="11" fill="{colour}"/>')
        parts.append(_text(x + 15, y, label, "start"))
        x += wide
    return parts


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{_INK}" text-anchor="{anchor}" {_FONT}>'
        f"{escape(said)}</text>"
    )


def _picture(title: str, parts: Sequence[str], height: int) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}">'
    )
    return "\n".join([head, _text(_WIDTH / 2, 16, title, "middle"), *parts, "</svg>\n"])
