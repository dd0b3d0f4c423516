"""`benefit`: what suggestions saved, and who brought it."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.opening import opens_profile

if TYPE_CHECKING:
    from hushkey.keyboard.benefit import Benefit
    from hushkey.keyboard.profile import Profile


@click.command()
@output.as_json
@opens_profile
def benefit(profile: Profile, *, as_json: bool) -> None:
    """Tell what suggestions saved in the app, today, in seven days and ever, and who brought it.

    The parts add up: saved = base + shared + mine - taken back. Of text that was not kept, as in private
    mode, nothing is counted.
    """
    from datetime import datetime

    from hushkey.tui import benefit_view

    standing = profile.meter.standing(datetime.now().astimezone().date())
    if as_json:
        spans = {"today": standing.today, "week": standing.week, "ever": standing.ever}
        output.result_json({name: _told(span) for name, span in spans.items()})
        return
    output.result(benefit_view.sentence(standing))
    head = benefit_view.Row("head", "", benefit_view.HEADS)
    output.table(
        (row.label, *(f"{cell:>9}" for cell in row.cells))
        for row in (head, *benefit_view.rows(standing))
    )


def _told(span: Benefit) -> dict[str, Any]:
    return {**span.as_dict(), "saved": span.saved, "share": round(span.share, 4)}
