"""How long learning takes, from 1,000 to 100,000 words, on one core: whether the cost grows linearly."""

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.document import table
from bench.learning.writers import Writer, concatenated, read_writers
from bench.reference import reference_seconds
from bench.typing.clock import one_core
from hushkey.keyboard.adapting import SEED
from hushkey.keyboard.learner import LearnProgress, Trainer
from hushkey.keyboard.learning.folds import folds_of
from hushkey.keyboard.learning.lesson import without
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.settings import Settings
from hushkey.model.adapter import Adapter
from hushkey.model.base import load_base
from hushkey.model.plans import preset
from hushkey.model.training.finetune import Settings as Training

GUARDED = (1_000, 2_000, 4_000, 8_000, 16_000, 100_000)  # words, learned as a profile learns them
ONE_PASS = (1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 100_000)
BUDGETS_S = {("learned", 2_000): 20.0, ("one pass", 100_000): 600.0}
GROWTH = 1.25  # seconds a word, the largest size by the smallest
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Run:
    """One learning in a process of its own."""

    kind: str  # learned, or one pass
    words: int
    trained: int  # words that its trainings read, pass by pass
    wall_s: float  # of the learning itself
    whole_s: float  # with the start of the process
    cpu_s: float  # of the whole process
    process_bytes: int
    reference_s: float  # the reference loop, before and after

    @property
    def word_ms(self) -> float:
        """Milliseconds a word that was trained on, once."""
        return 1e3 * self.wall_s / self.trained


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this part."""
    parser.add_argument(
        "--most", type=int, default=max(ONE_PASS), help="words, of the largest size"
    )
    parser.add_argument(
        "--most-learned", type=int, default=max(GUARDED), help="the same, of what is judged too"
    )
    parser.add_argument("--smoke", action="store_true", help="up to 2,000 words; writes nothing")


def run(options: argparse.Namespace) -> None:
    """Measure and write the section."""
    most = 2_000 if options.smoke else options.most
    writers = read_writers(options.users, options.left_out)
    runs = []
    with one_core():
        for kind, sizes, limit in (
            ("one pass", ONE_PASS, most),
            ("learned", GUARDED, min(most, options.most_learned)),
        ):
            for words in (size for size in sizes if size <= limit):
                runs.append(measure(kind, writers, words))
                print(runs[-1], file=sys.stderr, flush=True)
    text = section(runs)
    print(text)
    if not options.smoke:
        options.write("speed", text)


def measure(kind: str, writers: Sequence[Writer], words: int) -> Run:
    """Learn so many words in a fresh process.

    Where the guard refuses, which saves the last training, that one is done all the same and counted.
    """
    lines = [redact(line).text for line in concatenated(writers, words)]
    base, plan = load_base(), preset(Settings().learn_plan)
    start = Adapter.zero(base.runtime().shape, base=base.identity, seed=SEED, ranks=plan.ranks)
    settings: dict[str, Any] = dict(plan.settings)
    if kind == "one pass":
        settings["epochs"] = 1
    before, began, cpu = reference_seconds(), time.monotonic(), _children_s()
    with Trainer(base.folder) as trainer:
        report = trainer.train(
            lines, start, _shown(words), settings=settings, guarded=kind != "one pass"
        ).report
        seconds = report.seconds
        if not report.kept:
            last = trainer.train(lines, start, _shown(words), settings=settings, guarded=False)
            seconds += last.report.seconds
    whole_s = time.monotonic() - began
    reference_s = (before + reference_seconds()) / 2
    return Run(
        kind,
        report.words,
        _trained(lines, kind),
        seconds,
        whole_s,
        _children_s() - cpu,
        report.process_bytes,
        reference_s,
    )


def _trained(lines: Sequence[str], kind: str) -> int:
    """Count the words that all trainings read, as often as they do."""
    if kind == "one pass":
        return _words(lines)
    parts = [without(lines, fold) for fold in folds_of(lines)]
    return Training().epochs * sum(map(_words, [*parts, lines]))


def _words(lines: Sequence[str]) -> int:
    return sum(len(line.split()) for line in lines)


def _children_s() -> float:
    """Return the processor time of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _shown:  # noqa: N801  used as a function
    """Says how far a long training is, once in a while."""

    def __init__(self, words: int) -> None:
        self._words, self._at = words, time.monotonic()

    def __call__(self, progress: LearnProgress) -> None:
        if time.monotonic() - self._at > 30:
            self._at = time.monotonic()
            told = f"{self._words:,} words: step {progress.step} of {progress.steps}"
            print(f"{told}, {progress.left_s:.0f} s left", file=sys.stderr, flush=True)


