"""Integers modulo 2^m."""

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.codec.ring import Ring
from hushkey.sync.errors import CodecRefused

widths = st.integers(2, 62)


@given(widths, st.lists(st.integers(-(2**62), 2**62), max_size=20))
def test_an_integer_is_taken_modulo_the_ring_and_centred_back(bits, integers):
    ring = Ring(bits)
    elements = ring.apply(np.array(integers, np.int64))
    assert elements.tolist() == [each % 2**bits for each in integers]
    assert ring.undo(elements).tolist() == [
        naive.centred(each % 2**bits, bits) for each in integers
    ]


@given(widths, st.data())
def test_what_fits_comes_back(bits, data):
    half = 2 ** (bits - 1)
    integers = data.draw(st.lists(st.integers(-half, half - 1), max_size=20))
    ring = Ring(bits)
    assert ring.undo(ring.apply(np.array(integers, np.int64))).tolist() == integers


@pytest.mark.parametrize("bits", [0, 1, 63, 64])
def test_rings_that_an_integer_does_not_hold_are_refused(bits):
    with pytest.raises(CodecRefused):
        Ring(bits)


@pytest.mark.parametrize(
    "elements",
    [
        np.zeros(3, np.uint64),
        np.zeros((2, 2), np.uint64),
        np.zeros(4, np.int64),
        np.zeros(4, np.float64),
        np.array([0, 0, 0, 16], np.uint64),
    ],
    ids=["short", "square", "signed", "float", "beyond the ring"],
)
def test_what_is_no_vector_of_the_ring_is_refused(elements):
    Ring(4).require(np.array([0, 1, 2, 15], np.uint64), 4, "a share")
    with pytest.raises(CodecRefused, match="a share"):
        Ring(4).require(elements, 4, "a share")
