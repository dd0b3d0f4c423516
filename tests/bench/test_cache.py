"""What is kept between runs depends on all that it came from, and is whole or not there."""

import pytest

from bench.typing.cache import Cache, key_of, write_whole

PARTS = {"version": "1.4 abc", "regime": "online", "history": ["a b", "c"], "test": ["d"]}


@pytest.mark.parametrize(
    "changed",
    [{"version": "1.5 abc"}, {"regime": "warm"}, {"history": ["a b c"]}, {"test": ["d", "e"]}],
)
def test_a_key_changes_with_every_part(changed):
    assert key_of({**PARTS, **changed}) != key_of(PARTS)


def test_a_key_is_the_same_however_the_parts_are_ordered():
    assert key_of(dict(reversed(PARTS.items()))) == key_of(PARTS)


def test_an_answer_is_made_once(tmp_path):
    made = []

    def make():
        made.append(1)
        return {"keys": 3}

    cache = Cache(tmp_path)
    assert cache.answer("onboard", PARTS, make) == {"keys": 3}
    assert Cache(tmp_path).answer("onboard", PARTS, make) == {"keys": 3}
    assert len(made) == 1
    cache.answer("presage", PARTS, make)
    assert len(made) == 2


def test_a_file_that_was_cut_short_is_made_again(tmp_path):
    cache = Cache(tmp_path)
    cache.keep("onboard", PARTS, {"keys": 3})
    (kept,) = (tmp_path / "onboard").iterdir()
    kept.write_text('{"keys":')
    assert cache.held("onboard", PARTS) is None


def test_no_answer_is_kept_of_what_failed(tmp_path):
    def fail():
        raise RuntimeError

    with pytest.raises(RuntimeError):
        Cache(tmp_path).answer("hushkey", PARTS, fail)
    assert Cache(tmp_path).held("hushkey", PARTS) is None


def test_writing_whole_leaves_no_half(tmp_path):
    write_whole(tmp_path / "deep" / "x.json", b"whole")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["x.json"]
