"""Where sharing stands and what came back, as a command line shows it: status, receipts, records. Pure.

Whatever an operator wrote is shown as far as it is printable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hushkey.sync.releases.chain import PARTS
from hushkey.tui.cli.share_told import Rows, many, number, operators_of, shown, task_as_dict
from hushkey.tui.cli.when import minute_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hushkey.sync.device.status import LiveReport, SharingStatus
    from hushkey.sync.messages import Record
    from hushkey.sync.releases.receipts import Verified

_STAGES: Final[Mapping[str, str]] = {
    "charged": "is made and waits",
    "queued": "is made and waits",
    "sent": "was sent; whether it arrived is not known yet",
    "acknowledged": "was sent and waits for its batch",
    "unsendable": "was refused by the leader",
}
_WITHDRAWALS: Final[Mapping[str, str]] = {
    "wanted": "it is asked back, and nobody has confirmed that yet; the next 'hushkey share' command asks again",
    "withdrawn": "withdrawn",
    "already-batched": "it was summed already, and cannot be recalled",
}


def status_rows(status: SharingStatus) -> Rows:
    """Return where sharing stands."""
    task, spent = status.task, status.spent
    rows: Rows = [("sharing", phase_of(status))]
    if task is not None:
        rows += [(role, f"{name}, {url}, {key}") for role, name, url, key in operators_of(task)]
        version = "not seen yet" if status.version is None else f"version {status.version}"
        rows.append(
            ("task", f"{shown(task.name)}: {version}, batches of {task.batch_min:,} or more")
        )
        if task.demonstration:
            rows.append(("note", "demonstration, not private"))
    rows.append(
        (
            "budget",
            f"epsilon {number(spent.epsilon)} of {number(spent.budget.epsilon)} spent, in {many(spent.reports)}"
            + (f"; {status.reports_left:,} more fit" if task is not None else ""),
        )
    )
    if status.live is not None:
        rows.append(("report", live_line(status.live)))
    if status.next_at and status.phase != "off":
        rows.append(("the next", f"not before {minute_of(status.next_at)}"))
    rows.append(("receipts", f"{status.receipts:,}"))
    return rows + [("note", shown(each)) for each in status.notes]


def phase_of(status: SharingStatus) -> str:
    """Say whether it is on, and what it is at."""
    match status.phase:
        case "off":
            return "off"
        case "suspended":
            return (
                f"suspended, nothing is sent: {shown(status.reason)}; 'hushkey share on' shows what is offered now"
                if "DO_NOT_TRACK" not in status.reason
                else f"suspended, nothing is sent: {status.reason}"
            )
        case phase:
            return f"on, {phase}"


def live_line(live: LiveReport) -> str:
    """Say what became of the live report."""
    told = f"{live.report[:16]}… {_STAGES[live.stage]}, until {minute_of(live.expires_at)} at the latest"
    return told + (f"; {_WITHDRAWALS[live.withdrawal]}" if live.withdrawal else "")


def status_as_dict(status: SharingStatus) -> dict[str, Any]:
    """Return a status as JSON has it."""
    live = status.live
    return {
        "phase": status.phase,
        "reason": status.reason,
        "task": None if status.task is None else task_as_dict(status.task),
        "version": status.version,
        "sequence": status.sequence,
        "consented_at": status.consented_at or None,
        "epsilon_spent": status.spent.epsilon,
        "epsilon_budget": status.spent.budget.epsilon,
        "delta": status.spent.budget.delta,
        "reports": status.spent.reports,
        "reports_left": status.reports_left,
        "live": None
        if live is None
        else {
            "report": live.report,
            "stage": live.stage,
            "expires_at": live.expires_at,
            "withdrawal": live.withdrawal or None,
        },
        "unconfirmed": status.unconfirmed,
        "next_at": status.next_at or None,
        "receipts": status.receipts,
        "notes": list(status.notes),
    }


def receipt_line(count: int, receipt: Verified) -> str:
    """Say what a receipt proves."""
    became = (
        f"version {receipt.version} came of it"
        if receipt.outcome == "released"
        else f"the batch was rejected, version {receipt.version} stayed"
    )
    return (
        f"receipt {count}: listed by both operators in batch {receipt.batch.hex()}, one of "
        f"{receipt.accepted:,}; {became}; epsilon {number(receipt.epsilon)}; {minute_of(receipt.at)}"
    )


def receipt_as_dict(count: int, receipt: Verified) -> dict[str, Any]:
    """Return a receipt as JSON has it; it was checked just now."""
    return {
        "number": count,
        "report": receipt.report.hex(),
        "batch": receipt.batch.hex(),
        "sequence": receipt.sequence,
        "version": receipt.version,
        "outcome": receipt.outcome,
        "accepted": receipt.accepted,
        "epsilon": receipt.epsilon,
        "at": receipt.at,
        "verified": True,
    }


def record_rows(records: Sequence[Record]) -> Rows:
    """Return the chain's history as a table, its heads first."""
    heads = ("record", "when", "version", "outcome", "reports", "epsilon", "")
    return [
        heads,
        *(
            (
                str(each.sequence),
                minute_of(each.at),
                str(each.version),
                each.outcome,
                f"{each.accepted:,}",
                number(each.epsilon),
                shown(each.reason) or _part(each),
            )
            for each in records
        ),
    ]


def _part(record: Record) -> str:
    return f"{record.part}/{PARTS} of its step" if 0 < record.part < PARTS else ""


def record_as_dict(record: Record) -> dict[str, Any]:
    """Return a record as JSON has it."""
    named = (
        "sequence",
        "version",
        "outcome",
        "accepted",
        "part",
        "epsilon",
        "sigma",
        "reason",
        "at",
    )
    told = {name: getattr(record, name) for name in named}
    return told | {"batch": record.batch.hex(), "adapter": record.adapter.hex()}
