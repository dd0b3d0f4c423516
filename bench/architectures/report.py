"""The section of docs/benchmarks.md that compares designs. Pure text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.architectures.candidates import PAST, SHIPPED, WIDTH, WINDOW
from bench.document import table

_HEAD = [
    "design",
    "parameters M",
    "int8 MB",
    "M products a step",
    "float32 ms",
    "of shipped",
    "int8 ms",
    "of shipped",
    "nats a piece",
    "word perplexity",
    "recall@3 %",
    "int8 = float %",
]
_OPEN = "–"  # not trained, or not timed


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate: what was counted, timed (seconds by precision; empty: not timed) and measured (None: not)."""

    label: str
    parameters: int
    int8_bytes: int
    multiplies: int
    step_s: Mapping[str, float]
    figures: Mapping[str, Any] | None


def section(command: str, rows: Sequence[Row], own_s: float | None, vocabulary: int) -> str:
    """Return the section's text; `own_s`: a step of the shipped design by the base's own exporter, if timed."""
    shipped = next(row for row in rows if row.label == SHIPPED)
    trained = [row.figures for row in rows if row.figures is not None]
    lines = [
        "## Architectures",
        "",
        f"`{command}`: every design over the same {vocabulary:,} pieces, with embeddings of {WIDTH}, read the same",
        "lines in the same order under the base's optimiser, schedule and loss.",
        _trained(trained[0]) if trained else "None was trained.",
        "",
        table(_HEAD, [_cells(row, shipped) for row in rows]),
        "",
        *_clock(own_s),
        "- Size: matrices as int8 rows with a scale each. recall@3 is the int8 graph's, perplexity and nats the float",
        "  network's. Last column: how many of the float network's five likeliest pieces are among int8's five.",
    ]
    return "\n".join(lines)


def _clock(own_s: float | None) -> list[str]:
    if own_s is None:
        return ["- Not timed in this run: `--held` times, and trains nothing."]
    return [
        "- A step is one piece, batch 1, one thread, in ONNX Runtime: the median of its processor time, in turns. The",
        "  scores of all pieces are the larger part of its products and the same for all.",
        f"- Transformers see {WINDOW} pieces; while the clock runs, {PAST} stand before the one that is read.",
        "- All graphs come from torch's exporter and ONNX Runtime's dynamic quantiser. The base's own exporter gives",
        f"  the shipped design, with the adapter's inputs, a step of {1e3 * own_s:.2f} ms.",
    ]


def _trained(figures: Mapping[str, Any]) -> str:
    return (
        f"Each read {figures['read'] / 1e6:.2f} M pieces (N), a small part of what the base reads: "
        "**figures after so little\ntraining rank designs and do not say how good each can be.** "
        f"Measured on {figures['lines']:,} held-out lines ({figures['words']:,}\nwords), cut at 64 pieces."
    )


def _cells(row: Row, shipped: Row) -> list[str]:
    cells = [
        row.label,
        f"{row.parameters / 1e6:.1f}",
        f"{row.int8_bytes / 1e6:.1f}",
        f"{row.multiplies / 1e6:.1f}",
    ]
    for precision in ("float32", "int8"):
        took = row.step_s.get(precision)
        if took is None:
            cells += [_OPEN] * 2
        else:
            cells += [f"{1e3 * took:.2f}", f"{took / shipped.step_s[precision]:.2f}"]
    if row.figures is None:
        return cells + [_OPEN] * 4
    return [
        *cells,
        f"{row.figures['nats_a_piece']:.3f}",
        f"{row.figures['word_perplexity']:.0f}",
        f"{100 * row.figures['recall_at_3']:.1f}",
        f"{100 * row.figures['agreement']:.1f}",
    ]
