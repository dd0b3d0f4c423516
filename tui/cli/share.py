"""`share`: take part in sharing, see what it sends and what came back, stop. Off until its owner says so.

A withdrawal that nobody has confirmed is asked for again by each of these commands.
"""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import functools
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.forgetting import interruptible
from hushkey.tui.cli.opening import opens_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hushkey.keyboard.learner import LearnProgress
    from hushkey.keyboard.profile import Profile
    from hushkey.sync.device.consent import Terms
    from hushkey.sync.device.sharing import Sharing
    from hushkey.sync.device.status import SharingStatus
    from hushkey.sync.releases.receipts import Verified

_DAY_S: Final = 86_400
_OTHERWISE: Final = "nothing was agreed to or sent"
_budget = click.FloatRange(min=0.0, min_open=True)


@click.group()
def share() -> None:
    """Share what was learned, and nothing that was typed; off until you turn it on.

    Two operators sum the reports of many; what you send cannot be read by either operator alone.
    """


def _opens_sharing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the open sharing of the owner's profile."""

    @opens_profile
    def run(profile: Profile, *args: Any, **options: Any) -> Any:
        with _opened(profile) as sharing:
            return command(sharing, *args, **options)

    return functools.update_wrapper(run, command)


@contextmanager
def _opened(profile: Profile) -> Iterator[Sharing]:
    from hushkey.sync.device.sharing import Sharing

    with Sharing.open(profile) as sharing:
        yield sharing


# On and off -------------------------------------------------------------------------------------


@share.command()
@click.argument("code", required=False)
@click.option("--budget", type=_budget, metavar="EPSILON", help="Of a lifetime; 8 at first.")
@click.option(
    "--every", type=click.IntRange(1, 365), metavar="DAYS", help="One report at most; 1 at first."
)
@click.option("--yes", is_flag=True, help="Do not ask; what was shown is agreed to.")
@_opens_sharing
def on(
    sharing: Sharing, code: str | None, *, budget: float | None, every: int | None, yes: bool
) -> int:
    """Show what would be sent, to whom and at what price, and ask whether it shall be.

    CODE is what an operator gave you; without it, what you agreed to last is offered again.
    """
    from hushkey.tui.cli.share_told import changes, consent_text

    before = sharing.status()
    terms = _terms(sharing, code, budget, every)
    changed = [] if before.task is None else changes(before.task, terms.task)
    output.result("\n\n".join(consent_text(terms, changed)))
    if before.phase == "suspended":
        output.result(f"\nNothing is sent now: {before.reason}.")
    if not yes:
        if not sys.stdin.isatty():
            raise click.ClickException(f"nobody can be asked; {_OTHERWISE}; say --yes")
        if not click.confirm("\nSend such reports?", default=False, err=True):
            output.note(_OTHERWISE)
            return Exit.FAILED
    sharing.consent(terms)
    output.result(
        "\nsharing is on; 'hushkey share now' sends the first report, 'hushkey share off' stops it"
    )
    return Exit.OK


def _terms(sharing: Sharing, code: str | None, epsilon: float | None, days: int | None) -> Terms:
    """Ask for the terms of a code, or of what was agreed to last; what was not said stays as it was."""
    terms = sharing.review() if code is None else sharing.invite(code)
    if epsilon is not None:
        terms = replace(terms, budget=replace(terms.budget, epsilon=epsilon))
    elif code is not None and sharing.status().task is not None:
        terms = replace(terms, budget=sharing.status().spent.budget)
    return terms if days is None else replace(terms, interval_s=days * _DAY_S)


@share.command()
@_opens_sharing
def off(sharing: Sharing) -> int:
    """Stop sending at once, and take back a report that waits for its batch."""
    return _told_of_withdrawal(sharing.off(), "sharing is off")


def _told_of_withdrawal(status: SharingStatus, said: str) -> int:
    from hushkey.tui.cli.share_standing_told import live_line

    output.result(said)
    if status.live is not None:
        output.result(live_line(status.live))
    for note in status.notes:
        output.note(f"hushkey: {note}")
    return Exit.OK


@share.command()
@click.argument("epsilon", type=_budget)
@_opens_sharing
def budget(sharing: Sharing, epsilon: float) -> int:
    """Change how much privacy all reports of a lifetime may cost together, to EPSILON."""
    from hushkey.tui.cli.share_told import number

    status = sharing.status()
    if status.phase in {"off", "suspended"}:
        raise click.ClickException(
            f"sharing is {status.phase}; nothing was changed; 'hushkey share on --budget {epsilon:g}' asks anew"
        )
    terms = sharing.review()
    if terms.agreed != sharing.state.agreed:
        raise click.ClickException(
            "the terms are not those that were agreed to; nothing was changed; see 'hushkey share on'"
        )
    status = sharing.consent(replace(terms, budget=replace(terms.budget, epsilon=epsilon)))
    output.result(
        f"epsilon {number(status.spent.epsilon)} of {number(epsilon)} is spent; {status.reports_left:,} reports fit"
    )
    return Exit.OK


