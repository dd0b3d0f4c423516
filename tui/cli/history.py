"""`history`, `import`, `export`, `wipe`: what was typed, in and out."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import functools
import io
import os
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.opening import opens_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushkey.keyboard.history import Entry
    from hushkey.keyboard.importing import ImportFormat
    from hushkey.keyboard.portability.merging import MergeReport
    from hushkey.keyboard.profile import Profile

_FORMATS = click.Choice(["auto", "text", "jsonl", "shell", "chat"])


@click.command()
@click.option("--search", metavar="Q", help="Only entries that hold each word of Q.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@output.as_json
@opens_profile
def history(profile: Profile, *, search: str | None, limit: int, as_json: bool) -> None:
    """List what was typed, the newest first."""
    kept = profile.history
    found = kept.search(search, limit) if search else kept.entries(limit, newest_first=True)
    for entry in found:
        if as_json:
            output.result_json(entry)
        else:
            output.result(_line(entry))


@click.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--format", "form", type=_FORMATS, default="auto", show_default=True)
@click.option("--surface", default="import", show_default=True, help="Where it was typed.")
@click.option("--author", help="Of a chat, only this person's messages.")
@output.as_json
@opens_profile
def import_(
    profile: Profile,
    files: tuple[Path, ...],
    *,
    form: ImportFormat,
    surface: str,
    author: str | None,
    as_json: bool,
) -> None:
    """Keep and learn what you typed elsewhere.

    FILEs may be plain text, JSON lines, a shell history, a chat export, an export of hushkey or what
    another keyboard wrote; the format is found by looking. An export or another keyboard's file is
    merged: imported twice it counts once. Secrets are cut out before anything is written.
    """
    from hushkey.keyboard.importing import read_lines
    from hushkey.tui.cli.portability import copy_passphrase, merged, told_of

    lines = words = 0
    redacted: Counter[str] = Counter()
    merged_any: list[MergeReport] = []
    asked = functools.cache(lambda: copy_passphrase(new=False))  # once for all files
    for file in files:
        if form == "auto" and (brought := merged(profile, file, asked)) is not None:
            merged_any.append(brought)
            continue
        report = profile.import_lines(
            _counted(read_lines(file, form, author=author), file.name), surface
        )
        lines, words = lines + report.lines, words + report.words
        redacted.update(report.redacted)
    for brought in merged_any:
        redacted.update(brought.redacted)
    if as_json:
        told = {"lines": lines, "words": words, "redacted": dict(redacted), "merged": merged_any}
        output.result_json(told)
        return
    if len(merged_any) < len(files):
        output.result(f"{lines:,} lines, {words:,} words kept")
    for brought in merged_any:
        output.result(told_of(brought))
    for kind, count in sorted(redacted.items()):
        output.result(f"  {count:,} × {kind} cut out")


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["lines", "open", "encrypted"]),
    default="lines",
    show_default=True,
    help="lines: the history alone; open: with lists, counts and dates; encrypted: that, sealed.",
)
@opens_profile
def export(profile: Profile, file: Path | None, *, form: str) -> None:
    """Write what is yours: the history as readable JSON lines, or all of it in one of two formats.

    To FILE, which must be new and is yours alone (0600), or to standard output. An encrypted one
    asks for a passphrase of its own. 'hushkey import FILE' takes each of them back.
    """
    if form != "lines":
        from hushkey.tui.cli.portability import write_copy

        write_copy(profile, file, encrypted=form == "encrypted")
        return
    if file is None:
        profile.export(sys.stdout)
        return
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already; nothing was written") from None
    with io.open(number, "w", encoding="utf-8") as target:  # noqa: UP020 - a descriptor, not a path
        profile.export(target, destination=str(file.absolute()))
    output.note(f"wrote {file}; it is not encrypted")


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def wipe(*, yes: bool) -> int:
    """Destroy the key, then all data. There is no way back.

    The passphrase is not asked for: whoever has lost it can still begin anew.
    """
    from hushkey.keyboard.paths import places
    from hushkey.tui.owner import wipe_all

    here = places(os.environ)
    question = f"Destroy the key and all that was typed and learned in {here.data}?"
    if not yes and not click.confirm(question, err=True):
        output.note("nothing was changed")
        return Exit.FAILED
    wipe_all(here)
    output.result("wiped: the key first, then the data")
    return Exit.OK


def _line(entry: Entry) -> str:
    when = datetime.fromtimestamp(entry.at).astimezone().strftime("%Y-%m-%d %H:%M")
    text = "".join(c if c.isprintable() else "·" for c in entry.text)
    return f"{when}  {entry.surface:<8}  {text}"


def _counted(lines: Iterator[str] | list[str], name: str) -> Iterator[str]:
    """Pass lines on and say every thousand how far it is."""
    for number, line in enumerate(lines, 1):
        if number % 1000 == 0 and sys.stderr.isatty():
            click.echo(f"\r{name}: {number:,} lines ", err=True, nl=False)
        yield line
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
