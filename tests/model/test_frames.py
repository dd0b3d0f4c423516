"""Frames survive the pipe; anything else is refused without a word of what it held."""

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.errors import TrainingFailed
from hushkey.model.frames import read_frame, write_frame


def frame_bytes(*blobs: bytes, **fields: object) -> bytes:
    stream = io.BytesIO()
    write_frame(stream, "train", blobs, **fields)
    return stream.getvalue()


@given(st.lists(st.binary(max_size=40), max_size=4), st.integers())
def test_a_frame_comes_back_with_its_fields_and_blobs(blobs, number):
    stream = io.BytesIO(frame_bytes(*blobs, request=number) * 2)
    for _ in range(2):
        frame = read_frame(stream)
        assert frame is not None
        assert (frame.kind, frame.header["request"]) == ("train", number)
        assert list(frame.blobs) == blobs
    assert read_frame(stream) is None


@given(st.data())
def test_a_frame_cut_short_is_refused(data):
    whole = frame_bytes(b"some words", request=1)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(TrainingFailed):
        read_frame(io.BytesIO(whole[:cut]))


@given(st.binary(min_size=1, max_size=200))
def test_hostile_bytes_are_refused_or_read_but_never_crash(data):
    with contextlib.suppress(TrainingFailed):
        read_frame(io.BytesIO(data))


@pytest.mark.parametrize(
    "header",
    [
        b"null",
        b"[]",
        b'{"kind": "x"}',
        b'{"blobs": 3}',
        b'{"blobs": [-1]}',
        b'{"blobs": [true]}',
        b'{"blobs": ["a"]}',
        b'{"blobs": [999999999999]}',
        b"[" * 5_000,
        "ü".encode("latin-1"),
    ],
)
def test_a_header_that_lies_is_refused(header):
    with pytest.raises(TrainingFailed):
        read_frame(io.BytesIO(len(header).to_bytes(4, "big") + header))


def test_a_refused_frame_is_not_quoted():
    header = json.dumps({"blobs": "my secret words"}).encode()
    with pytest.raises(TrainingFailed) as refused:
        read_frame(io.BytesIO(len(header).to_bytes(4, "big") + header))
    assert "secret" not in repr(refused.value)
    assert refused.value.__cause__ is None


def test_a_frame_does_not_show_its_blobs():
    frame = read_frame(io.BytesIO(frame_bytes(b"my secret words")))
    assert "secret" not in repr(frame)
