"""Bit packing against one large integer, and strictly."""

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.codec import pack, packed_bytes, unpack
from hushkey.sync.errors import CodecRefused

widths = st.integers(2, 62)


@given(widths, st.integers(0, 200), st.integers(0, 2**32))
def test_packing_is_one_large_little_endian_integer(bits, length, seed):
    drawn = np.random.default_rng(seed).integers(0, 2**bits, length, dtype=np.uint64)
    data = pack(drawn, bits)
    assert data == naive.pack(drawn.tolist(), bits)
    assert len(data) == packed_bytes(length, bits)
    assert unpack(data, length, bits).tolist() == drawn.tolist()


@pytest.mark.parametrize("bits", range(2, 63))
def test_the_largest_elements_come_back_at_every_width(bits):
    elements = np.full(129, 2**bits - 1, np.uint64)
    assert np.array_equal(unpack(pack(elements, bits), 129, bits), elements)


@given(widths, st.integers(0, 100), st.binary(max_size=800))
def test_bytes_that_no_packing_makes_are_refused(bits, length, data):
    try:
        elements = unpack(data, length, bits)
    except CodecRefused:
        padding = len(data) * 8 - length * bits
        assert (
            len(data) != packed_bytes(length, bits)
            or int.from_bytes(data, "little") >> length * bits
        )
        assert padding != 0
    else:
        assert pack(elements, bits) == data


@given(widths, st.integers(1, 100), st.integers(1, 7))
def test_each_bit_of_the_padding_counts(bits, length, bit):
    data = bytearray(packed_bytes(length, bits))
    if 8 - bit >= length * bits % 8 > 0:
        data[-1] = 1 << (8 - bit)
        with pytest.raises(CodecRefused, match="padding"):
            unpack(bytes(data), length, bits)


def test_one_byte_more_or_less_is_refused():
    data = pack(np.arange(10, dtype=np.uint64), 5)
    for wrong in (data[:-1], data + b"\0", b""):
        with pytest.raises(CodecRefused, match="has 7 bytes"):
            unpack(wrong, 10, 5)


def test_an_element_beyond_the_ring_is_not_packed():
    with pytest.raises(CodecRefused, match="beyond 5 bits"):
        pack(np.array([32], np.uint64), 5)


def test_what_is_unpacked_can_be_added_to():
    elements = unpack(pack(np.arange(10, dtype=np.uint64), 5), 10, 5)
    elements += np.uint64(1)
    assert elements.tolist() == list(range(1, 11))
