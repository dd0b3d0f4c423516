"""What the sections on learning say of figures that are known, and how a few words are learned and typed in earnest."""

from argparse import ArgumentParser
from dataclasses import asdict
from xml.etree import ElementTree as ET

import pytest

from bench.learning.allocator import answer as allocated
from bench.learning.allocator import peak_of
from bench.learning.latency import Took
from bench.learning.latency import section as latency_section
from bench.learning.memory_table import Footprint
from bench.learning.memory_table import section as memory_section
from bench.learning.picture import gains
from bench.learning.pupil import Pupil
from bench.learning.speed import Run, line_through
from bench.learning.speed import section as speed_section
from bench.learning.users import add_options, command_of
from bench.learning.users_table import rows_of
from bench.learning.users_table import section as users_section
from hushkey.model.base import load_base
from hushkey.model.evaluation import Counts
from hushkey.model.plans import preset

MB = 1_000_000


def user(name: str, amount: int, points: float, *, kept: bool = True) -> dict:
    """Answer of a user whose adapter saves so many keys of ten thousand."""
    without = Counts(words=1_000, characters=10_000, keys=5_000, hits_at_3=300)
    with_ = Counts(words=1_000, characters=10_000, keys=5_000 - round(100 * points), hits_at_3=310)
    return {
        "user": name,
        "amount": amount,
        "kept": kept,
        "without": asdict(without),
        "with": asdict(with_),
    }


def test_a_refused_adapter_neither_gains_nor_loses_and_is_told_without_the_guard():
    rows = rows_of(
        [user("a/1", 100, -3.0, kept=False), user("a/2", 100, 1.0), user("b/1", 300, -0.8)]
    )
    assert [row.guarded for row in rows] == [0.0, pytest.approx(1.0), pytest.approx(-0.8)]
    said = users_section(rows, 3, "the command")
    with_guard, without = said.split("The same adapters without the guard")
    assert "| 100 | 2 | 50.0 | +0.50 (+0.00 to +1.00) |" in with_guard
    assert "| 100 | 2 | 50.0 | -1.00 (-3.00 to +1.00) |" in without
    assert "lose more than 0.5 points with the guard: 1 of 3" in said
    assert "| b/1 | 300 | -0.80 | 1000 |" in said
    assert "| a/1 | 100 | -3.00 | 1000 |" in said.split("would lose without the guard", 1)[1]
    assert "not above zero beyond noise" in said
    assert "short by 31.3 points" in said


def test_gains_of_everybody_are_told_as_above_zero_and_nobody_as_losing():
    rows = rows_of([user(f"a/{number}", 1_000, 0.5 + number / 10) for number in range(9)])
    said = users_section(rows, 9, "the command")
    assert "**above zero**" in said
    assert "**reached**" in said
    assert "Nobody loses with the guard more than 0.5 points" in said


def test_the_picture_is_drawn_whole_and_shows_a_loss_below_the_line_of_zero():
    rows = rows_of([user("a/1", 100, -1.0), user("a/2", 100, -2.0), user("a/1", 300, 2.0)])
    root = ET.fromstring(gains(rows))  # noqa: S314  our own text
    heights = [
        float(circle.get("cy")) for circle in root.iter("{http://www.w3.org/2000/svg}circle")
    ]
    zero = next(
        float(line.get("y1"))
        for line in root.iter("{http://www.w3.org/2000/svg}line")
        if line.get("stroke-opacity") == "0.9"
    )
    assert len(heights) == 4
    assert heights[0] > zero > heights[1]


def test_the_table_names_the_command_that_asks_for_the_same_users():
    parser = ArgumentParser()
    add_options(parser)
    assert command_of(parser.parse_args(["--jobs", "2"])) == "python -m bench.learning users"
    asked = ["--amounts", "100", "300", "--per-corpus", "8", "2", "--test-words", "600"]
    said = command_of(parser.parse_args([*asked, "--report"]))
    assert said == f"python -m bench.learning users {' '.join(asked)}"
    assert (
        users_section(rows_of([user("a/1", 100, 1.0)]), 3, said)
        .splitlines()[2]
        .startswith(f"`{said}`:")
    )


