"""Typed lines out of the files that people have. Keeps nothing, redacts nothing, learns nothing.

The format is found by content: JSON lines, a JSON document, a shell's history, a chat export, else
plain text. All but a JSON document are streamed. No error quotes what stands in the file.
"""

import codecs
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, TextIO

from hushkey.keyboard import import_formats as formats
from hushkey.keyboard.import_formats import ImportRefused

__all__ = ["ImportFormat", "ImportRefused", "read_lines"]

ImportFormat = Literal["auto", "text", "jsonl", "shell", "chat"]

HEAD_BYTES = 1 << 16  # looked at to tell the encoding and the format
LONGEST_LINE = 1_000  # characters; a longer one is cut at the ends of sentences
LONGEST_RECORD = 1 << 24  # characters of one JSON line
LONGEST_DOCUMENT = 1 << 28  # characters of one JSON document, which is read whole
CONTROL_SHARE = 0.02  # of the head; above it, what is read is no text

_SINGLE_BYTE = "hushkey.single-byte"  # the name under which `_single_byte` is registered
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+")
_DOCUMENT = re.compile(r'^\[\s*(?:[{"\]]|$)|^\{[^{}\[\]]*"(?:messages|chats)"\s*:\s*[{\[]')
_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
_LONE_SURROGATES = range(0xD800, 0xE000)  # halves of pairs: JSON can hold them, UTF-8 not
_UNTYPABLE = dict.fromkeys(_CONTROLS, " ") | dict.fromkeys(_LONE_SURROGATES, "\ufffd")


def read_lines(
    path: Path,
    format: ImportFormat = "auto",  # noqa: A002 - the word that the command line uses
    *,
    author: str | None = None,
) -> Iterator[str]:
    """Yield what was typed, one message or command a line, in the order of the file, none empty.

    `author` keeps only that person's messages of a chat. UTF-8 and marked UTF-16 are understood;
    what is neither is read as Windows-1252. Raises ImportRefused, at the first line asked for or,
    where the file is broken further on, there.
    """
    try:
        with io.BufferedReader(path.open("rb", buffering=0), HEAD_BYTES) as stream:
            yield from _typed(stream, format, author)
    except ImportRefused as refused:
        raise ImportRefused(f"{path.name}: {refused}") from None
    except OSError as error:
        raise ImportRefused(
            f"{path.name}: cannot be read ({error.strerror}); check the name and its permissions"
        ) from None


def _typed(
    stream: "io.BufferedReader[io.FileIO]", asked: ImportFormat, author: str | None
) -> Iterator[str]:
    """The lines of an open file."""
    head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    encoding = _encoding(head)
    start = head.decode(encoding, errors=_SINGLE_BYTE)
    found = _format(start) if asked == "auto" else asked
    if author is not None and found in ("text", "shell"):
        raise ImportRefused(
            "plain text and shell histories name no authors; nothing was read; leave --author out"
        )
    zsh = found == "shell" and any(map(formats.ZSH_COMMAND.match, start.splitlines()))
    if zsh:
        encoding = "latin-1"  # byte for byte: see formats.unmetafied
    text = io.TextIOWrapper(stream, encoding, errors=_SINGLE_BYTE)
    messages = _messages(text, found, author, document=_is_document(start), zsh=zsh)
    lines = (line for message in messages for line in message.splitlines())
    typed = filter(None, (_clean(piece) for line in lines for piece in _cut(line)))
    first = next(typed, None)
    if first is not None:
        yield first
        yield from typed
    elif author is not None:
        raise ImportRefused("no message of that author; compare the names in the file")
    elif found == "jsonl":
        fields = ", ".join(formats.TEXT_FIELDS)
        raise ImportRefused(f"no line has text under one of {fields}; rename the field")


def _messages(
    text: TextIO, found: ImportFormat, author: str | None, *, document: bool, zsh: bool
) -> Iterator[str]:
    """The messages of a file whose format is known."""
    match found:
        case "jsonl":
            return formats.json_lines(_records(text), author)
        case "chat" if document:
            return formats.json_document(_whole(text), author)
        case "chat":
            return formats.chat_text(_lines(text), author)
        case "shell":
            lines = _lines(text)
            return formats.shell(map(formats.unmetafied, lines) if zsh else lines)
        case _:
            return _lines(text)


