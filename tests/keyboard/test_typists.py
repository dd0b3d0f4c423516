"""Files of users: what is read, what is refused."""

import json
import lzma

import pytest

from hushkey.keyboard.typists import EvaluationRefused, Typist, read_lines_of, read_typists

ANN = Typist("sms/ann", ["see you at zorbton"], ["see you at quuxville"])
BOB = Typist("sms/bob", [], ["the blip is late", "the blip is late"])
EVE = Typist("mail/eve", ["how are you"], ["how are you (today)?"])


def rows(*typists: Typist) -> str:
    return "".join(
        json.dumps({"user": t.name, "history": list(t.history), "test": list(t.test)}) + "\n"
        for t in typists
    )


@pytest.mark.parametrize("name", ["users.jsonl", "users.jsonl.xz"])
def test_users_are_read_from_json_lines_plain_or_compressed(tmp_path, name):
    path = tmp_path / name
    data = rows(ANN, BOB, EVE).encode()
    path.write_bytes(lzma.compress(data) if name.endswith("xz") else data)
    assert list(read_typists(path)) == [ANN, BOB, EVE]
    assert list(read_typists(path, limit=2)) == [ANN, BOB]
    assert [typist.corpus for typist in read_typists(path)] == ["sms", "sms", "mail"]


@pytest.mark.parametrize(
    "row",
    [
        "",
        "no json",
        "[]",
        "3",
        '{"user": "a/b", "history": []}',
        '{"user": "a/b", "history": "one line", "test": []}',
        '{"user": "a/b", "history": [1], "test": []}',
        '{"user": null, "history": [], "test": []}',
    ],
)
def test_a_line_that_is_no_user_is_named_and_never_quoted(tmp_path, row):
    path = tmp_path / "users.jsonl"
    path.write_text(rows(ANN) + row + "\n")
    found = read_typists(path)
    assert next(found) == ANN
    with pytest.raises(EvaluationRefused, match=r"line 2 of users\.jsonl") as refused:
        next(found)
    assert len(row) < 5 or row not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("users.jsonl", b"\xff\xfe"),
        ("users.jsonl.xz", b"not compressed"),
        ("users.jsonl.xz", lzma.compress(rows(ANN).encode() * 50)[:-20]),
    ],
    ids=["not UTF-8", "not xz", "truncated"],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(EvaluationRefused, match="cannot be read"):
        list(read_typists(path))
    with pytest.raises(EvaluationRefused, match="cannot be read"):
        read_lines_of(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(EvaluationRefused, match="absent"):
        read_lines_of(tmp_path / "absent.txt")


def test_lines_are_read_without_blank_ones(tmp_path):
    path = tmp_path / "history.txt"
    path.write_text("  one line \n\n \nanother\n")
    assert read_lines_of(path) == ["one line", "another"]
