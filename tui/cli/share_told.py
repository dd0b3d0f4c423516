"""What sharing shows on a command line: terms, previews, status, receipts, records; as rows and as JSON. Pure.

Whatever an operator wrote is shown as far as it is printable. Nothing here holds a word that was typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hushkey.sync.codec.packing import packed_bytes
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES, OVERHEAD_BYTES
from hushkey.sync.messages import Metadata
from hushkey.tui.cli.when import minute_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hushkey.sync.device.attack import Attacked, Found
    from hushkey.sync.device.consent import Terms
    from hushkey.sync.device.preview import Preview, Seen
    from hushkey.sync.device.status import LiveReport, SharingStatus
    from hushkey.sync.messages import Operator, Record, Task
    from hushkey.sync.releases.receipts import Verified

Rows = list[tuple[str, ...]]

BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_DAY_S: Final = 86_400
_LATEST: Final = 2**32 - 1  # the longest that a time is on the wire until 2106

_METADATA: Final[Mapping[str, str]] = {
    "report": "a number drawn by chance for this report alone",
    "trained_version": "the version that was trained on",
    "expires_at": "until when it may be summed",
    "withdrawal": "the hash of a token with which this device can take the report back",
    "leader_receiver": "the number of the leader's key that it is sealed for",
    "helper_receiver": "the number of the helper's key that it is sealed for",
}


# Consent ----------------------------------------------------------------------------------------


def consent_text(terms: Terms, changed: Sequence[str]) -> Iterator[str]:
    """Give what agreeing would mean, paragraph by paragraph; tables are lined up."""
    task = terms.task
    if changed:
        yield "This is not what you agreed to before:\n" + "\n".join(
            f"  {each}" for each in changed
        )
    every = _days(terms.interval_s)
    yield f"At most every {every}, this device would send the leader one report of task {shown(task.name)}:"
    yield lined_up([("field", "bytes", "what it is", "who can read it"), *fields_of(terms)])
    yield "The two operators:\n" + lined_up(operators_of(task))
    yield "What each of them sees:\n" + lined_up(views_of(task))
    yield lined_up(prices_of(terms))
    yield "\n".join(terms.sentences)


def fields_of(terms: Terms) -> Rows:
    """Return every field of a report with its size: name, bytes, what it is, who can read it."""
    task = terms.task
    held = Metadata(bytes(16), max(1, terms.version), _LATEST, bytes(32), 0, 0)
    rows: Rows = [
        (name, f"{len(encode_field(held, name)):,}", what, "both operators")
        for name, what in _METADATA.items()
    ]
    groups = ", ".join(f"{group.name} (rank {group.rank})" for group in task.groups)
    share = packed_bytes(task.kept + 1, task.bits) + OVERHEAD_BYTES
    rows += [
        (
            "leader_envelope",
            f"{share:,}",
            f"one part of {terms.numbers:,} numbers of {groups}, cut in two by chance, and of how much they count",
            "the leader; it is chance without the other part",
        ),
        (
            "helper_envelope",
            f"{HELPER_ENVELOPE_BYTES:,}",
            "32 bytes of chance that the other part is made from",
            "the helper, to whom the leader passes it on",
        ),
        (
            "beside it",
            "~300",
            "this device's key for this task, a signature, the time; your network address",
            "the leader",
        ),
    ]
    return rows


def encode_field(metadata: Metadata, name: str) -> bytes:
    """Return a field's value as it is on the wire, without what says its type and length."""
    value = getattr(metadata, name)
    if isinstance(value, bytes):
        return value
    return int(value).to_bytes(max(1, (int(value).bit_length() + 7) // 8), "big")


def operators_of(task: Task) -> Rows:
    """Return who they are."""
    return [
        (role, shown(operator.name), operator.url, f"key {operator.key.hex()[:16]}…")
        for role, operator in (("leader", task.leader), ("helper", task.helper))
    ]


def views_of(task: Task) -> Rows:
    """Return what each operator sees."""
    return [
        (
            "leader",
            "that this device sent a report, when, from where; its part, which is chance by itself",
        ),
        ("helper", "the other part, which is chance by itself; not which device it is from"),
        ("both together", "your numbers: if they put their parts together, nothing protects them"),
        (
            "everybody",
            f"the sum over {task.batch_min:,} reports or more, with the noise of each operator",
        ),
    ]


def prices_of(terms: Terms) -> Rows:
    """Return size, privacy budget and what it covers."""
    task = terms.task
    rows: Rows = [
        (
            "one report",
            f"{terms.report_bytes:,} bytes; the whole model's update would be {terms.full_bytes:,}",
        ),
        ("smallest batch", f"{task.batch_min:,} reports (at most {task.batch_max:,})"),
        ("may be summed for", _days(task.report_ttl_s)),
        (
            "one report costs",
            f"epsilon {number(terms.epsilon_of_report)} at delta {terms.budget.delta:g}",
        ),
        (
            "your budget",
            f"epsilon {number(terms.budget.epsilon)} over a lifetime: {terms.reports_within_budget:,} reports",
        ),
    ]
    if task.demonstration:
        rows.insert(0, ("note", "demonstration, not private"))
    return rows


def terms_as_dict(terms: Terms) -> dict[str, Any]:
    """Return terms as JSON has them; the code's secret is not in it."""
    task = terms.task
    return {
        "task": task_as_dict(task),
        "version": terms.version,
        "numbers": terms.numbers,
        "report_bytes": terms.report_bytes,
        "full_bytes": terms.full_bytes,
        "interval_s": terms.interval_s,
        "epsilon_of_report": terms.epsilon_of_report,
        "budget": {"epsilon": terms.budget.epsilon, "delta": terms.budget.delta},
        "reports_within_budget": terms.reports_within_budget,
    }


def changes(before: Task, after: Task) -> list[str]:
    """Name what differs between terms that were agreed to and terms that are offered."""
    names = [
        name
        for name in type(before).__struct_fields__
        if getattr(before, name) != getattr(after, name)
    ]
    told: list[str] = []
    for name in names:
        was, now = getattr(before, name), getattr(after, name)
        if name in {"leader", "helper"}:
            told += _operator_changes(name, was, now)
        else:
            told.append(f"{name}: {_value(was)} -> {_value(now)}")
    return told


def _operator_changes(role: str, was: Operator, now: Operator) -> list[str]:
    told = []
    if was.name != now.name:
        told.append(f"{role}: {shown(was.name)} -> {shown(now.name)}")
    if was.url != now.url:
        told.append(f"{role}'s address: {was.url} -> {now.url}")
    if was.key != now.key:
        told.append(f"{role}'s key: {was.key.hex()[:16]}… -> {now.key.hex()[:16]}…")
    return told


def _value(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{value.hex()[:16]}…"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_value, value)) + ")"
    if hasattr(value, "__struct_fields__"):
        return " ".join(_value(getattr(value, name)) for name in value.__struct_fields__)
    return shown(str(value))


# Preview ----------------------------------------------------------------------------------------


def preview_text(preview: Preview) -> Iterator[str]:
    """Give a bundle as a person reads it."""
    yield "This is what a report would be now. Nothing of it was sent, charged or kept."
    yield lined_up(
        [
            ("tensor", "shape", "norm"),
            *((t.name, "×".join(map(str, t.shape)), f"{t.norm:.4f}") for t in preview.tensors),
        ]
    )
    clip = preview.terms.task.clip_norm
    yield (
        f"norm {preview.norm_before:.4f}, clipped at {clip:g} to {preview.norm_after:.4f}; "
        f"it would count {preview.weight:.2f} by its variance"
    )
    low, high = preview.histogram_ends
    yield f"{low:+.4f} {histogram(preview.histogram)} {high:+.4f}"
    size = preview.size
    yield lined_up(
        [
            ("the whole model's update in float32", f"{size.full_model:,} bytes"),
            ("these numbers in float32", f"{size.delta:,}"),
            ("clipped, weighed, rotated, rounded, shared, packed", f"{size.packed:,}"),
            ("both envelopes, sealed", f"{size.sealed:,}"),
            ("on the wire", f"{size.wire:,}, {size.saved:.2%} less than the whole model's update"),
        ]
    )
    yield (
        "What the word-recovery attack finds (AUC; 0.5 is chance, p how often chance does as well):\n"
        + lined_up([("who would hold what", "all words", "rare words"), *attack_rows(preview.seen)])
    )
    if preview.verdict.send_zeros:
        yield f"Zeros would be sent in its place: {preview.verdict.refusal}. Nobody could tell the difference."
    yield (
        f"It would cost epsilon {number(preview.epsilon_of_report)}; {number(preview.spent.epsilon)} of "
        f"{number(preview.spent.budget.epsilon)} is spent, and {preview.reports_left:,} reports are left."
    )


def histogram(counts: Sequence[int]) -> str:
    """Draw counts with block characters; one that is not zero is never blank."""
    most = max(counts, default=0)
    if not most:
        return " " * len(counts)
    last = len(BLOCKS) - 1
    return "".join(BLOCKS[-(-count * last // most)] for count in counts)


_HOLDERS: Final[Mapping[str, str]] = {
    "plain": "both operators together: the numbers themselves",
    "leader_share": "the leader: its part",
    "helper_share": "the helper: its part",
    "one_operator": "one operator, from the published sum in the worst case",
}


def attack_rows(seen: Seen) -> Rows:
    """Return what the attack finds in each holder's view."""
    found = {name: getattr(seen, name) for name in _HOLDERS}
    return [(_HOLDERS[name], *_found(attacked)) for name, attacked in found.items()]


def _found(attacked: Attacked | None) -> tuple[str, str]:
    if attacked is None:
        return "nothing: not even numbers of a model", ""
    return _figures(attacked.all_words), _figures(attacked.rare_words)


def _figures(found: Found) -> str:
    if not found.others or not found.words:
        return "no words to look for"
    return (
        f"{found.auc:.2f} ({found.low:.2f}–{found.high:.2f}), p {found.chance:.2f}, "
        f"{found.hits} of {found.top} named (by chance {found.hits_by_chance:.0f})"
    )


def preview_as_dict(preview: Preview) -> dict[str, Any]:
    """Return a preview as JSON has it."""
    return {
        "terms": terms_as_dict(preview.terms),
        "tensors": [
            {"name": t.name, "shape": list(t.shape), "norm": t.norm} for t in preview.tensors
        ],
        "norm_before": preview.norm_before,
        "norm_after": preview.norm_after,
        "weight": preview.weight,
        "histogram": {"counts": list(preview.histogram), "ends": list(preview.histogram_ends)},
        "bytes": {
            name: getattr(preview.size, name)
            for name in ("full_model", "delta", "packed", "sealed", "wire", "saved")
        },
        "attack": {name: _attacked_as_dict(getattr(preview.seen, name)) for name in _HOLDERS},
        "zeros": preview.verdict.refusal or None,
        "epsilon_of_report": preview.epsilon_of_report,
        "epsilon_spent": preview.spent.epsilon,
        "epsilon_budget": preview.spent.budget.epsilon,
        "reports_left": preview.reports_left,
    }


def _attacked_as_dict(attacked: Attacked | None) -> dict[str, Any] | None:
    if attacked is None:
        return None
    both = {"all_words": attacked.all_words, "rare_words": attacked.rare_words}
    return {
        name: {field: getattr(found, field) for field in type(found).__slots__}
        for name, found in both.items()
    }


# Status -----------------------------------------------------------------------------------------

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
            f"epsilon {number(spent.epsilon)} of {number(spent.budget.epsilon)} spent, in {_many(spent.reports)}"
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


def task_as_dict(task: Task) -> dict[str, Any]:
    """Return what is public of a task."""
    return {
        "name": task.name,
        "groups": {group.name: group.rank for group in task.groups},
        "batch_min": task.batch_min,
        "batch_max": task.batch_max,
        "clip_norm": task.clip_norm,
        "demonstration": task.demonstration,
        **{
            role: {"name": held.name, "url": held.url, "key": held.key.hex()}
            for role, held in (("leader", task.leader), ("helper", task.helper))
        },
    }


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


# What came back ---------------------------------------------------------------------------------


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
                shown(each.reason),
            )
            for each in records
        ),
    ]


def record_as_dict(record: Record) -> dict[str, Any]:
    """Return a record as JSON has it."""
    named = ("sequence", "version", "outcome", "accepted", "epsilon", "sigma", "reason", "at")
    told = {name: getattr(record, name) for name in named}
    return told | {"batch": record.batch.hex(), "adapter": record.adapter.hex()}


# Words ------------------------------------------------------------------------------------------


def shown(text: str) -> str:
    """Return what others wrote, as far as it is printable."""
    return "".join(c for c in text if c.isprintable())


def number(epsilon: float) -> str:
    """Write an epsilon."""
    return f"{epsilon:,.2f}" if epsilon < 100 else f"{epsilon:,.0f}"


def lined_up(rows: Sequence[Sequence[str]]) -> str:
    """Return rows with their columns lined up, indented."""
    widths = [max(len(row[n]) for row in rows if n < len(row)) for n in range(max(map(len, rows)))]
    return "\n".join(
        "  " + "  ".join(cell.ljust(widths[n]) for n, cell in enumerate(row)).rstrip()
        for row in rows
    )


def _days(seconds: int) -> str:
    days = seconds / _DAY_S
    if days < 1:
        return f"{seconds / 3600:.0f} hours" if seconds >= 3600 else f"{seconds} seconds"
    return "day" if days == 1 else f"{days:g} days"


def _many(reports: int) -> str:
    return f"{reports:,} report{'' if reports == 1 else 's'}"