# What kind of file --------------------------------------------------------------------------------


def _encoding(head: bytes) -> str:
    """Raise ImportRefused where the head is no text; else name what decodes it."""
    if head.startswith(_UTF16_MARKS):
        return "utf-16"
    if b"\0" in head or len(_CONTROL.findall(head)) > CONTROL_SHARE * len(head):
        raise ImportRefused(
            "this is no text (a picture, an archive, a database?); nothing was read; "
            "export it as text first"
        )
    return "utf-8-sig"


def _format(start: str) -> ImportFormat:
    """What the first lines look like."""
    lines = [line for line in start.splitlines() if line.strip()][:20]
    if not lines:
        return "text"
    if _is_document(start):
        return "chat"
    if _is_record(lines[0]):
        return "jsonl"
    if formats.CHAT_STAMP.match(formats.without_marks(lines[0])):
        return "chat"
    marks = (formats.ZSH_COMMAND.match, formats.BASH_STAMP.match)
    if lines[0].startswith(formats.FISH_COMMAND) or any(
        mark(line) for mark in marks for line in lines
    ):
        return "shell"
    return "text"


def _is_document(start: str) -> bool:
    """One JSON value over the whole file, rather than one a line."""
    begin = start.lstrip()
    if not begin.startswith(("{", "[")):
        return False
    first_line = begin.partition("\n")[0].strip()
    return bool(_DOCUMENT.match(begin)) or first_line == "{"


def _is_record(line: str) -> bool:
    """Whether a line is a JSON object or string, or fills the head and begins as one."""
    try:
        return isinstance(json.loads(line), dict | str)
    except (ValueError, RecursionError):
        return line.startswith('{"') and len(line) >= HEAD_BYTES // 4


# From characters to lines -------------------------------------------------------------------------


def _lines(text: TextIO) -> Iterator[str]:
    """The lines of a file; one too long to hold is handed on in pieces that end with a sentence."""
    rest = ""
    while part := text.readline(HEAD_BYTES):
        rest += part
        if rest.endswith("\n"):
            yield rest.rstrip("\n")
            rest = ""
        elif len(rest) >= HEAD_BYTES:
            *done, rest = _cut(rest)
            yield from done
    yield rest


def _records(text: TextIO) -> Iterator[str]:
    """The lines of a file, whole."""
    while line := text.readline(LONGEST_RECORD):
        if len(line) == LONGEST_RECORD:
            raise ImportRefused("a line is longer than 16 million characters; is it JSON lines?")
        yield line


def _whole(text: TextIO) -> str:
    document = text.read(LONGEST_DOCUMENT)
    if len(document) == LONGEST_DOCUMENT:
        raise ImportRefused(
            "the export is longer than 268 million characters; nothing was read; export it in parts"
        )
    return document


def _cut(line: str) -> Iterator[str]:
    """`line` in pieces of at most LONGEST_LINE, cut after a sentence, a word or anywhere."""
    start = 0
    while len(line) - start > LONGEST_LINE:
        stop = start + LONGEST_LINE
        ends = [found.end() for found in _SENTENCE_END.finditer(line, start, stop)]
        start, begin = ends[-1] if ends else (line.rfind(" ", start + 1, stop) + 1 or stop), start
        yield line[begin:start]
    yield line[start:]


def _clean(line: str) -> str:
    """`line` without control characters and without space round it."""
    return line.translate(_UNTYPABLE).strip()


def _single_byte(error: UnicodeError) -> tuple[str, int]:
    """Decode what is not UTF-8 as Windows-1252, which has all letters of Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong: Iterable[int] = error.object[error.start : error.end]
    return bytes(wrong).decode("cp1252", errors="replace"), error.end


codecs.register_error(_SINGLE_BYTE, _single_byte)
