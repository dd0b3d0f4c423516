"""A command line cut into commands and words, as bash, zsh and fish do where they agree. Pure, linear, total.

What a shell would put in the place of a `$name` or a `$(...)` nobody typed: the mark of a gap stands there.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from hushkey.keyboard.redaction import REDACTED

Quote = Literal["", "'", '"']

_OPERATOR: Final = re.compile(r"&&|\|\||\|&|;;|[;&|\n()]")
_REDIRECT: Final = re.compile(r"(?:\d*|&)(?:<<<|<<-?|>>|>\||[<>])(?:&\d?-?)?")
_NAME: Final = re.compile(r"\$(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])")


@dataclass(slots=True)
class Word:
    """One word. Its `repr` does not hold the text."""

    text: str = field(default="", repr=False)
    quote: Quote = ""
    """The quote that is open at its end."""
    is_target: bool = False
    """Whether a redirection names it."""


@dataclass(slots=True)
class Command:
    """One simple command of a line."""

    words: list[Word] = field(default_factory=list)
    redirected: bool = False
    piped: bool = False
    """Whether its output goes to another command."""

    @property
    def arguments(self) -> list[str]:
        """Its words without the names that redirections have."""
        return [word.text for word in self.words if not word.is_target]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A line's commands; `fresh` says that a blank or an operator ended it, so that the next letter begins a word."""

    commands: tuple[Command, ...]
    fresh: bool


class _Reader:
    def __init__(self, line: str) -> None:
        self.line = line
        self.place = 0
        self.commands: list[Command] = [Command()]
        self.word: Word | None = None
        self.target = False

    def read(self) -> Parsed:
        while self.place < len(self.line):
            self._step()
        fresh = self.word is None
        self._end_word()
        return Parsed(tuple(self.commands), fresh)

    def _step(self) -> None:
        line, place = self.line, self.place
        one = line[place]
        if self.word is not None and self.word.quote:
            self._within_quotes(one)
        elif one in " \t":
            self._end_word()
            self.place += 1
        elif one == "#" and self.word is None:
            end = line.find("\n", place)
            self.place = len(line) if end < 0 else end
        elif (found := _REDIRECT.match(line, place)) and (
            self.word is None or not found[0][0].isdigit()
        ):
            self._end_word()
            self.commands[-1].redirected = True
            self.target = not found[0].rstrip("-")[-1:].isdigit()
            self.place = found.end()
        elif found := _OPERATOR.match(line, place):
            self._end_word()
            self.commands[-1].piped = found[0] in {"|", "|&"}
            self.commands.append(Command())
            self.place = found.end()
        else:
            self._begin_word()
            self._outside_quotes(one)

    def _outside_quotes(self, one: str) -> None:
        if one in "'\"":
            self._begin_word().quote = "'" if one == "'" else '"'
            self.place += 1
        elif one == "\\":
            self._add(self.line[self.place + 1 : self.place + 2].replace("\n", ""))
            self.place += 2
        elif one in "$`":
            self._expansion()
        else:
            self._add(one)
            self.place += 1

    def _within_quotes(self, one: str) -> None:
        word = self._begin_word()
        following = self.line[self.place + 1 : self.place + 2]
        if one == word.quote:
            word.quote = ""
            self.place += 1
        elif word.quote == '"' and one == "\\" and following and following in '"\\$`\n':
            self._add(following.replace("\n", ""))
            self.place += 2
        elif word.quote == '"' and one in "$`":
            self._expansion()
        else:
            self._add(one)
            self.place += 1

    def _expansion(self) -> None:
        """Pass over what the shell replaces."""
        line, place = self.line, self.place
        if found := _NAME.match(line, place):
            self.place = found.end()
        elif line[place] == "`":
            end = line.find("`", place + 1)
            self.place = len(line) if end < 0 else end + 1
        elif line[place + 1 : place + 2] in {"(", "{"}:
            self.place = _closing(line, place + 1)
        else:
            self._add("$")
            self.place += 1
            return
        self._add(REDACTED)

    def _begin_word(self) -> Word:
        if self.word is None:
            self.word = Word(is_target=self.target)
            self.target = False
        return self.word

    def _add(self, text: str) -> None:
        self._begin_word().text += text

    def _end_word(self) -> None:
        if self.word is not None:
            self.commands[-1].words.append(self.word)
            self.word = None


def parse(line: str) -> Parsed:
    """Cut a line, or what stands of it before the cursor."""
    return _Reader(line).read()


def _closing(line: str, place: int) -> int:
    """Return where the bracket at a place is closed, or the end."""
    opening = line[place]
    closing = {"(": ")", "{": "}"}[opening]
    depth = 0
    for position in range(place, len(line)):
        depth += (line[position] == opening) - (line[position] == closing)
        if not depth:
            return position + 1
    return len(line)