def line_through(runs: Sequence[Run]) -> tuple[float, float, float]:
    """(seconds that every run takes, seconds a word trained on, share of the variance explained)."""
    words = np.array([run.trained for run in runs], dtype=float)
    seconds = np.array([run.wall_s for run in runs])
    slope, fixed = np.polyfit(words, seconds, 1)
    left = seconds - (slope * words + fixed)
    explained = 1 - float((left**2).sum()) / float(((seconds - seconds.mean()) ** 2).sum())
    return float(fixed), float(slope), explained


def section(runs: Sequence[Run]) -> str:
    """Write the section."""
    kinds = {kind: [run for run in runs if run.kind == kind] for kind in ("learned", "one pass")}
    said: list[str] = []
    for kind, of in kinds.items():
        growth = of[-1].word_ms / of[0].word_ms
        fixed, slope, explained = line_through(of)
        linear = "**linear**" if growth <= GROWTH else "**grows faster than linearly**"
        said.append(
            f"- {kind}: {1e3 * slope:.2f} ms a word and {fixed:.1f} s once, by a straight line that explains "
            f"{100 * explained:.2f}% of the variance; a word at {of[-1].words:,} costs {growth:.2f} times "
            f"a word at {of[0].words:,}: {linear}"
        )
    said += [
        f"- {words:,} words, {kind}: {_nearest(kinds[kind], words).wall_s:.1f} s of at most {budget:.0f} s: "
        + _held(_nearest(kinds[kind], words).wall_s, budget)
        for (kind, words), budget in BUDGETS_S.items()
    ]
    return "\n".join(
        [
            "## Time",
            "",
            "`python -m bench.learning speed --most-learned 16000`: histories of public writers, each corpus with",
            f"an equal share, on one core, the plan `{Settings().learn_plan}`, a fresh process each. *Learned* is what",
            "`hushkey learn` does:",
            "trainings without the held-out lines, judging, the training that is taken up, three passes each;",
            "*one pass* is one training over the history once. A word is counted each time that it is trained on: a",
            "history below 1,200 words is trained on thrice in four trainings, a longer one in two. The fixed",
            "reference loop of `docs/benchmarks.md` stands beside each, since machines differ.",
            "",
            table(
                [
                    "words",
                    "",
                    "s",
                    "words trained on, pass by pass",
                    "ms a word of these",
                    "s with the start",
                    "processor s",
                    "rounds of the reference loop a word",
                    "reference loop, ms",
                    "whole process, MB",
                ],
                [_cells(run) for run in runs],
            ),
            "",
            *said,
        ]
    )


def _cells(run: Run) -> list[str]:
    return [
        f"{run.words:,}",
        run.kind,
        f"{run.wall_s:.1f}",
        f"{run.trained:,}",
        f"{run.word_ms:.2f}",
        f"{run.whole_s:.1f}",
        f"{run.cpu_s:.1f}",
        f"{run.word_ms / (1e3 * run.reference_s):.2f}",
        f"{1e3 * run.reference_s:.3f}",
        f"{run.process_bytes / _MB:.0f}",
    ]


def _nearest(runs: Sequence[Run], words: int) -> Run:
    return min(runs, key=lambda run: abs(run.words - words))


def _held(seconds: float, budget: float) -> str:
    return "**reached**" if seconds <= budget else f"**short by {seconds - budget:.1f} s**"
