"""`locate` and `doctor`: where everything lies, and whether it is well."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hushkey.tui.doctor import Verdict

_SIGNS: Final[Mapping[Verdict, str]] = {"well": "ok", "mind": "--", "ill": "!!"}


@click.command()
@output.as_json
def locate(*, as_json: bool) -> None:
    """Print where everything lies; nothing is opened."""
    from hushkey.keyboard.paths import places
    from hushkey.model.base import SHIPPED
    from hushkey.tui.stored import kept

    here = places(os.environ)
    rows = {
        "data": here.data,
        "config": here.config,
        "preferences": here.preferences,
        "cache": here.cache,
        **{each.name: each.path for each in kept(here)},
        "base": SHIPPED,
    }
    if as_json:
        output.result_json({name: str(path) for name, path in rows.items()})
    else:
        output.table(
            (name, f"{path}{'' if path.exists() else '  (not there)'}")
            for name, path in rows.items()
        )


@click.command()
@output.as_json
def doctor(*, as_json: bool) -> int:
    """Examine installation and files; say how to mend what is wrong."""
    from hushkey.tui.doctor import examine

    findings = examine(os.environ)
    if as_json:
        output.result_json(findings)
    else:
        output.table((_SIGNS[each.verdict], each.subject, each.detail) for each in findings)
        for each in findings:
            if each.mend:
                output.result(f"\n{each.subject}: {each.mend}")
    return Exit.FAILED if any(each.verdict == "ill" for each in findings) else Exit.OK
