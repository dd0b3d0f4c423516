"""The readline example in a terminal of its own: Tab completes a word, and what was typed is learned."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hushkey.keyboard.embed.for_readline import ReadlineCompleter
from hushkey.keyboard.types import Suggestion

ROOT = Path(__file__).resolve().parents[3]
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x07")


class Terminal:
    """A program in a terminal, read until something stands there."""

    def __init__(self, *command: str, environ: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.child = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environ,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = ""  # since what was awaited last

    def type(self, keys: str, until: str) -> None:
        os.write(self._ours, keys.encode())
        self.read(until)

    def read(self, until: str) -> None:
        end = time.monotonic() + 60
        while until not in self.shown:
            if not select.select([self._ours], [], [], max(0.0, end - time.monotonic()))[0]:
                pytest.fail(f"awaited {until!r}, shown: {self.shown!r}")
            self.shown += _ESCAPES.sub("", os.read(self._ours, 4096).decode())
        self.shown = self.shown.partition(until)[2]

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self._ours)


@pytest.fixture
def terminal(environ, tmp_path):
    inputrc = tmp_path / "inputrc"
    inputrc.write_text("set bell-style none\nset show-all-if-ambiguous on\n", encoding="utf-8")
    example = str(ROOT / "examples" / "readline_prompt.py")
    opened = Terminal(
        sys.executable, example, environ={**environ, "INPUTRC": str(inputrc), "TERM": "dumb"}
    )
    yield opened
    opened.close()


def test_tab_completes_a_word_and_what_was_typed_is_learned(terminal):
    terminal.read("> ")
    for _ in range(2):
        terminal.type("See you tomorrow, dear Zorblax\r", "kept: 'See you tomorrow, dear Zorblax'")
        terminal.read("> ")
    terminal.type("dear Zorb\t", "Zorblax ")
    terminal.type("\r", "kept: 'dear Zorblax '")
    terminal.read("> ")
    terminal.type("\r", "\n")
    assert terminal.child.wait(30) == 0


class Scripted:
    """A surface that offers what it is told to."""

    def __init__(self, *offered: Suggestion) -> None:
        self.offered = list(offered)

    def suggest(self, _: str, k: int) -> list[Suggestion]:
        return self.offered[:k]


def word(text: str, replaces: int, kind: str = "completion") -> Suggestion:
    return Suggestion(text, kind, 0.5, {}, replaces)


def test_what_several_words_have_in_common_takes_no_letter_back():
    both = ReadlineCompleter(
        Scripted(word("Tomorrow", 3), word("tomato", 3), word("the", 3, "correction"))
    )
    assert both._words("see tom", "tom") == ["tomato "]
    one = ReadlineCompleter(Scripted(word("Tomorrow", 3)))
    assert one._words("see tom", "tom") == ["Tomorrow "]


def test_marks_before_a_word_stay_where_they_are():
    completer = ReadlineCompleter(Scripted(word("tomorrow", 3)))
    assert completer._words("see (tom", "(tom") == ["(tomorrow "]
