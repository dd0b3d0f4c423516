"""Gain by amount of history with its intervals, as SVG. Pure; no font, no script, legible on light and dark."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from bench.learning.means import Mean
from bench.learning.users_table import Row, gain_by_amount

_COLOURS = ("#0b7285", "#e8590c")
_INK = "#868e96"
_FONT = 'font-family="sans-serif" font-size="12"'
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 760, 340, 52, 32, 260
_TITLE = "Keystrokes saved by the adapter on top of the n-gram memory"


def gains(rows: Sequence[Row]) -> str:
    """Draw the mean gain of each amount, with the guard and without it."""
    return curves(
        {
            "with the guard": gain_by_amount(rows, lambda row: row.guarded),
            "without the guard": gain_by_amount(rows, lambda row: row.ksr),
        }
    )


def curves(lines: Mapping[str, Mapping[int, Mean]]) -> str:
    """Draw points of a hundred against words on a log scale, one line a way, each point with its interval."""
    points = [mean for line in lines.values() for mean in line.values()]
    low = math.floor(10 * min(0.0, *(mean.low for mean in points))) / 10
    high = math.ceil(10 * max(0.1, *(mean.high for mean in points))) / 10
    amounts = sorted({amount for line in lines.values() for amount in line})
    spread = math.log(amounts[-1] / amounts[0]) or 1.0

    def at(amount: int, value: float) -> tuple[float, float]:
        x = _LEFT + 30 + (_WIDTH - _LEFT - 70) * math.log(amount / amounts[0]) / spread
        return x, _BOTTOM - (_BOTTOM - _TOP) * (value - low) / (high - low)

    parts = _scale(low, high)
    parts += [
        _text(at(amount, low)[0], _BOTTOM + 16, f"{amount:,}", "middle") for amount in amounts
    ]
    parts.append(_text(_WIDTH / 2, _BOTTOM + 34, "words of history learned", "middle"))
    for number, (label, line) in enumerate(lines.items()):
        colour, aside = _COLOURS[number], 8 * number - 4
        places = {amount: at(amount, mean.mean) for amount, mean in line.items()}
        path = " ".join(f"{x + aside:.1f},{y:.1f}" for x, y in places.values())
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        )
        for amount, mean in line.items():
            x, y = places[amount][0] + aside, places[amount][1]
            ends = at(amount, mean.low)[1], at(amount, mean.high)[1]
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{ends[0]:.1f}" y2="{ends[1]:.1f}" '
                f'stroke="{colour}" stroke-width="1.5"/>'
            )
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
        left, top = 60 + 190 * number, _HEIGHT - 28
        parts.append(f'<rect x="{left}" y="{top}" width="11" height="11" fill="{colour}"/>')
        parts.append(_text(left + 16, top + 10, label, "start"))
    parts.append(
        _text(60 + 190 * len(lines), _HEIGHT - 18, "bars: 95% intervals over users", "start")
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(_TITLE)}">'
    )
    return "\n".join([head, _text(_WIDTH / 2, 16, _TITLE, "middle"), *parts, "</svg>\n"])


def _scale(low: float, high: float) -> list[str]:
    step = next(
        step for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0) if (high - low) / step <= 10
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
