"""Recall@3 by virtual time, and gains by epsilon, as SVG. Pure; no font, no script, legible on light and dark."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from hushkey.sync.simulation.running import Trace
from hushkey.sync.simulation.world import Goal

_COLOURS = ("#0b7285", "#e8590c", "#2f9e44", "#ae3ec9", "#f08c00", "#1971c2")
_INK = "#868e96"
_FONT = 'font-family="sans-serif" font-size="12"'
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 760, 340, 58, 32, 260

Line = Sequence[tuple[float, float]]


def progress(traces: Mapping[str, Trace], goal: Goal) -> str:
    """Draw the gain of each run's versions against virtual seconds on a log scale, the target as a line."""
    lines = {
        name: [
            (point.at_s, 100 * (point.recall_at_3 - goal.base))
            for point in trace.points
            if point.at_s > 0.0
        ]
        for name, trace in traces.items()
    }
    marked = None if goal.target is None else 100 * (goal.target - goal.base)
    return curves(
        {name: line for name, line in lines.items() if line},
        title="Gain in recall@3 over the base, points",
        below="virtual seconds",
        marked=marked,
    )


def curves(
    lines: Mapping[str, Line], *, title: str, below: str, marked: float | None = None
) -> str:
    """Draw lines over a log scale, one colour each; `marked` is a height with a line of its own."""
    points = [point for line in lines.values() for point in line]
    heights = [0.0, *([] if marked is None else [marked]), *(y for _, y in points)]
    low, high = math.floor(10 * min(heights)) / 10, math.ceil(10 * max(heights) + 0.5) / 10
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    spread = math.log(right / left) or 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + 10 + (_WIDTH - _LEFT - 30) * math.log(x / left) / spread
        return across, _BOTTOM - (_BOTTOM - _TOP) * (y - low) / (high - low)

    parts = _scale(low, high)
    for power in range(math.ceil(math.log10(left)), math.floor(math.log10(right)) + 1):
        parts.append(_text(at(10.0**power, low)[0], _BOTTOM + 16, f"{10**power:,}", "middle"))
    parts.append(_text(_WIDTH / 2, _BOTTOM + 34, below, "middle"))
    if marked is not None:
        y = at(left, marked)[1]
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_INK}" '
            'stroke-dasharray="5 4" stroke-width="1.5"/>'
        )
        parts.append(_text(_WIDTH - 12, y - 4, "target", "end"))
    for number, (label, line) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in line))
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        )
        x, y = at(*line[-1])
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
        across, top = 60 + 116 * number, _HEIGHT - 28
        parts.append(f'<rect x="{across}" y="{top}" width="11" height="11" fill="{colour}"/>')
        parts.append(_text(across + 16, top + 10, label, "start"))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}">'
    )
    return "\n".join([head, _text(_WIDTH / 2, 16, title, "middle"), *parts, "</svg>\n"])


def _scale(low: float, high: float) -> list[str]:
    step = next(
        step
        for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0, 100.0)
        if (high - low) / step <= 10
    )
    parts = []
    for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1):
        y = _BOTTOM - (_BOTTOM - _TOP) * (number * step - low) / (high - low)
        strength = 0.9 if number == 0 else 0.35
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="{_INK}" '
            f'stroke-opacity="{strength}"/>'
        )
        parts.append(_text(_LEFT - 6, y + 4, f"{number * step:+.1f}", "end"))
    return parts


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{_INK}" text-anchor="{anchor}" {_FONT}>'
        f"{escape(said)}</text>"
    )
