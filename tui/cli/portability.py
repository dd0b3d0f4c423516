"""`sync-folder`, and what `import` and `export` do with whole copies."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hushkey.keyboard.keys import Passphrase
    from hushkey.keyboard.portability.merging import MergeReport
    from hushkey.keyboard.profile import Profile

VARIABLE = "HUSHKEY_COPY_PASSPHRASE"


def merged(
    profile: Profile, file: Path, passphrase: Callable[[], Passphrase]
) -> MergeReport | None:
    """Merge an export of hushkey or another keyboard's file; None where a file is neither."""
    from hushkey.keyboard.portability.files import read_copy
    from hushkey.keyboard.portability.foreign import read_foreign
    from hushkey.keyboard.portability.merging import merge

    contents = read_copy(file, passphrase) or read_foreign(file)
    return None if contents is None else merge(profile, contents)


def told_of(report: MergeReport) -> str:
    """Return one line about what a merge brought."""
    parts = [f"merged: {report.lines:,} new lines", f"{report.here_already:,} were here"]
    parts.append(f"{report.words:,} new words on your lists")
    if report.forgotten:
        parts.append(f"{report.forgotten:,} left out or cut, as you forgot what they hold")
    return ", ".join(parts)


def write_copy(profile: Profile, file: Path | None, *, encrypted: bool) -> None:
    """Write a whole copy to a new file, or an open one to standard output."""
    from hushkey.keyboard.portability.contents import contents_of
    from hushkey.keyboard.portability.files import text_of, write_encrypted, write_open

    if file is None:
        if encrypted:
            raise click.UsageError("an encrypted export needs a FILE; nothing was written")
        contents = contents_of(profile)
        lines, end = sum(line.count for line in contents.lines), profile.history.cursor().id
        profile.history.exports.add("", lines=lines, last_entry=end)
        click.echo(text_of(contents), nl=False)
        return
    try:
        if encrypted:
            write_encrypted(profile, file, copy_passphrase(new=True))
        else:
            write_open(profile, file)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already; nothing was written") from None
    output.note(
        f"wrote {file}; only its passphrase opens it"
        if encrypted
        else f"wrote {file}; it is not encrypted"
    )


def copy_passphrase(*, new: bool) -> Passphrase:
    """Return the passphrase of copies and of the shared folder: from the environment, else asked for.

    It is another than the profile's, so that a copy's passphrase may be told to one's other device.
    """
    from hushkey.keyboard import passphrase as source
    from hushkey.tui.cli.opening import ask_passphrase

    given = source.passphrase_from(
        {
            source.VARIABLE: os.environ.pop(VARIABLE, ""),
            source.DESCRIPTOR_VARIABLE: os.environ.pop(f"{VARIABLE}_FD", ""),
        }
    )
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise click.ClickException(
            f"a passphrase is needed and nobody can be asked; nothing was done; set {VARIABLE}_FD"
        )
    return ask_passphrase(new=new)
