"""Which lines judge: the end of a long history, each third of a short one, none of one too short."""

from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.learning.folds import (
    FOLDS,
    LEAST,
    SHORT,
    TAIL_LEAST,
    TAIL_MOST,
    folds_of,
)


def lines_of(lengths) -> list[str]:
    return [" ".join(["the"] * length) for length in lengths]


def test_a_long_history_is_judged_by_its_last_tenth():
    assert folds_of(lines_of([20] * 400)) == [slice(360, 400)]


def test_a_tail_is_never_too_small_to_tell():
    (tail,) = folds_of(lines_of([10] * 200))
    assert (tail.stop - tail.start) * 10 == TAIL_LEAST


def test_a_very_long_history_is_judged_by_enough_of_it():
    (tail,) = folds_of(lines_of([10] * 8_000))
    assert (tail.stop - tail.start) * 10 == TAIL_MOST


def test_a_shorter_history_than_can_tell_is_not_judged():
    assert folds_of(lines_of([10] * (LEAST // 10 - 1))) == []
    assert folds_of(lines_of([LEAST - 1])) == []
    assert folds_of([]) == []
    assert folds_of([""] * 500) == []


@given(st.lists(st.integers(0, 60), min_size=10, max_size=80))
def test_a_short_history_is_held_out_in_thirds_each_line_once(lengths):
    folds = folds_of(lines_of(lengths))
    if LEAST <= sum(lengths) < SHORT:
        held = [number for fold in folds for number in range(fold.start, fold.stop)]
        assert held == list(range(len(lengths)))
        assert len(folds) == FOLDS
        for fold in folds:
            assert abs(sum(lengths[fold]) - sum(lengths) / FOLDS) <= 60


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_whatever_was_written_the_lines_that_judge_are_a_part_and_leave_some_to_train(lengths):
    lines = lines_of(lengths)
    for fold in folds_of(lines):
        assert 0 <= fold.start < fold.stop <= len(lines)
    if len(folds_of(lines)) == 1 and sum(lengths) >= SHORT:
        (tail,) = folds_of(lines)
        assert tail.stop == len(lines)
