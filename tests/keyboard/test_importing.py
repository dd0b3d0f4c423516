"""Files as people have them, and what was typed in them."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.importing import LONGEST_LINE, ImportFormat, ImportRefused, read_lines

SAME_FOLDER = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def read(
    folder: Path,
    content: str | bytes,
    format: ImportFormat = "auto",  # noqa: A002 - as in read_lines
    author: str | None = None,
) -> list[str]:
    """What `read_lines` takes from a file that holds `content`."""
    path = folder / "typed"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_lines(path, format, author=author))


# Plain text -------------------------------------------------------------------------------------


def test_plain_text_is_one_message_a_line_without_the_empty_ones(tmp_path: Path):
    assert read(tmp_path, "one\n\n  two words \r\nthree") == ["one", "two words", "three"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_decoded_by_its_mark(tmp_path: Path, encoding: str):
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    content = marks.get(encoding, b"") + "café – naïve\nnext\n".encode(encoding)
    assert read(tmp_path, content) == ["café – naïve", "next"]


def test_bytes_that_are_not_utf8_are_read_as_windows_1252(tmp_path: Path):
    assert read(tmp_path, "café ’tis\n".encode("cp1252") + "déjà\n".encode()) == [
        "café ’tis",
        "déjà",
    ]


def test_a_megabyte_on_one_line_is_cut_at_the_ends_of_sentences(tmp_path: Path):
    sentence = "the kettle is on and the door is open. "
    lines = read(tmp_path, sentence * (1_000_000 // len(sentence)))
    assert {len(line) <= LONGEST_LINE for line in lines} == {True}
    assert {line[-1] for line in lines} == {"."}
    assert " ".join(lines) == (sentence * (1_000_000 // len(sentence))).strip()


def test_a_long_line_without_sentences_is_cut_at_a_space(tmp_path: Path):
    words = ["kettle"] * 5_000
    lines = read(tmp_path, " ".join(words))
    assert [word for line in lines for word in line.split()] == words


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"SQLite format 3\0rest", b"\x01\x02\x03\x04 words"],
)
def test_binary_files_are_refused(tmp_path: Path, content: bytes):
    with pytest.raises(ImportRefused, match="typed: this is no text"):
        read(tmp_path, content)


def test_a_missing_file_and_a_folder_are_refused_in_words(tmp_path: Path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(KeyboardError, match=re.escape(path.name) + ": cannot be read"):
            list(read_lines(path))


def test_an_empty_file_holds_nothing(tmp_path: Path):
    assert read(tmp_path, "") == []


def test_control_characters_and_lone_surrogates_do_not_get_through(tmp_path: Path):
    assert read(tmp_path, "tab\there \x1b[1mbold\n") == ["tab here  [1mbold"]
    assert read(tmp_path, '{"text": "half \\ud83d pair"}') == ["half \ufffd pair"]


# JSON lines -------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["text", "message", "body", "content"])
def test_json_lines_may_call_the_text_by_four_names(tmp_path: Path, field: str):
    content = "".join(json.dumps({"t": 1, field: word}) + "\n" for word in ("one", "two"))
    assert read(tmp_path, content) == ["one", "two"]


def test_json_lines_may_be_bare_strings(tmp_path: Path):
    assert read(tmp_path, '"one"\n"two"\n') == ["one", "two"]


def test_a_message_of_several_lines_becomes_several_lines(tmp_path: Path):
    assert read(tmp_path, json.dumps({"text": "one\ntwo"})) == ["one", "two"]


def test_a_record_without_text_is_passed_over(tmp_path: Path):
    assert read(tmp_path, '{"text": "one"}\n{"event": "joined"}\n') == ["one"]


def test_a_broken_json_line_is_refused_by_its_number_and_not_quoted(tmp_path: Path):
    path = tmp_path / "typed.jsonl"
    path.write_text('{"text": "one"}\n{"text": "confide\n', encoding="utf-8")
    lines = read_lines(path)
    assert next(lines) == "one"
    with pytest.raises(ImportRefused, match=r"typed\.jsonl: line 2 ") as refused:
        next(lines)
    assert "confide" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_json_lines_without_a_known_field_are_refused(tmp_path: Path):
    with pytest.raises(ImportRefused, match="text, message, body, content"):
        read(tmp_path, '{"words": "one"}\n')


# Shell histories --------------------------------------------------------------------------------


def test_bash_stamps_are_left_out(tmp_path: Path):
    content = "#1700000000\ngit status\n#1700000060\necho '# not a stamp'\n"
    assert read(tmp_path, content) == ["git status", "echo '# not a stamp'"]


def test_zsh_commands_lose_their_prefix_and_keep_every_line(tmp_path: Path):
    content = ": 1700000000:0;git status\n: 1700000060:5;for x in a b; do\\\necho $x\\\ndone\n"
    assert read(tmp_path, content) == ["git status", "for x in a b; do", "echo $x", "done"]


def test_what_zsh_flips_is_flipped_back(tmp_path: Path):
    typed = "echo tea – café"
    stored = b"".join(
        bytes([0x83, byte ^ 32]) if 0x83 <= byte <= 0xA2 else bytes([byte])
        for byte in typed.encode()
    )
    assert stored != typed.encode()
    assert read(tmp_path, b": 1700000000:0;" + stored + b"\n") == [typed]


def test_fish_commands_are_taken_without_their_details(tmp_path: Path):
    content = (
        "- cmd: git status\n  when: 1700000000\n"
        "- cmd: vim notes.txt\n  when: 1700000060\n  paths:\n    - notes.txt\n"
        "- cmd: echo one\\necho C:\\\\temp\n  when: 1700000090\n"
    )
    assert read(tmp_path, content) == ["git status", "vim notes.txt", "echo one", "echo C:\\temp"]


# Chats ------------------------------------------------------------------------------------------

ANDROID = """\
31/12/2024, 23:58 - Messages and calls are end-to-end encrypted. Only people in this chat can read
31/12/2024, 23:58 - Ada created group "New year"
31/12/2024, 23:59 - Ada: nearly midnight
and it snows
31/12/2024, 23:59 - Ben: <Media omitted>
1/1/2025, 00:00 - Ben: happy new year: to all! <This message was edited>
"""
IPHONE = (
    "[12/31/24, 11:58:01\u202fPM] New year: \u200eMessages and calls are end-to-end encrypted.\n"
    "[12/31/24, 11:59:30\u202fPM] ~\u202fAda: nearly midnight\n"
    "\u200e[12/31/24, 11:59:40\u202fPM] Ben: \u200eimage omitted\n"
    "[1/1/25, 12:00:00\u202fAM] Ben: happy new year\n"
)
TELEGRAM = {
    "name": "Ada",
    "type": "personal_chat",
    "id": 1,
    "messages": [
        {"id": 1, "type": "service", "actor": "Ada", "action": "phone_call", "text": ""},
        {"id": 2, "type": "message", "from": "Ada", "text": "nearly midnight"},
        {
            "id": 3,
            "type": "message",
            "from": "Ben",
            "text": ["see ", {"type": "link", "text": "example.com"}, " for it"],
        },
    ],
}
SLACK = [
    {"type": "message", "subtype": "channel_join", "user": "U1", "text": "joined", "ts": "1.0"},
    {"type": "message", "user": "U1", "text": "hi <@U2> a &lt; b", "ts": "2.0"},
    {
        "type": "message",
        "user": "U2",
        "user_profile": {"real_name": "Ben"},
        "text": "read <https://example.com|this page>",
        "ts": "3.0",
    },
]


@pytest.mark.parametrize(
    ("content", "everybody", "ben"),
    [
        (
            ANDROID,
            ["nearly midnight", "and it snows", "happy new year: to all!"],
            ["happy new year: to all!"],
        ),
        (IPHONE, ["nearly midnight", "happy new year"], ["happy new year"]),
        (
            json.dumps(TELEGRAM, indent=1),
            ["nearly midnight", "see example.com for it"],
            ["see example.com for it"],
        ),
        (
            json.dumps({"chats": {"list": [TELEGRAM]}}),
            ["nearly midnight", "see example.com for it"],
            ["see example.com for it"],
        ),
        (json.dumps(SLACK), ["hi  a < b", "read this page"], ["read this page"]),
    ],
    ids=["WhatsApp on Android", "WhatsApp on iOS", "Telegram", "all of Telegram", "Slack"],
)
def test_chats_give_their_messages_by_everybody_or_by_one(
    tmp_path: Path, content: str, everybody: list[str], ben: list[str]
):
    assert read(tmp_path, content) == everybody
    assert read(tmp_path, content, author="ben") == ben


def test_an_author_who_wrote_nothing_is_an_error(tmp_path: Path):
    with pytest.raises(ImportRefused, match="no message of that author"):
        read(tmp_path, ANDROID, author="Cleo")


def test_an_author_is_refused_where_nobody_is_named(tmp_path: Path):
    with pytest.raises(ImportRefused, match="name no authors"):
        read(tmp_path, "one\n", author="Ada")


def test_a_chat_that_breaks_off_is_refused_and_not_quoted(tmp_path: Path):
    with pytest.raises(ImportRefused, match="begins as JSON and is none") as refused:
        read(tmp_path, json.dumps(TELEGRAM, indent=1)[:-40])
    assert "midnight" not in str(refused.value)


def test_a_named_format_overrules_what_the_content_looks_like(tmp_path: Path):
    assert read(tmp_path, '{"text": "one"}\n', "text") == ['{"text": "one"}']
    assert read(tmp_path, "one\ntwo\n", "shell") == ["one", "two"]


# Whatever comes ---------------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1)


@SAME_FOLDER
@given(messages=st.lists(WORDS))
def test_any_messages_survive_json_lines(tmp_path: Path, messages: list[str]):
    content = "".join(json.dumps({"t": 0, "text": message}) + "\n" for message in messages)
    assert read(tmp_path, content) == messages


@SAME_FOLDER
@given(messages=st.lists(WORDS))
def test_any_messages_survive_plain_text(tmp_path: Path, messages: list[str]):
    assert read(tmp_path, "\n".join(messages), "text") == messages


@SAME_FOLDER
@given(
    content=st.binary(max_size=400)
    | st.text('[]{}",:\\ 0123456789/-#;\n amtex', max_size=200).map(str.encode)
)
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes):
    for asked in ("auto", "text", "jsonl", "shell", "chat"):
        try:
            lines = read(tmp_path, content, asked)
        except ImportRefused:
            continue
        assert [line for line in lines if line != line.strip() or "\n" in line or not line] == []
