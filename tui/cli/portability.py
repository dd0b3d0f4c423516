"""`sync-folder`, and what `import` and `export` do with whole copies."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.opening import opens_profile

if TYPE_CHECKING:
    from collections.abc import Callable

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


@click.command("sync-folder")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--recover", is_flag=True, help="Join by the recovery code of the devices.")
@click.option("--recovery-code", "show_code", is_flag=True, help="Print that code, to keep.")
@click.option("--leave", "leaves", is_flag=True, help="Share nothing from now on.")
@output.as_json
@opens_profile
def sync_folder(
    profile: Profile, folder: Path, *, recover: bool, show_code: bool, leaves: bool, as_json: bool
) -> None:
    """Keep your own devices in step through files in DIR, which anything may carry.

    Each device writes an encrypted file of its own there and reads the others'. The first time it
    asks for the passphrase of your devices; afterwards for nothing. Run it when you like, or by a
    timer: what was forgotten on one device is forgotten on all.
    """
    from hushkey.keyboard.portability import membership as members
    from hushkey.keyboard.portability.sync_folder import file_of, heads_in, synchronise
    from hushkey.keyboard.recovery import recovery_code

    member = members.membership_of(profile.history)
    if leaves:
        if member is not None:
            file_of(folder, member).unlink(missing_ok=True)
            members.leave(profile.history)
        output.result("this device shares nothing now; its lines stay, here and on the others")
        return
    if member is None:
        heads = heads_in(folder)
        secret = _asked_code() if recover else copy_passphrase(new=not heads)
        member = members.join(profile.history, heads, secret)
    if show_code:
        output.result(recovery_code(member.key))
        return
    report = synchronise(profile, folder, member)
    if as_json:
        output.result_json(report)
        return
    output.result(
        f"{report.came:,} lines came, {report.went:,} records went, {report.forgotten:,} lines "
        f"forgotten, {report.words:,} words on lists changed; {report.devices} devices"
    )
    for passed_over in report.passed_over:
        output.note(f"passed over {passed_over}")


def _asked_code() -> str:
    """Ask for a recovery code at the terminal, or read one line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Recovery code of your devices", hide_input=True, err=True))
    return sys.stdin.readline().strip()
