"""Canaries are typed into a copy; forgotten, they leave what was never there."""

import numpy as np
import pytest

from hushkey.keyboard.audit.planting import forgotten, never_typed, plant, survives
from hushkey.keyboard.redaction import redact
from hushkey.model.audit.canaries import draw_canaries, protected_lines

HISTORY = [f"line number {word}" for word in ("one", "two", "three", "four", "five")] * 8


@pytest.fixture(scope="module")
def canaries(shipped_base):
    return draw_canaries(shipped_base.lexicon, np.random.default_rng(3), candidates=8)


def test_the_history_stays_in_its_order_and_each_line_is_planted_as_often_as_asked():
    planted = plant(HISTORY, [("a secret", 3), ("another", 1)], np.random.default_rng(1))
    assert [line for line in planted if line in HISTORY] == HISTORY
    assert planted.count("a secret") == 3
    assert planted.count("another") == 1
    assert len(planted) == len(HISTORY) + 4


def test_what_is_planted_lies_scattered():
    planted = plant(HISTORY, [("a secret", 16)], np.random.default_rng(2))
    places = [number for number, line in enumerate(planted) if line == "a secret"]
    assert min(places) < len(planted) / 3 < 2 * len(planted) / 3 < max(places)


@pytest.mark.parametrize("seed", range(12))
def test_redaction_lets_every_canary_pass_and_cuts_every_secret_that_it_is_there_for(
    shipped_base, seed
):
    rng = np.random.default_rng(seed)
    for canary in draw_canaries(shipped_base.lexicon, rng, candidates=8):
        assert redact(canary.line).text == canary.line
        assert survives(" ".join(canary.secret), canary.line)
    for line, secret in protected_lines(rng):
        assert not survives(secret, line)


def test_a_secret_of_several_words_survives_if_any_of_them_does():
    assert survives("07700 sesame", "call 07700 sesame")


def test_once_forgotten_a_history_is_as_if_a_gap_had_been_typed_for_each_word(canaries):
    planted = plant(
        HISTORY, [(canary.line, canary.count) for canary in canaries], np.random.default_rng(4)
    )
    left = forgotten(planted, canaries)
    assert left == never_typed(planted, canaries)
    assert [line for line in left if line in HISTORY] == HISTORY
    for canary in canaries:
        assert not any(" ".join(canary.secret) in line for line in left)


def test_only_what_was_forgotten_is_gone(canaries):
    planted = plant(HISTORY, [(canary.line, 1) for canary in canaries], np.random.default_rng(5))
    kept, gone = canaries[0], canaries[1:]
    assert kept.line in forgotten(planted, gone)
