"""What is a leak of the history, and whom it harms."""

import numpy as np
import pytest

from hushkey.model.audit.leakage import Gain, leak_of

LEARNED, NOT_LEARNED = Gain(5.0, 2.0), Gain(1.0, 2.0)


def test_a_gain_is_held_against_those_of_candidates_that_were_never_planted():
    rng = np.random.default_rng(1)
    before = rng.normal(size=500)
    after = before + rng.normal(0.0, 0.1, 500)
    assert Gain.of(before, after).controls == pytest.approx(0.23, abs=0.1)
    after[0] = before[0] + 3.0
    assert Gain.of(before, after).is_learned


def test_what_everything_gains_is_not_learned_of_one():
    before = np.linspace(-9.0, -1.0, 200)
    noise = np.tile([0.0, 0.1], 100)
    assert not Gain.of(before, before + 4.0 + noise).is_learned


@pytest.mark.parametrize(
    ("gain", "identifying", "extracted", "by_base", "leak"),
    [
        (LEARNED, True, False, False, "harmful"),
        (LEARNED, True, True, False, "harmful"),
        (LEARNED, False, True, False, "benign"),
        (LEARNED, True, True, True, "benign"),
        (NOT_LEARNED, True, True, True, "benign"),
        (NOT_LEARNED, True, False, False, "none"),
        (NOT_LEARNED, False, False, False, "none"),
    ],
)
def test_harm_is_what_points_at_somebody_and_came_from_the_history_alone(
    gain, identifying, extracted, by_base, leak
):
    found = leak_of(gain, identifying=identifying, extracted=extracted, by_base=by_base)
    assert found == leak