def gain(name: str, full: float, plan: float) -> dict:
    ways = {"none": 6.0, "full fine-tuning": 6.0 - full, "small": 6.0 - plan}
    figures = {
        way: {part: {"nats": nats, "recall_at_3": nats / 20} for part in ("network", "keyboard")}
        for way, nats in ways.items()
    }
    return {"user": name, "folds": figures, "test": figures}


def footprint(risen: float, allocated: float, process: float) -> Footprint:
    sizes = (int(size * MB) for size in (risen, allocated, 100, 100, process, 1, 40))
    return Footprint("small", *sizes, (64, 32))


def test_memory_is_judged_by_the_worse_way_to_measure_and_the_worst_history():
    answers = [gain("a/1", 0.2, 0.19), gain("a/2", 0.4, 0.37)]
    said = memory_section([footprint(10, 15, 390), footprint(12, 19, 380)], answers, 2_000, 600)
    assert "| memory below full fine-tuning, at least 80% | reached (81.0%) |" in said
    assert "| gain kept, network alone, nats, at least 90% | reached (93.3%) |" in said
    assert "| whole process, at most 400 MB | reached |" in said
    assert "| update smaller, at least 95% | reached (97.5%) |" in said
    said = memory_section([footprint(10, 25, 420)], [gain("a/1", 0.2, 0.1)] * 2, 2_000, 600)
    assert "**short by 5.0 points** (75.0%)" in said
    assert "**short by 40.0 points** (50.0%)" in said
    assert "**short by 20 MB**" in said


def learned(kind: str, words: int, seconds: float) -> Run:
    return Run(kind, words, words, seconds, seconds + 3, seconds, 380 * MB, 0.0007)


def test_a_cost_that_grows_with_the_square_is_not_told_as_linear():
    straight = [learned("one pass", words, 2 + words / 500) for words in (1_000, 8_000, 100_000)]
    fixed, slope, explained = line_through(straight)
    assert (fixed, slope, explained) == (pytest.approx(2), pytest.approx(0.002), pytest.approx(1))
    steep = [learned("learned", words, words**2 / 1e6) for words in (2_000, 8_000, 100_000)]
    said = speed_section([*straight, *steep])
    assert "costs 0.51 times a word at 1,000: **linear**" in said
    assert "**grows faster than linearly**" in said
    assert "- 2,000 words, learned: 4.0 s of at most 20 s: **reached**" in said
    assert "- 100,000 words, one pass: 202.0 s of at most 600 s: **reached**" in said


def test_keys_twice_as_slow_are_within_the_bound_and_slower_ones_are_not():
    idle, slow, slower = (Took([[factor / 1e3] * 100] * 2) for factor in (1, 2, 2.5))
    assert "2.00 (blocks: 2.00 to 2.00)" in latency_section(idle, slow, 100)
    assert "**reached**" in latency_section(idle, slow, 100)
    assert "**short: 2.50**" in latency_section(idle, slower, 100)


def test_the_peak_is_that_of_the_running_sum():
    assert peak_of([5, 5, -5, 3, -8, 9]) == 10
    assert peak_of([-5, 2]) == 0
    assert peak_of([]) == 0


LINES = [
    f"shall we meet at the old mill on the {day} or later" for day in ("first", "second", "third")
]


@pytest.mark.slow
def test_the_profiler_sees_more_of_full_fine_tuning_than_of_an_adapter():
    asked = {"lines": LINES, "part": 64, "rows": 32}
    base_bytes = 4 * load_base().runtime().shape.all_parameters
    fully = allocated({**asked, "plan": ""})["allocator_bytes"]
    small = allocated({**asked, "plan": "small"})["allocator_bytes"]
    assert fully > 3 * base_bytes > 10 * small > 0  # gradients and two moments of every weight


@pytest.mark.slow
def test_a_history_too_short_for_the_guard_is_typed_with_an_adapter_all_the_same():
    pupil = Pupil(load_base(), preset("tiny"))
    try:
        test = ["shall we meet at the old mill"]
        answer = pupil.answer({"seed": 1, "history": LINES, "test": test, "committed": test})
        again = pupil.answer({"seed": 1, "history": LINES, "test": test, "committed": test})
    finally:
        pupil.close()
    assert not answer["kept"]
    assert answer["with"]["words"] == answer["without"]["words"] == 7
    assert answer["without"]["keys"] < answer["without"]["characters"]
    assert [answer[way] for way in ("with", "without")] == [
        again[way] for way in ("with", "without")
    ]
