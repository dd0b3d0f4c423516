"""Guarded learning: a verdict on lines that did not train, and an adapter of all lines."""

import numpy as np
import pytest

from hushkey.model.training.finetune import Cancelled, Settings, finetune
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.learning import Teacher, learn

SETTINGS = Settings(pieces=64)


@pytest.fixture(scope="module")
def teacher(network, vocabulary):
    frozen = FrozenNetwork(network)
    return Teacher(frozen, frozen, vocabulary)


def learned(teacher, zero, lines, *, say=lambda *_: None, cancelled=lambda: False):
    return learn(teacher, zero, lines, SETTINGS, on_progress=say, cancelled=cancelled)


def test_habits_are_kept_and_the_adapter_is_one_of_all_lines(teacher, zero, lines):
    outcome = learned(teacher, zero, lines)
    assert outcome.after_nats < outcome.before_nats
    assert outcome.adapter is not None
    whole = finetune(
        teacher.training,
        zero,
        lines,
        SETTINGS,
        vocabulary=teacher.vocabulary,
        on_progress=lambda *_: None,
        cancelled=lambda: False,
    )
    assert outcome.adapter.to_bytes() == whole.to_bytes()


def test_words_are_counted_not_pieces_or_marks(teacher, zero, vocabulary):
    line = np.array(vocabulary.encode("to the theatre, you and I!"), dtype=np.uint16)
    assert learned(teacher, zero, [line, line]).words == 12


def test_lines_that_tell_nothing_of_the_next_are_not_kept(teacher, zero, vocabulary):
    of_one_kind = np.array(vocabulary.encode("the cat the cat the cat the cat"), dtype=np.uint16)
    of_another = np.array(vocabulary.encode("tomorrow tea ten yours ice"), dtype=np.uint16)
    outcome = learned(teacher, zero, [of_one_kind] * 216 + [of_another] * 24)
    assert outcome.after_nats > outcome.before_nats
    assert outcome.adapter is None


def test_too_little_text_says_so_by_changing_nothing(teacher, zero, lines):
    told = []
    outcome = learned(teacher, zero, lines[:5], say=lambda *step: told.append(step))
    assert outcome.adapter is None
    assert outcome.before_nats == outcome.after_nats > 0
    assert not told


def test_an_empty_history_is_learned_to_no_effect(teacher, zero):
    outcome = learned(teacher, zero, [])
    assert (outcome.words, outcome.adapter) == (0, None)


def test_progress_runs_once_through_both_trainings(teacher, zero, lines):
    told = []
    learned(teacher, zero, lines, say=lambda step, steps, _: told.append((step, steps)))
    steps = told[0][1]
    assert told == [(step, steps) for step in range(1, steps + 1)]


def test_it_can_be_cancelled_in_either_training(teacher, zero, lines):
    for stop_at in (2, 20):
        told = []
        with pytest.raises(Cancelled):
            learned(
                teacher,
                zero,
                lines,
                say=lambda *step, told=told: told.append(step),
                cancelled=lambda told=told, stop_at=stop_at: len(told) >= stop_at,
            )
        assert len(told) == stop_at
