"""What the section on memory and gain says. Pure: figures in, Markdown out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from bench.document import table
from bench.learning.means import mean_of, share_of

FINE_TUNING, NONE = "full fine-tuning", "none"
LESS_MEMORY, GAIN_KEPT, SMALLER_UPDATE = 0.80, 0.90, 0.95
PROCESS_MB = 400.0
_MB = 1e6

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one training of one history came to, and full fine-tuning in the same parts of a batch."""

    plan: str
    risen: int  # the process' high-water mark above torch and the base, bytes
    allocated: int  # the allocator's peak
    full_risen: int
    full_allocated: int
    process: int  # the whole process, at its highest
    update: int
    full_update: int
    parts: tuple[int, int]  # pieces of a part, rows of scores

    @property
    def less(self) -> float:
        """Return the share of memory that is saved, by the worse of the two ways to measure."""
        return 1 - max(self.risen / self.full_risen, self.allocated / self.full_allocated)


def section(
    footprints: Sequence[Footprint], answers: Sequence[Answer], history: int, test: int
) -> str:
    """Write the section."""
    plans = list(dict.fromkeys(one.plan for one in footprints))
    return "\n".join(
        [
            "## Memory, and how much of full fine-tuning's gain is kept",
            "",
            f"`python -m bench.learning memory`: {history:,} words of history of public writers, on one core. The same",
            "batches, parts of batches, softmax and Adam for all; full fine-tuning trains in place and is worked off",
            "in parts too. Memory is that of the training itself, in a fresh process a figure, torch and the base",
            f"loaded and warmed up before: the largest of {len(footprints) // len(plans)} histories.",
            "",
            _memory(footprints, plans),
            "",
            f"Gain over no adapter on {test} words behind the history, which nothing saw: mean of {len(answers)}",
            "writers with 95% bootstrap intervals, trained on the whole history, unguarded.",
            "",
            _gains(answers, plans, "test"),
            "",
            "The same on the lines that the guard holds out, by trainings without them:",
            "",
            _gains(answers, plans, "folds"),
            "",
            "Share of full fine-tuning's gain that is kept (ratio of the means):",
            "",
            _shares(answers, plans),
            "",
            table(["asked", *plans], list(_verdicts(footprints, answers, plans))),
        ]
    )


def _memory(footprints: Sequence[Footprint], plans: Sequence[str]) -> str:
    rows = []
    for plan in plans:
        of = [one for one in footprints if one.plan == plan]
        one = of[0]
        rows.append(
            [
                plan,
                *(
                    f"{max(getattr(each, name) for each in of) / _MB:.1f}"
                    for name in ("risen", "full_risen", "allocated", "full_allocated")
                ),
                f"{100 * min(each.less for each in of):.1f}%",
                f"{max(each.process for each in of) / _MB:.0f}",
                f"{one.update / 1e3:,.0f}",
                f"{100 * (1 - one.update / one.full_update):.1f}%",
            ]
        )
    head = ["plan", "high-water rise, MB", "of full fine-tuning", "allocator peak, MB"]
    head += ["of full fine-tuning", "less, at the worst", "whole trainer process, MB"]
    head += ["update, kB", f"smaller than {footprints[0].full_update / _MB:.1f} MB by"]
    return table(head, rows)


def gains_of(answers: Sequence[Answer], way: str, where: str, of: str, figure: str) -> list[float]:
    """Return each writer's gain of a way: nats saved a word, or points of recall@3."""
    sign = -1.0 if figure == "nats" else 100.0
    return [
        sign * (answer[where][way][of][figure] - answer[where][NONE][of][figure])
        for answer in answers
    ]


_FIGURES = (
    ("network", "nats", "network alone, nats a word", 3),
    ("network", "recall_at_3", "recall@3, points", 2),
    ("keyboard", "nats", "whole keyboard, nats a word", 3),
    ("keyboard", "recall_at_3", "recall@3, points", 2),
)


def _gains(answers: Sequence[Answer], plans: Sequence[str], where: str) -> str:
    rows = [
        [
            way,
            *(
                mean_of(gains_of(answers, way, where, of, figure)).told(digits)
                for of, figure, _, digits in _FIGURES
            ),
        ]
        for way in (*plans, FINE_TUNING)
    ]
    return table(["", *(label for *_, label, _ in _FIGURES)], rows)


def _kept(answers: Sequence[Answer], plan: str, where: str, of: str, figure: str) -> float:
    """Return the share of full fine-tuning's gain that a plan keeps."""
    return share_of(
        gains_of(answers, plan, where, of, figure),
        gains_of(answers, FINE_TUNING, where, of, figure),
    ).mean


def _shares(answers: Sequence[Answer], plans: Sequence[str]) -> str:
    rows = []
    for where, label in (("test", "unseen text"), ("folds", "the guard's lines")):
        for plan in plans:
            shares = (
                share_of(
                    gains_of(answers, plan, where, of, figure),
                    gains_of(answers, FINE_TUNING, where, of, figure),
                ).told(sign=False)
                for of, figure, *_ in _FIGURES
            )
            rows.append([f"{plan}, {label}", *shares])
    return table(["", *(label.split(",")[0] for *_, label, _ in _FIGURES)], rows)


def _verdicts(
    footprints: Sequence[Footprint], answers: Sequence[Answer], plans: Sequence[str]
) -> list[list[str]]:
    labels = (
        f"memory below full fine-tuning, at least {100 * LESS_MEMORY:.0f}%",
        f"gain kept, network alone, nats, at least {100 * GAIN_KEPT:.0f}%",
        "gain kept, network alone, recall@3",
        "gain kept, whole keyboard, nats",
        f"whole process, at most {PROCESS_MB:.0f} MB",
        f"update smaller, at least {100 * SMALLER_UPDATE:.0f}%",
    )
    rows = [[label] for label in labels]
    for plan in plans:
        of = [one for one in footprints if one.plan == plan]
        process = max(each.process for each in of) / _MB
        told = [
            _at_least(min(each.less for each in of), LESS_MEMORY),
            _at_least(_kept(answers, plan, "test", "network", "nats"), GAIN_KEPT),
            _at_least(_kept(answers, plan, "test", "network", "recall_at_3"), GAIN_KEPT),
            _at_least(_kept(answers, plan, "test", "keyboard", "nats"), GAIN_KEPT),
            "reached" if process <= PROCESS_MB else f"**short by {process - PROCESS_MB:.0f} MB**",
            _at_least(1 - of[0].update / of[0].full_update, SMALLER_UPDATE),
        ]
        for row, said in zip(rows, told, strict=True):
            row.append(said)
    return rows


def _at_least(value: float, asked: float) -> str:
    if isnan(value):
        return "– (full fine-tuning gains nothing)"
    if value >= asked:
        return f"reached ({100 * value:.1f}%)"
    return f"**short by {100 * (asked - value):.1f} points** ({100 * value:.1f}%)"
