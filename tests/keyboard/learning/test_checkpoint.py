"""How far a training came goes through bytes whole, and hostile bytes are no checkpoint."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.learning.checkpoint import Checkpoint
from hushkey.model.errors import TrainingFailed
from hushkey.model.frames import write_frame

BLOBS = st.lists(st.binary(max_size=40), max_size=4).map(tuple)


@st.composite
def checkpoints(draw):
    state = draw(BLOBS)
    names = tuple(draw(st.text(max_size=9)) for _ in state)
    return Checkpoint(draw(st.text(max_size=70)), draw(BLOBS), names, state)


@given(checkpoints())
def test_a_checkpoint_comes_back_from_its_bytes(checkpoint):
    assert Checkpoint.from_bytes(checkpoint.to_bytes()) == checkpoint


@given(st.binary(max_size=300))
def test_hostile_bytes_are_no_checkpoint(data):
    with pytest.raises(TrainingFailed):
        Checkpoint.from_bytes(data)


@given(checkpoints(), st.data())
def test_bytes_cut_short_are_no_checkpoint_and_changed_ones_do_no_worse(checkpoint, data):
    whole = bytearray(checkpoint.to_bytes())
    with pytest.raises(TrainingFailed):
        Checkpoint.from_bytes(bytes(whole[: data.draw(st.integers(0, len(whole) - 1))]))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(TrainingFailed):
        Checkpoint.from_bytes(bytes(whole))


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("result", {"trained": 0, "state": []}),
        ("checkpoint", {"trained": 1, "state": ["step"]}),
        ("checkpoint", {"trained": -1, "state": ["a", "b"]}),
        ("checkpoint", {"trained": "0", "state": ["step"]}),
        ("checkpoint", {"trained": 0, "state": "step"}),
        ("checkpoint", {"state": ["step"]}),
        ("checkpoint", {"trained": 1}),
    ],
)
def test_a_frame_that_says_something_else_is_no_checkpoint(tmp_path, kind, header):
    with (tmp_path / "frame").open("wb") as out:
        write_frame(out, kind, [b"four"], task="t", **header)
    with pytest.raises(TrainingFailed):
        Checkpoint.from_bytes((tmp_path / "frame").read_bytes())


def test_its_repr_tells_none_of_it():
    assert "secret" not in repr(Checkpoint("secret", (b"secret",), ("secret",), (b"secret",)))
