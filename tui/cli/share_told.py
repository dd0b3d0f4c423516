"""What agreeing to share means, as a command line shows it: field for field, to whom, at what price. Pure.

Whatever an operator wrote is shown as far as it is printable. Nothing here holds a word that was typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hushkey.sync.codec.packing import packed_bytes
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES, OVERHEAD_BYTES
from hushkey.sync.messages import Metadata
from hushkey.sync.privacy.prediction import FLOOR, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hushkey.sync.device.consent import Terms
    from hushkey.sync.messages import Operator, Subspace, Task

Rows = list[tuple[str, ...]]

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


def consent_text(terms: Terms, changed: Sequence[str]) -> Iterator[str]:
    """Give what agreeing would mean, paragraph by paragraph; tables are lined up."""
    task = terms.task
    if changed:
        yield "This is not what you agreed to before:\n" + "\n".join(
            f"  {each}" for each in changed
        )
    yield how_often(terms)
    yield lined_up([("field", "bytes", "read by", "what it is"), *fields_of(terms)])
    yield "The two operators:\n" + lined_up(operators_of(task))
    yield "What each of them sees:\n" + lined_up(views_of(task))
    yield lined_up(prices_of(terms))
    yield "\n".join(terms.sentences)


def how_often(terms: Terms) -> str:
    """Say how often a report of which task would be sent."""
    every = "once a day" if terms.interval_s == _DAY_S else f"every {days(terms.interval_s)}"
    return f"At most {every}, this device would send the leader one report of “{shown(terms.task.name)}”:"


def fields_of(terms: Terms) -> Rows:
    """Return every field of a report: its name, its bytes, which operator can read it, what it is."""
    task = terms.task
    held = Metadata(bytes(16), max(1, terms.version), _LATEST, bytes(32), 0, 0)
    rows: Rows = [
        (name, f"{len(encode_field(held, name)):,}", "both", what)
        for name, what in _METADATA.items()
    ]
    groups = ", ".join(f"{group.name} (rank {group.rank})" for group in task.groups)
    share = packed_bytes(task.kept + 1, task.bits) + OVERHEAD_BYTES
    numbers = f"one part of {_numbers(terms, groups)}, which is chance by itself"
    seed = "32 bytes of chance that the other part is made from"
    beside = "this device's key for this task, a signature, the time; your address"
    return [
        *rows,
        ("leader_envelope", f"{share:,}", "leader", numbers),
        ("helper_envelope", f"{HELPER_ENVELOPE_BYTES:,}", "helper", seed),
        ("beside it", "~300", "leader", beside),
    ]


def encode_field(metadata: Metadata, name: str) -> bytes:
    """Return a field's value as it is on the wire, without what says its type and length."""
    value = getattr(metadata, name)
    if isinstance(value, bytes):
        return value
    return int(value).to_bytes(max(1, (int(value).bit_length() + 7) // 8), "big")


def _numbers(terms: Terms, groups: str) -> str:
    """Say what the numbers of a report are."""
    subspace = terms.task.subspace
    if subspace is None:
        return f"{terms.numbers:,} numbers of {groups}"
    along = f"how far the change of {groups} goes along {directions_of(subspace)}"
    some = "one number" if terms.numbers == 1 else f"{terms.numbers:,} numbers"
    return f"{some} ({along}; the rest of it stays here)"


def directions_of(subspace: Subspace) -> str:
    """Name the directions that a task takes: they come with hushkey, and say nothing of anybody."""
    some = "one direction" if subspace.count == 1 else f"{subspace.count:,} directions"
    return f"{some} that everybody knows"


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
            "which device sent a report, when, from where; its part, by itself chance",
        ),
        ("helper", "the other part, by itself chance; not which device it is from"),
        (
            "both together",
            "your numbers: where they put their parts together, nothing protects them",
        ),
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
        ("what it brings", _worth(terms.signal_to_noise)),
        ("may be summed for", days(task.report_ttl_s)),
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


def _worth(signal: float) -> str:
    """Advise: what adds up to noise helps nobody (docs/federated.md)."""
    together = f"{VERSIONS} of them together {signal / FLOOR:.1f} times"
    told = (
        f"the sum of a smallest batch is about {signal:.1f} times as long as its noise, {together}"
    )
    if signal >= FLOOR:
        return told
    return f"{told}: what is learned is mostly noise and helps nobody; hushkey advises against it"


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
        "signal_to_noise": terms.signal_to_noise,
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


def task_as_dict(task: Task) -> dict[str, Any]:
    """Return what is public of a task."""
    return {
        "name": task.name,
        "groups": {group.name: group.rank for group in task.groups},
        "batch_min": task.batch_min,
        "batch_max": task.batch_max,
        "clip_norm": task.clip_norm,
        "directions": None if task.subspace is None else task.subspace.count,
        "demonstration": task.demonstration,
        **{
            role: {"name": held.name, "url": held.url, "key": held.key.hex()}
            for role, held in (("leader", task.leader), ("helper", task.helper))
        },
    }


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


def days(seconds: int) -> str:
    """Write a length of time."""
    whole = seconds / _DAY_S
    if whole < 1:
        return f"{seconds / 3600:.0f} hours" if seconds >= 3600 else f"{seconds} seconds"
    return "1 day" if whole == 1 else f"{whole:g} days"


def many(reports: int) -> str:
    """Count reports."""
    return f"{reports:,} report{'' if reports == 1 else 's'}"
