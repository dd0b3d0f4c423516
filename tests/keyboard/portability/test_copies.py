"""An export holds all that is mine, and a merge of it brings what is missing and nothing twice."""

import io
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portable import OpenProfile, held

from hushkey.keyboard.errors import WrongPassphrase
from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.portability import (
    Contents,
    Line,
    PortableWord,
    contents_of,
    encrypted_format,
    merge,
    open_format,
    read_copy,
    write_encrypted,
    write_open,
)
from hushkey.keyboard.portability.contents import CopyRefused
from hushkey.keyboard.portability.files import text_of
from hushkey.keyboard.profile import Profile

PASSPHRASE = Passphrase("correct horse battery")


def never() -> Passphrase:
    pytest.fail("an open copy asks for no passphrase")


def copied(profile: Profile, path: Path) -> Contents:
    contents = read_copy(path, lambda: PASSPHRASE)
    assert contents is not None
    return contents


def test_an_open_export_is_sorted_lines_of_json_with_counts_and_dates(profile, tmp_path):
    write_open(profile, tmp_path / "mine.jsonl")
    header, *records = map(json.loads, (tmp_path / "mine.jsonl").read_text().splitlines())
    assert header == {"format": "hushkey-export", "version": 1}
    lines = [record for record in records if record["kind"] == "line"]
    assert [(line["at"], line["count"]) for line in lines] == [(50.0, 1), (100.5, 2), (200.0, 1)]
    (zorblax,) = (r for r in records if r["kind"] == "learned" and r["word"] == "Zorblax")
    assert (zorblax["count"], zorblax["first"], zorblax["last"]) == (3, 100.5, 200.0)
    assert {r["word"] for r in records if r["kind"] == "word"} == {"moist", "Zorblax", "colour"}


def test_the_same_profile_gives_the_same_bytes(profile):
    assert text_of(contents_of(profile)) == text_of(contents_of(profile))


