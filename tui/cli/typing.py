"""`hushkey`, `type`, `suggest`, `screenshot`: typing, in the app and without it."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hushkey.keyboard.types import Suggestion

SAMPLE = "Thanks for the quick answer!\nI will send you the rest of the notes tom"


def start_app(*, bare_key_file: bool) -> int:
    """Run the app on the owner's profile; return the exit code."""
    # The app paints on standard error: were that a file, all that is typed would stand in it.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        output.note(
            "hushkey: the app needs a terminal; see 'hushkey type --plain' or 'hushkey --help'"
        )
        return Exit.USAGE
    from hushkey.tui.frame_rate import paint_promptly

    paint_promptly()
    from hushkey.keyboard.hardening import disable_core_dumps
    from hushkey.tui.app import HushkeyApp
    from hushkey.tui.owner import from_environment
    from hushkey.tui.preferences import read
    from hushkey.tui.sharing_opening import OwnerSharing

    disable_core_dumps()
    opener = from_environment(bare=bare_key_file)
    config = opener.places.preferences
    app = HushkeyApp(opener, OwnerSharing(), read(config), config)
    try:
        app.run()
    finally:
        app.finish()
    if app.fault is not None:
        output.note(f"hushkey: {app.fault}")
        return Exit.FAILED
    return Exit.OK


@click.command("type")
@click.option("--plain", is_flag=True, help="Line by line, without a screen: for screen readers.")
@click.option("--bare-key-file", is_flag=True, help="Keep the key in a 0600 file, unwrapped.")
def type_(*, plain: bool, bare_key_file: bool) -> int:
    """Start the app, or type line by line with --plain."""
    if not plain:
        return start_app(bare_key_file=bare_key_file)
    from hushkey.tui.cli.opening import opened
    from hushkey.tui.owner import from_environment
    from hushkey.tui.plain import PlainTyping

    with opened(from_environment(bare=bare_key_file)) as profile:
        talk = PlainTyping(profile)
        output.result("\n".join(talk.greeting()))
        try:
            while not talk.ended:
                output.result("\n".join(talk.step(_line())))
        except (EOFError, KeyboardInterrupt):
            output.result("\n".join(talk.leave()))
    return Exit.OK


def _line() -> str:
    with suppress(ImportError):
        import readline  # noqa: F401 - gives input() its line editing
    return input("> ")


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("-k", "count", type=click.IntRange(1, 20), default=3, show_default=True)
@click.option("--base", "base_only", is_flag=True, help="The shipped base alone.")
@output.as_json
def suggest(text: tuple[str, ...], *, count: int, base_only: bool, as_json: bool) -> None:
    """Suggest what follows TEXT.

    Where TEXT is '-', each line of standard input is answered with a line. A TEXT that ends in a
    space asks for the next word, else for the rest of the last one. The owner's profile answers
    where there is one, the shipped base where there is none.
    """
    with _asking(base_only=base_only) as ask:
        if text != ("-",):
            _show(ask(" ".join(text), count), "\n", as_json=as_json)
            return
        for line in sys.stdin:
            _show(ask(line.rstrip("\r\n"), count), "\t", as_json=as_json)


@contextmanager
def _asking(*, base_only: bool) -> Iterator[Callable[[str, int], list[Suggestion]]]:
    """Give the owner's engine if there is a profile, else the base's."""
    from hushkey.tui.owner import from_environment

    opener = from_environment()
    if base_only or opener.survey().first_run:
        from hushkey.keyboard.engine import SuggestionEngine

        yield SuggestionEngine().suggest
    else:
        from hushkey.tui.cli.opening import opened

        with opened(opener) as profile:
            yield profile.engine.suggest


def _show(suggestions: list[Suggestion], between: str, *, as_json: bool) -> None:
    if as_json:
        output.result_json(suggestions)
    else:
        output.result(between.join(suggestion.text for suggestion in suggestions))


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--columns", default=100, show_default=True, type=click.IntRange(60, 240))
@click.option("--rows", default=30, show_default=True, type=click.IntRange(16, 100))
@click.option("--text", default=SAMPLE, help="What is typed before the picture is taken.")
def screenshot(out: Path, columns: int, rows: int, text: str) -> None:
    """Write a picture of the app to OUT, an SVG.

    It shows the shipped base on a sample text, and nothing of the owner's.
    """
    from hushkey.tui.picture import take

    out.write_text(take(text, columns=columns, rows=rows), encoding="utf-8")
    output.note(f"wrote {out}")
