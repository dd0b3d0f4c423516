"""Arrays and a cursor as one run of bytes: what is read is what was written, or refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hushkey.keyboard.errors import SnapshotUnusable
from hushkey.keyboard.snapshot import Cursor, Snapshot

kinds = st.sampled_from([np.uint8, np.uint16, np.int32, np.int64, np.float64])
named = st.dictionaries(
    st.text(min_size=1, max_size=8), arrays.arrays(kinds, st.integers(0, 9)), max_size=5
)
cursors = st.builds(Cursor, st.integers(0, 2**40), st.integers(0, 2**40), st.floats(0, 2e9))


@given(named, cursors)
def test_what_was_written_is_read_back(held, cursor):
    read = Snapshot.from_bytes(Snapshot("a" * 64, cursor, held).to_bytes())
    assert (read.lexicon, read.cursor) == ("a" * 64, cursor)
    assert list(read.arrays) == list(held)
    for name, array in held.items():
        assert read.arrays[name].dtype == array.dtype
        assert read.arrays[name].tobytes() == array.tobytes()
        assert read.arrays[name].ctypes.data % read.arrays[name].itemsize == 0


@given(st.binary(max_size=80))
def test_other_bytes_are_refused(data):
    with pytest.raises(SnapshotUnusable):
        Snapshot.from_bytes(data)


@given(named, st.data())
def test_cut_bytes_are_refused(held, data):
    whole = Snapshot("", Cursor(), held).to_bytes()
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(SnapshotUnusable):
        Snapshot.from_bytes(whole[:cut])


def test_another_format_and_arrays_of_objects_are_refused():
    whole = Snapshot("", Cursor(), {"counts": np.zeros(1)}).to_bytes()
    for old, new in ((b'"format": 1', b'"format": 9'), (b'"<f8"', b'"|O8"')):
        with pytest.raises(SnapshotUnusable):
            Snapshot.from_bytes(whole.replace(old, new))