# Reports ----------------------------------------------------------------------------------------


@share.command()
@click.argument("code", required=False)
@output.as_json
@_opens_sharing
def preview(sharing: Sharing, code: str | None, *, as_json: bool) -> int:
    """Build the very report that would be sent now, measure it, and throw it away.

    With CODE, of terms that were not agreed to yet.
    """
    from hushkey.keyboard.learner import LearningCancelled
    from hushkey.tui.cli.share_preview_told import preview_as_dict, preview_text

    terms = None if code is None else sharing.invite(code)
    output.note("learning and attacking; nothing is sent")
    with interruptible() as stop:
        try:
            seen = sharing.preview(terms, stop.is_set)
        except LearningCancelled:
            output.note("hushkey: interrupted; nothing was sent, charged or kept")
            return Exit.INTERRUPTED
    if as_json:
        output.result_json(preview_as_dict(seen))
    else:
        output.result("\n\n".join(preview_text(seen)))
    return Exit.OK


@share.command()
@output.as_json
@_opens_sharing
def now(sharing: Sharing, *, as_json: bool) -> int:
    """Do what is due: look for new versions and receipts, learn, send. Ctrl+C loses nothing."""
    from hushkey.keyboard.learner import LearningCancelled

    if sharing.status().phase == "off" and not sharing.status().unconfirmed:
        raise click.ClickException("sharing is off; nothing was sent; see 'hushkey share on'")
    with interruptible() as stop:
        try:
            status = sharing.now(stop.is_set, _progress)
        except LearningCancelled:
            output.note(
                "\nhushkey: interrupted; nothing is lost, and the next 'hushkey share now' begins again"
            )
            return Exit.INTERRUPTED
    _show(status, as_json=as_json)
    return Exit.FAILED if status.phase == "suspended" else Exit.OK


def _progress(step: LearnProgress) -> None:
    from hushkey.tui.view_model import time_left

    output.bar("learning", step.step, step.steps, time_left(step.left_s))


@share.command()
@output.as_json
@_opens_sharing
def status(sharing: Sharing, *, as_json: bool) -> None:
    """Show whether it is on, what was spent, and what became of the last report."""
    _show(_asked_again(sharing), as_json=as_json)


def _show(standing: SharingStatus, *, as_json: bool) -> None:
    from hushkey.tui.cli.share_standing_told import status_as_dict, status_rows

    if as_json:
        output.result_json(status_as_dict(standing))
    else:
        output.table(status_rows(standing))


def _asked_again(sharing: Sharing) -> SharingStatus:
    """Ask again for a report back whose withdrawal nobody confirmed yet."""
    standing = sharing.status()
    return sharing.withdraw_live() if standing.unconfirmed else standing


# What came back ---------------------------------------------------------------------------------


@share.command()
@click.argument("count", metavar="[N]", type=click.IntRange(1), required=False)
@click.option("--all", "everything", is_flag=True, help="Every receipt, oldest first.")
@output.as_json
@_opens_sharing
def receipt(sharing: Sharing, count: int | None, *, everything: bool, as_json: bool) -> int:
    """Check a receipt without asking anybody, and say what it proves; the newest without N."""
    if count is not None and everything:
        raise click.UsageError("either N or --all")
    _asked_again(sharing)
    found = list(enumerate(sharing.receipts(), 1))
    chosen = found if everything else found[(count or len(found)) - 1 :][:1] if found else []
    if not chosen:
        raise click.ClickException(
            f"there is no such receipt: this device has {len(found)}; one comes with the record of its batch"
        )
    for place, verified in chosen:
        _tell_receipt(place, verified, as_json=as_json)
    return Exit.OK


def _tell_receipt(place: int, verified: Verified, *, as_json: bool) -> None:
    from hushkey.tui.cli.share_standing_told import receipt_as_dict, receipt_line

    if as_json:
        output.result_json(receipt_as_dict(place, verified))
    else:
        output.result(receipt_line(place, verified))


@share.command()
@output.as_json
@_opens_sharing
def log(sharing: Sharing, *, as_json: bool) -> None:
    """List the records that both operators signed, as this device followed them, oldest first."""
    from hushkey.tui.cli.share_standing_told import record_as_dict, record_rows

    _asked_again(sharing)
    records = sharing.log()
    if as_json:
        for record in records:
            output.result_json(record_as_dict(record))
    elif records:
        output.table(record_rows(records))


# Forgetting -------------------------------------------------------------------------------------


def after_forgetting(profile: Profile) -> str:
    """Take back what was made of lines that were forgotten since; return what to tell, or nothing."""
    from hushkey.tui.cli.share_standing_told import live_line

    with _opened(profile) as sharing:
        had = sharing.status().live
        standing = sharing.forgot()
    if had is not None and standing.live is None:
        return "a report that waited to be sent: deleted"
    if standing.live is None or not standing.live.withdrawal:
        return ""
    return f"report {live_line(standing.live)}"
