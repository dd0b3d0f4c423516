"""What was typed, out of the ways in which programs keep it. Pure: it opens no file.

Each reader yields the text of one message or command at a time and drops what nobody typed:
time stamps, notices that somebody joined, marks where a picture stood.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from hushkey.keyboard.errors import KeyboardError

TEXT_FIELDS = ("text", "message", "body", "content")
AUTHOR_FIELDS = ("from", "author", "sender", "sender_name", "username", "user", "user_profile")
NAME_FIELDS = ("name", "real_name", "display_name", "username")


class ImportRefused(KeyboardError):
    """A file cannot be read as typed text. Whatever was taken from it before is kept."""


# Shells -----------------------------------------------------------------------------------------

ZSH_COMMAND = re.compile(r"^: \d+:\d+;")
BASH_STAMP = re.compile(r"^#\d{9,11}$")
FISH_COMMAND = "- cmd: "
_FISH_DETAIL = re.compile(r"^(?:  (?:when|paths):|    - )")
_FISH_ESCAPE = re.compile(r"\\([\\n])")


def shell(lines: Iterable[str]) -> Iterator[str]:
    """Commands from the history of bash (stamped or not), zsh (plain or extended) or fish."""
    fish = False
    for line in lines:
        if line.startswith(FISH_COMMAND):
            fish = True
            command = line.removeprefix(FISH_COMMAND)
            yield _FISH_ESCAPE.sub(lambda found: "\n" if found[1] == "n" else "\\", command)
        elif not BASH_STAMP.match(line) and not (fish and _FISH_DETAIL.match(line)):
            # A trailing backslash is how zsh keeps the line break inside a command.
            yield ZSH_COMMAND.sub("", line).removesuffix("\\")


def unmetafied(line: str) -> str:
    """One line of a zsh history, read as Latin-1, in the UTF-8 that was typed.

    zsh writes 0x83 before some bytes and flips their bit 5 (its Src/utils.c, `metafy`).
    """
    flipped = re.sub("\x83(.)", lambda found: chr(ord(found[1]) ^ 32), line, flags=re.DOTALL)
    return flipped.encode("latin-1").decode("utf-8", errors="replace")


# Chats kept as text -----------------------------------------------------------------------------

CHAT_STAMP = re.compile(
    r"^\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
    r"(?:\s?[AaPp]\.?\s?[Mm]\.?)?(?:\]| -) "
)
_DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufeff"))
_NOBODY_TYPED = re.compile(
    r"<media omitted>|<attached: .*>|.*\(file attached\)"
    r"|(?:image|video|audio|gif|sticker|document|contact card) omitted"
    r"|(?:this message was deleted|you deleted this message|missed (?:voice|video) call)\.?"
    r"|messages and calls are end-to-end encrypted\..*",
    re.IGNORECASE,
)
_EDITED = re.compile(r"\s*<this message was edited>$", re.IGNORECASE)


def without_marks(line: str) -> str:
    """`line` without the invisible marks of direction that chat programs put round names."""
    return line.translate(_DIRECTION_MARKS)


def chat_text(lines: Iterable[str], author: str | None) -> Iterator[str]:
    """Messages of an export of the shape `date, time - name: text` or `[date, time] name: text`.

    A line without a stamp goes on with the message above it. Where an `author` is named, only
    what that person wrote.
    """
    wanted = False
    for marked in lines:
        line = without_marks(marked)
        if stamp := CHAT_STAMP.match(line):
            name, colon, line = line[stamp.end() :].partition(": ")
            wanted = bool(colon) and _is_by(author, [name.removeprefix("~").strip()])
        line = _EDITED.sub("", line)
        if wanted and not _NOBODY_TYPED.fullmatch(line.strip()):
            yield line


# JSON -------------------------------------------------------------------------------------------

_SLACK_MENTION = re.compile(r"<[@#!][^>]*>")
_SLACK_LINK = re.compile(r"<[^|>]+\|([^>]*)>")


def json_lines(lines: Iterable[str], author: str | None) -> Iterator[str]:
    """One message a line: a JSON string, or an object with one of `TEXT_FIELDS`.

    Raises ImportRefused at the first line that is neither an object nor a string.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict | str):
            raise ImportRefused(
                f"line {number} is neither a JSON object nor a JSON string; the lines before it "
                "were read; mend it, or say --format text"
            )
        yield from _record(record, author)


def json_document(document: str, author: str | None) -> Iterator[str]:
    """Messages of one JSON value: a list, or an object with lists of messages at any depth.

    Raises ImportRefused where `document` is no JSON.
    """
    value, broken = None, False
    try:
        value = json.loads(document)
    except (ValueError, RecursionError):
        broken = True
    if (
        broken
    ):  # told out here: in there the error would carry the other one along, and that the document
        raise ImportRefused(
            "begins as JSON and is none; nothing was read; export it again, or say --format text"
        )
    yield from _messages(value, author)


def _messages(value: Any, author: str | None) -> Iterator[str]:
    """The messages in `value`, in the order in which they stand."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, str) or (isinstance(item, dict) and _text(item)):
                yield from _record(item, author)
            else:
                yield from _messages(item, author)
    elif isinstance(value, dict):
        for item in value.values():
            if isinstance(item, list | dict):
                yield from _messages(item, author)


def _record(record: dict[str, Any] | str, author: str | None) -> Iterator[str]:
    """The one text of a message, unless nobody typed it or somebody else did."""
    if isinstance(record, str):
        if author is None:
            yield record
        return
    notice = "subtype" in record or record.get("type") == "service"
    if not notice and _is_by(author, _names(record)):
        text = _text(record)
        yield _plain(text) if "ts" in record else text


def _text(record: dict[str, Any]) -> str:
    """The text of a message, "" where it has none. Telegram keeps styled text as a list of runs."""
    for field in TEXT_FIELDS:
        match record.get(field):
            case str(text) if text:
                return text
            case [*runs] if runs:
                return "".join(
                    run if isinstance(run, str) else str(run.get("text", ""))
                    for run in runs
                    if isinstance(run, str | dict)
                )
    return ""


def _plain(text: str) -> str:
    """Slack's text as it was typed: without mentions and escapes, links by their names."""
    return html.unescape(_SLACK_LINK.sub(r"\1", _SLACK_MENTION.sub("", text)))


def _names(record: dict[str, Any]) -> Iterator[str]:
    """Every name under which a message says who wrote it."""
    for field in AUTHOR_FIELDS:
        match record.get(field):
            case str(name):
                yield name
            case dict(person):
                yield from (str(person[key]) for key in NAME_FIELDS if key in person)


def _is_by(author: str | None, names: Iterable[str]) -> bool:
    return author is None or author.casefold() in (name.casefold() for name in names)
