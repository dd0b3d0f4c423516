"""The prose in a command line: what is under way before the cursor, and what a finished line said. Pure."""

from dataclasses import dataclass, field
from typing import Final

from hushkey.keyboard.erasure import says_something
from hushkey.keyboard.shellside.commands import Prose, is_prose_flag, prose_of
from hushkey.keyboard.shellside.shell_words import Command, Quote, parse
from hushkey.keyboard.types import Suggestion

LONGEST: Final = 4096  # characters of a line; a longer one is no prose under way

_UNSAFE: Final[dict[Quote, frozenset[str]]] = {
    "": frozenset("'\"$`\\!&|;<>()*?[]{}~#=^%"),
    '"': frozenset('"$`\\!'),
    "'": frozenset("'"),
}


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Prose before the cursor. Its `repr` does not hold the text."""

    text: str = field(repr=False)
    quote: Quote
    blanks: bool
    """Whether a blank may follow without ending the argument."""


def under_way(before: str) -> UnderWay | None:
    """Return the prose that is being typed; None where there is none, and on a private line."""
    if is_private(before) or len(before) > LONGEST:
        return None
    parsed = parse(before)
    command = parsed.commands[-1]
    last = None if parsed.fresh or not command.words else command.words[-1]
    found = prose_of(command.arguments)
    if found is None or (last is not None and last.is_target):
        return None
    entry, named = found
    arguments = [*command.arguments[named:], *([""] if last is None else [])]
    if not arguments:
        return None  # the cursor still touches the command's own name
    *done, value = arguments
    quote: Quote = last.quote if last is not None else ""
    if (flagged := _flagged(entry, done, value)) is not None:
        return UnderWay(flagged, quote, blanks=bool(quote))
    if entry.positional and not value.startswith("-") and not (done and done[-1] in entry.valued):
        return UnderWay(" ".join([*_positional(entry, done), value]), quote, blanks=True)
    return None


def said_in(line: str) -> list[str]:
    """Return the prose arguments of a line that ran; none where it is private or hands them on to another program."""
    if is_private(line) or len(line) > LONGEST or "<<" in line:
        return []
    said: list[str] = []
    for command in parse(line).commands:
        if any(word.quote for word in command.words):
            return []  # it cannot have run as it was read here
        said += _said(command)
    return [text for text in said if says_something(text) and any(map(str.isalpha, text))]


def is_private(line: str) -> bool:
    """Whether a line is its owner's alone: it starts with a blank, as shells that keep it out of their history say."""
    return line[:1].isspace()


def fitting(suggestion: Suggestion, prose: UnderWay, before: str) -> bool:
    """Whether a suggestion can be put before the cursor as it is: nothing in it means anything to the shell there."""
    old = prose.text[len(prose.text) - suggestion.replaces :] if suggestion.replaces else ""
    if not before.endswith(old) or any(not one.isprintable() for one in suggestion.text):
        return False
    if not prose.blanks and " " in suggestion.text:
        return False
    return not _UNSAFE[prose.quote] & {*suggestion.text, *old}


def _said(command: Command) -> list[str]:
    found = prose_of(command.arguments)
    if found is None or command.piped:
        return []
    entry, named = found
    if entry.positional and command.redirected:
        return []
    arguments = command.arguments[named:]
    flagged = [
        value
        for place, word in enumerate(arguments)
        if (value := _flagged(entry, arguments[:place], word)) is not None
    ]
    return flagged + ([" ".join(_positional(entry, arguments))] if entry.positional else [])


def _flagged(entry: Prose, done: list[str], value: str) -> str | None:
    """Return what of a word is the prose of an option; None where it is none's."""
    name, equals, rest = value.partition("=")
    if equals and name.startswith("--") and name in entry.flags:
        return rest
    return value if done and is_prose_flag(entry, done[-1]) else None


def _positional(entry: Prose, arguments: list[str]) -> list[str]:
    said: list[str] = []
    skip = False
    for word in arguments:
        if skip:
            skip = False
        elif word.startswith("-") and not said:
            skip = word in entry.valued
        else:
            said.append(word)
    return said
