"""Which arguments of which commands are prose: a table. It knows no shell and no person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Prose:
    """Where prose stands in one command."""

    command: tuple[str, ...]
    """The command and its subcommands."""
    flags: frozenset[str] = frozenset()
    """Options whose value is prose."""
    positional: bool = False
    """Whether all that is no option is prose."""
    valued: frozenset[str] = frozenset()
    """Options with a value of another kind, which is not to be taken for prose."""


_MESSAGE: Final = frozenset({"-m", "--message"})
_TITLE_BODY: Final = frozenset({"-t", "--title", "-b", "--body"})
_SUBJECT: Final = frozenset({"-s", "--subject"})

TABLE: Final = (
    *(Prose(("git", sub), _MESSAGE) for sub in ("commit", "tag", "merge")),
    Prose(("git", "notes", "add"), _MESSAGE),
    Prose(("git", "stash", "push"), _MESSAGE),
    *(Prose((tool, "commit"), _MESSAGE) for tool in ("hg", "svn", "jj")),
    Prose(("jj", "describe"), _MESSAGE),
    *(Prose(("gh", "pr", sub), _TITLE_BODY) for sub in ("create", "edit", "comment", "review")),
    *(Prose(("gh", "issue", sub), _TITLE_BODY) for sub in ("create", "edit", "comment")),
    Prose(("gh", "release", "create"), frozenset({"-t", "--title", "-n", "--notes"})),
    *(
        Prose(("glab", what, "create"), frozenset({"-t", "--title", "-d", "--description"}))
        for what in ("mr", "issue")
    ),
    *(Prose((mail,), _SUBJECT) for mail in ("mail", "mailx", "s-nail", "mutt", "neomutt")),
    Prose(("echo",), positional=True),
    Prose(("say",), positional=True, valued=frozenset({"-v", "-r", "-o"})),
    Prose(("espeak",), positional=True, valued=frozenset({"-v", "-s", "-a", "-p", "-w"})),
    Prose(("cowsay",), positional=True, valued=frozenset({"-f", "-e", "-T", "-W"})),
    Prose(
        ("notify-send",),
        positional=True,
        valued=frozenset({"-u", "-t", "-i", "-c", "-a", "-h", "-A", "-r"}),
    ),
    Prose(("wall",), positional=True, valued=frozenset({"-g", "-t"})),
    Prose(("task", "add"), positional=True),
    Prose(("zenity",), frozenset({"--text", "--title"})),
)

NAMES: Final = tuple(sorted({entry.command[0] for entry in TABLE}))

_BEFORE_SUBCOMMAND: Final = frozenset({"-C", "-c", "-R", "--repo", "--git-dir", "--work-tree"})


def prose_of(words: Sequence[str]) -> tuple[Prose, int] | None:
    """Return the entry of a command and how many of its words name it; None where it has no prose."""
    named = [place for place, _ in _naming(words)]
    for entry in TABLE:
        places = named[: len(entry.command)]
        if tuple(words[place] for place in places) == entry.command:
            return entry, places[-1] + 1
    return None


def is_prose_flag(entry: Prose, word: str) -> bool:
    """Whether the word behind an option is prose: `-m`, `--message`, and `-am` where `-m` is."""
    if word in entry.flags:
        return True
    clustered = len(word) > 2 and word[0] == "-" != word[1]
    return clustered and "-m" in entry.flags and word.endswith("m") and word[1:].isalpha()


def _naming(words: Sequence[str]) -> list[tuple[int, str]]:
    """The words that may name a command and its subcommands: no options, no assignments before it."""
    found: list[tuple[int, str]] = []
    skip = False
    for place, word in enumerate(words):
        if skip:
            skip = False
        elif not found and "=" in word:
            continue
        elif found and word.startswith("-"):
            skip = word in _BEFORE_SUBCOMMAND
            if not skip and not word.startswith("--") and len(found) > 1:
                break
        else:
            found.append((place, word))
    return found