def test_an_export_is_its_owners_alone_and_overwrites_nothing(profile, tmp_path):
    path = tmp_path / "mine.jsonl"
    write_open(profile, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write_open(profile, path)


def test_where_an_export_went_can_be_named_when_something_is_forgotten(profile, tmp_path):
    write_encrypted(profile, tmp_path / "mine.sealed", PASSPHRASE)
    report = profile.forget("Zorblax")
    assert [copy.destination for copy in report.exports] == [str(tmp_path / "mine.sealed")]


@pytest.mark.parametrize("encrypted", [False, True])
def test_an_export_makes_an_empty_profile_the_same(
    profile, new_profile: OpenProfile, tmp_path, encrypted
):
    path = tmp_path / "copy"
    if encrypted:
        write_encrypted(profile, path, PASSPHRASE)
    else:
        write_open(profile, path)
    other = new_profile("other")
    report = merge(other, copied(profile, path))
    assert (report.lines, report.here_already, report.words) == (4, 0, 3)
    assert held(other) == held(profile)
    assert text_of(contents_of(other)) == text_of(contents_of(profile))
    assert other.engine.count("zorblax") == profile.engine.count("zorblax") == 3


def test_importing_twice_counts_once(profile, new_profile: OpenProfile, tmp_path):
    write_open(profile, tmp_path / "copy")
    other = new_profile("other")
    contents = copied(profile, tmp_path / "copy")
    merge(other, contents)
    before = held(other)
    again = merge(other, contents)
    assert (again.lines, again.here_already, again.words) == (0, 4, 0)
    assert held(other) == before
    assert other.engine.count("zorblax") == 3


def test_a_merge_overwrites_nothing_that_is_there(profile, new_profile: OpenProfile, tmp_path):
    write_open(profile, tmp_path / "copy")
    other = new_profile("other")
    other.session("app").commit("the quinces are mine")
    other.block("theatre")
    merge(other, copied(profile, tmp_path / "copy"))
    assert "the quinces are mine" in [text for _, _, text in held(other)]
    assert set(other.history.blocked.words()) == {"theatre", "moist"}


def test_a_line_that_is_there_once_and_twice_in_the_copy_is_added_once(new_profile: OpenProfile):
    mine = new_profile()
    mine.history.append("see the cat", surface="app", at=7.0)
    assert merge(mine, Contents((Line(7.0, "app", "see the cat", 2),))).lines == 1
    assert held(mine) == [(7.0, "app", "see the cat")] * 2


def test_lines_without_a_time_are_the_same_where_surface_and_text_are(new_profile: OpenProfile):
    mine = new_profile()
    undated = Contents((Line(None, "presage", "see the cat", 3),))
    assert merge(mine, undated, now=5.0).lines == 3
    assert merge(mine, undated, now=9.0).lines == 0


def test_secrets_in_a_copy_are_cut_out_and_merging_again_still_changes_nothing(
    new_profile: OpenProfile,
):
    mine = new_profile()
    secret = Contents((Line(1.0, "app", "my card is 4111 1111 1111 1111"),))
    assert merge(mine, secret).redacted == {"card": 1}
    assert "4111" not in str(held(mine))
    assert merge(mine, secret).lines == 0


def test_nothing_is_taken_while_learning_is_off(profile, new_profile: OpenProfile):
    other = new_profile("other")
    other.pause()
    with pytest.raises(CopyRefused):
        merge(other, contents_of(profile))
    assert held(other) == []


def test_an_encrypted_copy_shows_nothing_and_opens_for_its_passphrase_alone(profile, tmp_path):
    path = tmp_path / "mine.sealed"
    write_encrypted(profile, path, PASSPHRASE)
    sealed = path.read_bytes()
    assert b"Zorblax" not in sealed
    assert b"theatre" not in sealed
    with pytest.raises(WrongPassphrase):
        read_copy(path, lambda: Passphrase("another"))


def test_an_encrypted_copy_that_was_changed_or_cut_anywhere_is_refused():
    sealed = encrypted_format.encrypt(b'{"format":"x"}\n' * 3, PASSPHRASE)
    head = sealed.index(b"\n")
    for place in (head + 1, head + 20, len(sealed) - 1):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(CopyRefused):
            encrypted_format.decrypt(changed, PASSPHRASE)
    for end in (head + 1, head + 10, len(sealed) - 1):
        with pytest.raises(CopyRefused):
            encrypted_format.decrypt(sealed[:end], PASSPHRASE)


def test_a_copy_of_a_later_version_is_refused_with_what_to_do():
    with pytest.raises(CopyRefused, match="update hushkey"):
        open_format.from_lines(['{"format": "hushkey-export", "version": 2}'])


@pytest.mark.parametrize(
    "record",
    [
        '{"kind": "line", "at": 1, "surface": "app", "text": 7, "count": 1}',
        '{"kind": "line", "at": 1, "surface": "app", "text": "x", "count": 0}',
        '{"kind": "line", "at": true, "surface": "app", "text": "x", "count": 1}',
        '{"kind": "line", "at": NaN, "surface": "app", "text": "x", "count": 1}',
        '{"kind": "line", "at": 1, "surface": "app", "text": "x", "count": 9999999999}',
        '{"kind": "word", "list": "settings", "word": "x", "at": 1}',
        '{"kind": "learnt"}',
        "[1]",
        '{"kind": "line", "text": "quinces at dawn',
    ],
)
def test_what_hushkey_does_not_write_is_refused_by_its_line_and_never_quoted(record):
    with pytest.raises(CopyRefused, match="line 2") as refused:
        open_format.from_lines(['{"format": "hushkey-export", "version": 1}', record])
    assert "quinces" not in str(refused.value)
    assert refused.value.__context__ is None


lines = st.lists(
    st.builds(
        Line,
        st.floats(0, 4e9),
        st.sampled_from(["app", "shell"]),
        st.text(st.characters(codec="utf-8"), min_size=1),
        st.integers(1, 5),
    )
)
words = st.lists(
    st.builds(
        PortableWord,
        st.sampled_from(["blocked", "kept_as_typed", "vouched"]),
        st.from_regex(r"\w+", fullmatch=True),
        st.floats(0, 4e9),
    )
)


@given(lines, words)
def test_what_is_written_is_read_again(some_lines, some_words):
    contents = Contents(tuple(some_lines), tuple(some_words))
    text = text_of(contents)
    assert open_format.from_lines(io.StringIO(text, newline="\n")) == contents
