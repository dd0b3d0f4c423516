"""`forget`, `block`, `unblock`: single words. What is forgotten is gone; what is blocked is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.opening import opens_profile

if TYPE_CHECKING:
    from hushkey.keyboard.profile import Profile


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@output.as_json
@opens_profile
def forget(profile: Profile, words: tuple[str, ...], *, as_json: bool) -> None:
    """Cut WORDs out of the history and all that was learned."""
    counts = [profile.forget(word).entries for word in words]
    if as_json:
        output.result_json({"words": len(words), "entries": sum(counts)})
        return
    changed = sum(counts)
    output.result(f"forgotten; {changed} {'entry' if changed == 1 else 'entries'} changed")


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD]...")
@output.as_json
@opens_profile
def block(profile: Profile, words: tuple[str, ...], *, as_json: bool) -> None:
    """Never suggest WORDs again; with none, list those blocked."""
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
    for word in words:
        profile.unblock(word)
    if as_json:
        _list(profile, as_json=True)
    else:
        output.result("unblocked")


def _list(profile: Profile, *, as_json: bool) -> None:
    blocked = sorted(profile.engine.blocked)
    if as_json:
        output.result_json({"blocked": blocked})
    elif blocked:
        output.result("\n".join(blocked))
