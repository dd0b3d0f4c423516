"""The steps of a training: each piece of each line learned once an epoch, in parts of bounded size, by a seed."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.training.batches import Schedule

LONGEST, CONTEXT = 64, 8  # what docs promise of a cut line


def made(lengths) -> list[np.ndarray]:
    """Lines whose pieces can be told apart, over the pieces of words."""
    return [np.arange(length, dtype=np.uint16) % 40 + 100 for length in lengths]


def all_batches(schedule, part, vocabulary):
    return [schedule.batches(step, part, vocabulary) for step in range(len(schedule))]


LENGTHS = st.lists(st.integers(1, 200), min_size=1, max_size=25)


@given(LENGTHS, st.integers(1, 3), st.integers(16, 200), st.integers(1, 200))
def test_each_piece_of_each_line_is_learned_once_an_epoch(
    vocabulary, lengths, epochs, pieces, part
):
    lines = made(lengths)
    schedule = Schedule(lines, epochs, pieces, 1)
    weights = sum(
        batch.weight.sum() for step in all_batches(schedule, part, vocabulary) for batch in step
    )
    assert weights == epochs * sum(np.count_nonzero(~vocabulary.is_mark[line]) for line in lines)


@given(LENGTHS, st.integers(16, 200), st.integers(1, 200))
def test_what_is_learned_are_the_lines_and_what_is_read_before_it_is_what_stood_there(
    vocabulary, lengths, pieces, part
):
    lines = made(lengths)
    learned, expected = Counter(), Counter()
    for step in all_batches(Schedule(lines, 1, pieces, 1), part, vocabulary):
        for batch in step:
            for column in range(batch.weight.shape[1]):
                (places,) = np.nonzero(batch.weight[:, column])
                for place in places:
                    before = batch.inputs[max(0, place - 2) : place + 1, column]
                    learned[tuple(before.tolist()), int(batch.targets[place, column])] += 1
    for line in lines:
        read = [vocabulary.bos, *line[:-1].tolist()]
        for place, piece in enumerate(line.tolist()):
            if vocabulary.is_mark[piece]:
                continue
            # A cut part is read from its own start, eight pieces before what it learns.
            cut = max(0, place // LONGEST * LONGEST - CONTEXT)
            seen = [vocabulary.bos, *line[cut:-1].tolist()] if cut else read
            at = place - cut
            expected[tuple(seen[max(0, at - 2) : at + 1]), piece] += 1
    assert learned == expected


@given(LENGTHS, st.integers(16, 200), st.integers(1, 200))
def test_no_part_is_larger_than_its_bound_but_by_one_line(vocabulary, lengths, pieces, part):
    for step in all_batches(Schedule(made(lengths), 1, pieces, 1), part, vocabulary):
        for batch in step:
            rows = batch.weight.shape[1]
            assert rows == 1 or batch.weight.size <= part
            assert len(batch.weight) <= LONGEST + CONTEXT
        whole = sum(batch.weight.shape[1] for batch in step)
        assert whole == 1 or whole * max(len(batch.weight) for batch in step) <= pieces


@given(LENGTHS, st.integers(0, 5))
def test_a_seed_decides_the_order_and_any_step_can_be_asked_for(vocabulary, lengths, seed):
    lines = made(lengths)
    one, two = (Schedule(lines, 2, 64, seed) for _ in range(2))
    assert len(one) == len(two)
    for step in reversed(range(len(one))):
        for here, there in zip(
            one.batches(step, 32, vocabulary), two.batches(step, 32, vocabulary), strict=True
        ):
            assert np.array_equal(here.inputs, there.inputs)
            assert np.array_equal(here.weight, there.weight)


def test_another_seed_is_another_order(vocabulary):
    lines = made([10] * 40)
    firsts = [
        [batch.inputs.tolist() for batch in Schedule(lines, 1, 64, seed).batches(0, 64, vocabulary)]
        for seed in (1, 2)
    ]
    lines = [line + number for number, line in enumerate(made([10] * 40))]
    others = [
        [batch.inputs.tolist() for batch in Schedule(lines, 1, 64, seed).batches(0, 64, vocabulary)]
        for seed in (1, 2)
    ]
    assert firsts[0] == firsts[1]  # like lines
    assert others[0] != others[1]


@pytest.mark.parametrize("lengths", [[], [0]])
def test_nothing_to_learn_is_no_step(lengths):
    assert len(Schedule(made(lengths), 3, 64, 1)) == 0
