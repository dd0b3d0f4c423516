"""Both optimizers against naive twins, their state to the byte, and the norm whatever the order."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.coordinator.optimizer import Moments, norm_of, step
from hushkey.sync.errors import RecordRefused
from hushkey.sync.messages import Optimizer

numbers = st.floats(-1e3, 1e3)
vectors = st.lists(numbers, min_size=1, max_size=20).map(np.array)


@given(vectors, st.floats(0.01, 2.0))
def test_fedavg_moves_by_the_mean_times_the_rate(mean: np.ndarray, rate: float):
    held = np.linspace(-1.0, 1.0, len(mean))
    after, moments = step(Optimizer("fedavg", rate), held, mean, Moments.none(len(mean)))
    assert after.tolist() == [
        x + rate * g for x, g in zip(held.tolist(), mean.tolist(), strict=True)
    ]
    assert not moments.first.any()


@given(st.lists(vectors.filter(lambda v: len(v) >= 3), min_size=1, max_size=4))
def test_fedadam_is_algorithm_2_of_reddi_et_al_to_the_bit(means: list[np.ndarray]):
    """A naive twin in plain floats, number by number."""
    by = Optimizer("fedadam", 0.1, 0.9, 0.99, 1e-3)
    held, moments = np.zeros(3), Moments.none(3)
    x, m, v = [0.0] * 3, [0.0] * 3, [0.0] * 3
    for mean in means:
        held, moments = step(by, held, mean[:3], moments)
        moments = Moments.from_bytes(moments.to_bytes(), 3)
        for i, g in enumerate(mean[:3].tolist()):
            m[i] = 0.9 * m[i] + (1.0 - 0.9) * g
            v[i] = 0.99 * v[i] + (1.0 - 0.99) * (g * g)
            x[i] = x[i] + 0.1 * (m[i] / (math.sqrt(v[i]) + 1e-3))
    assert held.tolist() == x


@pytest.mark.parametrize("name", ["fedavg", "fedadam"])
def test_a_part_of_a_step_goes_as_far_along_and_remembers_the_same(name: str):
    by, held, mean = Optimizer(name, 0.5), np.array([1.0, -2.0]), np.array([0.25, 3.0])  # type: ignore[arg-type]
    whole, moments = step(by, held, mean, Moments.none(2))
    half, same = step(by, held, mean, Moments.none(2), 0.5)
    assert half - held == pytest.approx((whole - held) / 2, rel=1e-14)
    assert same.to_bytes() == moments.to_bytes()


def test_no_state_is_that_before_the_first_batch_and_a_cut_one_is_refused():
    assert not Moments.from_bytes(b"", 4).second.any()
    with pytest.raises(RecordRefused, match="another size"):
        Moments.from_bytes(bytes(31), 2)


@given(vectors, st.randoms(use_true_random=False))
def test_a_norm_does_not_depend_on_the_order(vector: np.ndarray, random):
    shuffled = vector.tolist()
    random.shuffle(shuffled)
    assert norm_of(vector) == norm_of(np.array(shuffled))
    assert norm_of(vector) == pytest.approx(float(np.linalg.norm(vector)))
