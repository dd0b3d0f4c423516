"""The rotation: exact, flat, in blocks, and the same bits whatever library multiplies."""

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hushkey.sync.codec.rotate import Rotate, hadamard

SEED = bytes(range(32))
powers = st.integers(0, 8).map(lambda bit: 1 << bit)
numbers = st.floats(-100, 100)


@given(powers.flatmap(lambda size: hnp.arrays(np.float64, size, elements=numbers)))
def test_the_transform_is_the_matrix_of_its_definition(vector):
    assert np.allclose(hadamard(vector), naive.hadamard(vector.tolist()), atol=1e-9)


@given(st.integers(0, 12).map(lambda bit: 1 << bit), st.integers(0, 2**32))
def test_the_transform_is_its_own_inverse(size, number):
    vector = np.random.default_rng(number).standard_normal(size)
    assert np.allclose(hadamard(hadamard(vector)), vector, atol=1e-12)


@settings(max_examples=20)
@given(st.integers(1, 300), st.binary(min_size=32, max_size=32), st.integers(0, 2**32))
def test_a_rotation_is_order_then_signs_then_blocks(dimension, seed, number):
    vector = np.random.default_rng(number).standard_normal(dimension)
    turned = Rotate(dimension, seed).apply(vector)
    assert np.allclose(turned, naive.rotate(vector.tolist(), seed), atol=1e-9)
    back = naive.unrotate(turned.tolist(), dimension, seed)
    assert np.allclose(Rotate(dimension, seed).undo(turned), back, atol=1e-9)


@pytest.mark.parametrize("dimension", [1, 64, 65, 4096, 71_680, 150_001])
def test_a_rotation_keeps_the_norm_and_comes_back(dimension):
    vector = np.random.default_rng(3).standard_normal(dimension)
    step = Rotate(dimension, SEED)
    turned = step.apply(vector)
    assert np.linalg.norm(turned) == pytest.approx(np.linalg.norm(vector), rel=1e-12)
    assert np.allclose(step.undo(turned), vector, atol=1e-12)


def test_one_large_number_is_spread_over_its_block():
    vector = np.zeros(71_680)
    vector[17] = 1.0
    turned = Rotate(71_680, SEED).apply(vector)
    assert np.abs(turned).max() <= 1 / np.sqrt(2048)  # the smallest block
    assert np.count_nonzero(turned) in {65_536, 4096, 2048}


def test_a_vector_that_lies_in_one_corner_is_flat_once_it_is_turned():
    """The order mixes the blocks: of what lies in 2,048 places, each block gets its share."""
    vector = np.zeros(71_680)
    vector[:2048] = 1.0
    turned = Rotate(71_680, SEED).apply(vector)
    energies = [float(np.sum(part**2)) for part in np.split(turned, [65_536, 69_632])]
    shares = [2048 * size / 71_680 for size in (65_536, 4096, 2048)]
    for energy, share in zip(energies, shares, strict=True):
        assert abs(energy - share) < 5 * np.sqrt(share)
    assert np.abs(turned).max() < 6 * np.sqrt(2048 / 71_680)


def test_other_seeds_turn_otherwise():
    vector = np.ones(64)
    turned = [Rotate(64, bytes([number]) * 32).apply(vector).tolist() for number in range(4)]
    assert len({tuple(each) for each in turned}) == 4
