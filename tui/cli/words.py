"""`forget`, `block`, `unblock`: what is forgotten is gone; what is blocked is not."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import math
import sys
import time
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.opening import opens_profile
from hushkey.tui.cli.when import ends_of, minute_of, seconds_of

if TYPE_CHECKING:
    from hushkey.keyboard.erasure import Forgetting
    from hushkey.keyboard.profile import Profile

Ends = tuple[float, float]  # of a moment

_NOTHING = "name WORDs, --last, --between, --surface or --all; nothing was changed"


def _seconds(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    try:
        return None if text is None else seconds_of(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _ends(
    _: click.Context, __: click.Parameter, texts: tuple[str, str] | None
) -> tuple[Ends, Ends] | None:
    try:
        return None if texts is None else (ends_of(texts[0]), ends_of(texts[1]))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option(
    "--last", callback=_seconds, metavar="SPAN", help="What was typed in the last 10m, 2h, 3d."
)
@click.option(
    "--between", nargs=2, callback=_ends, metavar="FROM TO", help="As ISO dates or times, local."
)
@click.option("--surface", metavar="NAME", help="What was typed there: app, shell, import, ...")
@click.option("--all", "everything", is_flag=True, help="All that was typed; blocked words stay.")
@click.option("--yes", is_flag=True, help="Do not ask before lines are deleted.")
@click.option("--relearn/--no-relearn", default=True, help="Train a dropped adapter anew at once.")
@output.as_json
@opens_profile
def forget(
    profile: Profile,
    words: tuple[str, ...],
    *,
    last: float | None,
    between: tuple[Ends, Ends] | None,
    surface: str | None,
    everything: bool,
    yes: bool,
    relearn: bool,
    as_json: bool,
) -> int:
    """Forget words, or lines, as if they had never been typed.

    WORDs are cut out of the history and of all that was learned; one with blanks in it is a phrase.
    Without a WORD the lines of a time or a surface are deleted. Several of these narrow one another.
    """
    from hushkey.tui.cli.forgetting import follow_up

    what = _what(words, last, between, surface, everything=everything)
    if not words and not _agreed(profile, what, yes=yes):
        output.note("nothing was changed")
        return Exit.FAILED
    forgotten = profile.forget_what(what)
    return follow_up(profile, forgotten, relearn=relearn, named=len(words), as_json=as_json)


def _what(
    words: tuple[str, ...],
    last: float | None,
    between: tuple[Ends, Ends] | None,
    surface: str | None,
    *,
    everything: bool,
) -> Forgetting:
    """Return what a command line names. Raises UsageError."""
    from hushkey.keyboard.erasure import Forgetting

    parts = (words, last, between, surface)
    if not any(part for part in (*parts, everything)):
        raise click.UsageError(_NOTHING)
    if everything:
        if any(parts):
            raise click.UsageError("--all goes alone; nothing was changed")
        return Forgetting(everything=True)
    if last is not None and between is not None:
        raise click.UsageError("either --last or --between; nothing was changed")
    since, until = -math.inf, math.inf
    if last is not None:
        since = time.time() - last
    if between is not None:
        (since, _), (_, until) = between
    if until <= since:
        raise click.UsageError("--between ends before it begins; nothing was changed")
    return Forgetting(words, since=since, until=until, surface=surface)


def _agreed(profile: Profile, what: Forgetting, *, yes: bool) -> bool:
    """Say how much would go, and ask whether it shall."""
    times = profile.history.matching(what)
    if yes or not times:
        return True
    lines = "1 line" if len(times) == 1 else f"{len(times):,} lines"
    said = f"{lines} from {minute_of(times[0])} to {minute_of(times[-1])}"
    if not sys.stdin.isatty():
        raise click.ClickException(
            f"{said} would be forgotten, and nobody can be asked; nothing was changed; say --yes"
        )
    return click.confirm(f"Forget {said}, with all that was learned from them?", err=True)


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD]...")
@output.as_json
@opens_profile
def block(profile: Profile, words: tuple[str, ...], *, as_json: bool) -> None:
    """Never suggest WORDs again; with none, list those blocked."""
    if any(len(word.split()) > 1 for word in words):
        raise click.UsageError("words are blocked one by one; nothing was changed")
    for word in words:
        profile.block(word)
    if words and not as_json:
        output.result("blocked; 'hushkey unblock WORD' undoes it")
        return
    _list(profile, as_json=as_json)


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@output.as_json
@opens_profile
def unblock(profile: Profile, words: tuple[str, ...], *, as_json: bool) -> None:
    """Allow WORDs to be suggested again."""
    were_not = [word for word in words if not profile.unblock(word)]
    if as_json:
        output.result_json({"blocked": sorted(profile.engine.blocked), "were_not": were_not})
        return
    if len(were_not) < len(words):
        output.result("unblocked")
    for word in were_not:
        output.result(f"“{word}” was not blocked")


def _list(profile: Profile, *, as_json: bool) -> None:
    blocked = sorted(profile.engine.blocked)
    if as_json:
        output.result_json({"blocked": blocked})
    elif blocked:
        output.result("\n".join(blocked))
