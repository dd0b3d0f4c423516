"""What a learning run came to, as sentences, table rows and JSON. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from hushkey.tui.cli.when import minute_of
from hushkey.tui.view_model import time_left

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hushkey.keyboard.learner import FullReport, LearnReport
    from hushkey.keyboard.learning.judge import Figures
    from hushkey.keyboard.notes import LearnRun

_HEADS: Final = ("when", "words", "took", "memory", "plan", "next word in three", "nats a word", "")
_MEGA: Final = 1e6


def sentence(report: LearnReport) -> str:
    """Say what became of a run; figures are of all experts together, on lines that did not train it."""
    if not report.words:
        return "nothing to learn from yet; type or import something first"
    words = f"{report.words:,} words"
    if not report.finished:
        return (
            f"{words}: stopped after {_lasted(report.seconds)}, its time was over; nothing was changed "
            "yet, and the next 'hushkey learn' goes on from there"
        )
    if not report.keyboard_before.nats:
        return f"{words} are too few to tell whether an adapter would help; nothing was changed"
    verdict = "kept" if report.kept else "not better, so what was learned before stays"
    return (
        f"{words} in {_lasted(report.seconds)} ({_megabytes(report.peak_training_bytes)} of memory for "
        f"training): {_from_to(report.keyboard_before, report.keyboard_after)}; {verdict}"
    )


def compared(report: LearnReport, full: FullReport) -> str:
    """Say what full fine-tuning would have taken and brought."""
    after = full.keyboard_full_after
    brought = (
        f"next word in three {after.recall_at_3:.1%}, loss {after.nats:.2f} nats a word"
        if after.nats
        else "too few words to tell what it would have brought"
    )
    return (
        f"full fine-tuning: {full.seconds:.1f} s, {_megabytes(full.full_training_bytes)} of memory for "
        f"training, an update of {_megabytes(full.full_bytes)} instead of "
        f"{_megabytes(report.update_bytes)}: {brought}"
    )


def as_dict(report: LearnReport, full: FullReport | None) -> dict[str, Any]:
    """Return the last line of `learn --json`; what only a comparison tells is null without one."""
    held = asdict(report)
    whole = {} if full is None else asdict(full)
    return {
        **{name: held[name] for name in ("plan", "words", "seconds", "peak_training_bytes")},
        "full_training_bytes": whole.get("full_training_bytes"),
        **{name: held[name] for name in ("process_bytes", "update_bytes", "full_bytes")},
        **{name: held[name] for name in ("before", "after")},
        "full_after": whole.get("full_after"),
        **{name: held[name] for name in ("keyboard_before", "keyboard_after")},
        "keyboard_full_after": whole.get("keyboard_full_after"),
        "full_seconds": whole.get("seconds"),
        **{name: held[name] for name in ("kept", "finished")},
    }


def run_as_dict(run: LearnRun) -> dict[str, Any]:
    """Return one run of the log as JSON has it."""
    return {"at": run.at, **run.report}


def run_rows(runs: Sequence[LearnRun]) -> Iterator[tuple[str, ...]]:
    """Give the log as rows of a table, its heads first."""
    yield _HEADS
    for run in runs:
        yield _row(run.at, run.report)


def _row(at: float, report: Mapping[str, Any]) -> tuple[str, ...]:
    before, after = (report.get(f"keyboard_{when}") or {} for when in ("before", "after"))
    judged = bool(before.get("nats"))
    memory = report.get("peak_training_bytes", 0)
    return (
        minute_of(at),
        f"{report.get('words', 0):,}",
        _lasted(report.get("seconds", 0.0)),
        _megabytes(memory) if memory else "-",
        str(report.get("plan") or "-"),
        f"{before['recall_at_3']:.1%} -> {after['recall_at_3']:.1%}" if judged else "-",
        f"{before['nats']:.2f} -> {after['nats']:.2f}" if judged else "-",
        _fate(report, judged=judged),
    )


def _fate(report: Mapping[str, Any], *, judged: bool) -> str:
    if not report.get("finished", True):
        return "stopped, went on later"
    if report.get("kept"):
        return "kept"
    return "not better" if judged else "not kept"


def _from_to(before: Figures, after: Figures) -> str:
    return (
        f"next word in three {before.recall_at_3:.1%} -> {after.recall_at_3:.1%}, "
        f"loss {before.nats:.2f} -> {after.nats:.2f} nats a word"
    )


def _lasted(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"


def _megabytes(size: int) -> str:
    """Write a number of bytes with two digits that count."""
    mega = size / _MEGA
    return f"{mega:.0f} MB" if mega >= 10 else f"{mega:.2g} MB"


__all__ = ["as_dict", "compared", "run_as_dict", "run_rows", "sentence", "time_left"]
