"""`learned`, `review`: the words that only you use, and which of them to keep."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.opening import opens_profile
from hushkey.tui.cli.when import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.review import LearnedWord, Review

Key = Literal["k", "f", "b", "s", "q"]

_KEYS: Final = "[k]eep [f]orget [b]lock [s]kip [q]uit"
_SAID: Final[Mapping[Key, str]] = {
    "k": "kept",
    "f": "to be forgotten",
    "b": "blocked",
    "s": "left as it is",
    "q": "the rest comes again",
}


@click.command()
@click.option(
    "--new", "only_new", is_flag=True, help="Only those on trial: offered, marked as new."
)
@click.option(
    "--sort",
    "order",
    type=click.Choice(["count", "recent", "word"]),
    default="count",
    show_default=True,
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@output.as_json
@opens_profile
def learned(
    profile: Profile, *, only_new: bool, order: str, limit: int | None, as_json: bool
) -> None:
    """List the words that you typed and the base does not know.

    Each is seen, then new (offered, and marked), then trusted, by its uses: see 'hushkey settings'.
    """
    found = [word for word in profile.learned_words() if word.rung == "new" or not only_new]
    found = sorted(found, key=_ORDERS[order])[:limit]
    if as_json:
        output.result_json([_as_dict(word) for word in found])
    elif found:
        output.table(_row(word) for word in found)


_ORDERS: Final[Mapping[str, Callable[[LearnedWord], Any]]] = {
    "count": lambda word: (-word.count, word.word),
    "recent": lambda word: (-word.last, word.word),
    "word": lambda word: word.word.lower(),
}


@click.command()
@click.option("--list", "only_list", is_flag=True, help="Only list what is new.")
@click.option("--keep", "keeps", multiple=True, metavar="WORD", help="Trust it at once.")
@click.option("--forget", "forgets", multiple=True, metavar="WORD", help="Forget it everywhere.")
@click.option("--relearn/--no-relearn", default=True, help="Train a dropped adapter anew at once.")
@output.as_json
@opens_profile
def review(
    profile: Profile,
    *,
    only_list: bool,
    keeps: tuple[str, ...],
    forgets: tuple[str, ...],
    relearn: bool,
    as_json: bool,
) -> int:
    """Keep or forget the words that are offered since the last review.

    A word that is kept is trusted at once. Asks at a terminal, lists elsewhere.
    """
    if keeps or forgets:
        _refuse_unknown(profile, (*keeps, *forgets))
        for word in keeps:
            profile.vouch_for(word)
        if forgets:
            return _forget(profile, forgets, relearn=relearn, as_json=as_json)
        _tell(profile.review(), as_json=as_json)
        return Exit.OK
    now = profile.review()
    asking = not (only_list or as_json) and sys.stdin.isatty()
    if not asking or not now.words:
        _tell(now, as_json=as_json)
        return Exit.OK
    output.result(_headline(now))
    asked, doomed = decide(profile, now.words, _key)
    profile.reviewed(now, asked)
    return _forget(profile, doomed, relearn=relearn, as_json=False) if doomed else Exit.OK


def decide(
    profile: Profile, words: Sequence[LearnedWord], ask: Callable[[str], Key]
) -> tuple[int, list[str]]:
    """Ask for each word and keep or block at once; return how many were asked for, and those to forget.

    Those are forgotten together at the end, for each forgetting learns all that is left anew. An interruption
    is a quit: what was decided holds.
    """
    doomed: list[str] = []
    for number, word in enumerate(words):
        key = ask("  ".join(_row(word)))
        output.result(f"  {_SAID[key]}")
        if key == "q":
            return number, doomed
        if key == "k":
            profile.vouch_for(word.word)
        elif key == "b":
            profile.block(word.word)
        elif key == "f":
            doomed.append(word.word)
    return len(words), doomed


def _key(line: str) -> Key:
    """Ask at the terminal until one of the keys is pressed; the end of input and Ctrl+C are a quit."""
    click.echo(f"{line}  {_KEYS} ", nl=False)
    while True:
        try:
            pressed = click.getchar().lower()
        except (EOFError, KeyboardInterrupt):
            return "q"
        for key in _SAID:
            if pressed == key:
                return key


def _forget(profile: Profile, words: Sequence[str], *, relearn: bool, as_json: bool) -> int:
    from hushkey.keyboard.erasure import Forgetting
    from hushkey.tui.cli.forgetting import follow_up

    forgotten = profile.forget_what(Forgetting(tuple(words)))
    return follow_up(profile, forgotten, relearn=relearn, named=len(words), as_json=as_json)


def _refuse_unknown(profile: Profile, words: Sequence[str]) -> None:
    strangers = [word for word in words if not profile.engine.count(word)]
    if strangers:
        one = len(strangers) == 1
        raise click.ClickException(
            f"{len(strangers)} of the words {'was' if one else 'were'} never typed; nothing was changed; "
            "'hushkey learned' lists yours"
        )


def _tell(now: Review, *, as_json: bool) -> None:
    if as_json:
        output.result_json({"last": now.at, "new": [_as_dict(word) for word in now.words]})
        return
    output.result(_headline(now))
    if now.words:
        output.table(_row(word) for word in now.words)


def _headline(now: Review) -> str:
    since = f" since {day_of(now.at)}" if now.at is not None else ""
    if not now.words:
        return f"nothing new{since}"
    many = len(now.words)
    return f"{many:,} new {'word' if many == 1 else 'words'}{since}: keep or forget"


def _row(word: LearnedWord) -> tuple[str, ...]:
    shown = "".join(c if c.isprintable() else "·" for c in word.word)
    rung = "blocked" if word.blocked else "kept" if word.vouched else word.rung
    days = day_of(word.first), day_of(word.last)
    return (
        shown,
        f"{word.count:,}×",
        rung,
        " to ".join(dict.fromkeys(days)),
        ", ".join(word.surfaces),
    )


def _as_dict(word: LearnedWord) -> dict[str, Any]:
    return {
        "word": word.word,
        "count": word.count,
        "first": word.first,
        "last": word.last,
        "surfaces": word.surfaces,
        "rung": word.rung,
        "kept": word.vouched,
        "blocked": word.blocked,
    }
