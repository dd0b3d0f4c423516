"""What the sharing screens say, as values: state in, text out. Pure: no widget, no thread, no network.

What terms, previews, receipts and records say is the command line's (`cli/share_*told`), word for word; here it wraps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from hushkey.tui.view_model import meter, time_left, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hushkey.keyboard.learner import LearnProgress
    from hushkey.sync.device.consent import Terms
    from hushkey.sync.device.preview import Preview
    from hushkey.sync.device.status import SharingStatus
    from hushkey.sync.messages import Record, Task
    from hushkey.sync.releases.receipts import Verified

Doing = Literal["look", "terms", "consent", "off", "report", "preview", "withdrawal"]
Button = Literal["switch", "now", "preview", "withdraw", "terms"]
Rows: TypeAlias = "Sequence[Sequence[str]]"

RECORDS_SHOWN: Final = 8  # the newest; the whole log is a command's
BUDGET_CELLS: Final = 20
NOTHING_LEAVES: Final = "Sharing is off. Nothing leaves this machine."
JOIN: Final = (
    "To take part in a task, paste the code that its operators gave you. You are then shown, field for field, "
    "what would be sent, to whom and at what price; only the question for the terms leaves before you agree."
)
TRY: Final = (
    "Or try it with sample neighbours on this machine: both operators and four sample devices run here, on profiles "
    "that are made up and thrown away. Your own history is not opened, and nothing leaves this machine. It is a "
    "demonstration, not private."
)

_HEADLINES: Final[Mapping[str, str]] = {
    "off": "off · nothing is sent",
    "suspended": "suspended · nothing is sent",
    "idle": "on · nothing is under way",
    "training": "on · a report is being made",
    "queued": "on · a report waits to be sent",
    "sent": "on · a report waits for its batch",
    "recorded": "on · the last report was counted",
}
_DOING: Final[Mapping[Doing, str]] = {
    "terms": "asking for the terms",
    "consent": "enrolling this device",
    "off": "asking for the report back",
    "withdrawal": "asking for the report back",
    "preview": "making a bundle to look at; nothing of it is sent",
    "report": "looking for records; making and sending a report if it is time",
}
_ALWAYS: Final[frozenset[Button]] = frozenset({"switch"})
_OF_DOING: Final[tuple[Doing, ...]] = ("off", "consent", "terms", "withdrawal", "preview", "report")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was seen of sharing at one time."""

    status: SharingStatus
    receipts: tuple[Verified, ...] = ()
    records: tuple[Record, ...] = ()
    waits: str = ""  # why no report is made unasked now


@dataclass(frozen=True, slots=True)
class SharingState:
    """All that the screen tells of."""

    snapshot: Snapshot | None = None
    doing: frozenset[Doing] = frozenset()
    step: LearnProgress | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A short head and what there is to say."""

    head: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """Some facts under a title."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class SharingView:
    """The screen, as values."""

    headline: str = "looking"
    phase: str = ""  # for its colour alone: the headline says it in words
    switch: str = "Turn on"
    report: str = "Share now"
    doing: str = ""
    refusal: str = ""
    sections: tuple[Section, ...] = ()
    pressable: frozenset[Button] = _ALWAYS
    joins: bool = False  # whether a code may be entered


def view_of(state: SharingState) -> SharingView:
    """Return what the screen shows of a state."""
    if state.snapshot is None:
        return SharingView(refusal=state.refusal, doing=doing_line(state))
    status = state.snapshot.status
    return SharingView(
        headline=headline(status),
        phase=status.phase,
        switch="Turn on" if status.phase == "off" else "Turn off",
        report="Stop" if "report" in state.doing else "Share now",
        doing=doing_line(state),
        refusal=state.refusal,
        sections=tuple(section for section in _sections(state.snapshot) if section.facts),
        pressable=pressable(status, state.doing),
        joins=status.phase == "off",
    )


def headline(status: SharingStatus) -> str:
    """Return where it stands, in words that need no colour."""
    said = _HEADLINES[status.phase]
    return f"{said.split()[0]} · a report is asked back" if status.unconfirmed else said


def doing_line(state: SharingState) -> str:
    """Return what is under way: of several the most urgent, with the time left where it is known."""
    for doing in _OF_DOING:
        if doing in state.doing:
            said = _DOING[doing]
            if doing == "report" and state.step is not None and state.step.steps:
                share = state.step.step / state.step.steps
                left = time_left(state.step.left_s)
                return f"making a report {meter(share, 12)} {left or f'{share:.0%}'}"
            return said
    return ""


def pressable(status: SharingStatus, doing: frozenset[Doing]) -> frozenset[Button]:
    """Return what can be asked for now. Off can always be."""
    found = set(_ALWAYS)
    if status.phase not in {"off", "suspended"}:
        found.add("now")
    if status.task is not None and not doing & {"terms", "preview", "consent"}:
        found |= {"terms", "preview"}
    live = status.live
    if live is not None and not live.withdrawal and "withdrawal" not in doing:
        found.add("withdraw")
    return frozenset(found)


def newly_suspended(before: SharingStatus | None, after: SharingStatus) -> bool:
    """Whether sharing was suspended since it was last looked at: its owner is then told wherever they are."""
    return after.phase == "suspended" and (before is None or before.phase != "suspended")


def suspension(status: SharingStatus) -> str:
    """Return what to tell of a suspension."""
    return f"Sharing is suspended, nothing is sent: {visible(status.reason)}. F10 shows it."


# The screen -------------------------------------------------------------------------------------


def _sections(snapshot: Snapshot) -> tuple[Section, ...]:
    status = snapshot.status
    stands = (*_standing(snapshot), *_told(status))
    return (
        Section("", stands),
        Section("Batches", records(snapshot.records)),
        Section("Receipts, checked just now on this machine", receipts(snapshot.receipts)),
    )


def _standing(snapshot: Snapshot) -> tuple[Fact, ...]:
    """Return what a command line has other words for."""
    status = snapshot.status
    facts: list[Fact] = []
    if status.phase == "off" and status.task is None:
        facts.append(Fact("", NOTHING_LEAVES))
    if status.phase == "suspended":
        facts.append(Fact("suspended", _why_suspended(status)))
    if status.unconfirmed:
        facts.append(
            Fact(
                "unconfirmed",
                "Neither operator has confirmed yet that the report is taken back, so it may still be counted. "
                "They are asked again every minute while hushkey is open.",
            )
        )
    if status.phase not in {"off", "suspended"} and snapshot.waits:
        facts.append(Fact("unasked", f"no report is made now: {snapshot.waits}"))
    return tuple(facts)


def _why_suspended(status: SharingStatus) -> str:
    reason = visible(status.reason)
    if "DO_NOT_TRACK" in reason:
        return f"{reason}. Nothing is sent as long as it is, and nothing else has to be agreed to afterwards."
    return (
        f"{reason}. Nothing is sent until you have looked at the terms and agreed again: “Terms” shows what is "
        "offered now."
    )


def _told(status: SharingStatus) -> tuple[Fact, ...]:
    from hushkey.tui.cli.share_standing_told import status_rows  # noqa: PLC0415 - needs the extra [share]

    if status.phase == "off" and status.task is None and not status.spent.reports:
        return ()
    found = []
    for head, text in (row[:2] for row in status_rows(status)):
        if head == "sharing":
            continue
        told = f"{budget_bar(status)}\n{text}" if head == "budget" else text
        found.append(Fact(head, told))
    return tuple(found)


def budget_bar(status: SharingStatus) -> str:
    """Return the share of the budget that is spent, as a bar, in what adds up over reports."""
    spent = status.spent
    share = min(1.0, spent.rho / spent.budget.rho)
    bar = meter(share, BUDGET_CELLS).rstrip()
    return f"{bar}{'·' * (BUDGET_CELLS - len(bar))} {share:.0%}"


def records(found: Sequence[Record]) -> tuple[Fact, ...]:
    """Return the newest records, the newest first."""
    from hushkey.tui.cli.share_standing_told import record_rows  # noqa: PLC0415 - needs the extra [share]

    facts = []
    for row in reversed(record_rows(found[-RECORDS_SHOWN:])[1:]):
        number, when, version, outcome, reports, epsilon, reason = row
        told = f"{outcome}, {when}"
        if outcome in {"released", "rejected"}:
            told += f" · {reports} reports · epsilon {epsilon} each"
        told += f" · version {version} in force" + (f" · {reason}" if reason else "")
        facts.append(Fact(f"record {number}", told))
    if len(found) > RECORDS_SHOWN:
        facts.append(Fact("", f"{len(found) - RECORDS_SHOWN:,} older ones: hushkey share log"))
    return tuple(facts)


def receipts(found: Sequence[Verified]) -> tuple[Fact, ...]:
    """Return what the receipts prove, the newest first."""
    from hushkey.tui.cli.share_standing_told import receipt_line  # noqa: PLC0415 - needs the extra [share]

    lines = [receipt_line(number, receipt) for number, receipt in enumerate(found, 1)]
    return tuple(Fact(*_split(line)) for line in reversed(lines))


# Consent and preview ----------------------------------------------------------------------------


def consent(terms: Terms, before: Task | None) -> tuple[Section, ...]:
    """Return what agreeing would mean, field for field; first what changed since it was last agreed to."""
    from hushkey.tui.cli import share_told as told  # noqa: PLC0415 - needs the extra [share]

    changed = () if before is None else told.changes(before, terms.task)
    fields = (
        Fact(name, f"{what} · {size} {'byte' if size == '1' else 'bytes'} · read by: {reader}")
        for name, size, reader, what in told.fields_of(terms)
    )
    sections = (
        Section("This is not what you agreed to before", _lines(changed)),
        Section("What would be sent", (Fact("", told.how_often(terms)), *fields)),
        Section("The two operators", _facts(told.operators_of(terms.task))),
        Section("What each of them sees", _facts(told.views_of(terms.task))),
        Section("How much, and at what price", _facts(told.prices_of(terms))),
        Section("In plain words", _lines(terms.sentences)),
    )
    return tuple(section for section in sections if section.facts)


def preview(made: Preview) -> tuple[Section, ...]:
    """Return a bundle as a person reads it."""
    from hushkey.tui.cli import share_preview_told as told  # noqa: PLC0415 - needs the extra [share]

    tensors = (Fact(name, f"{shape} · norm {norm}") for name, shape, norm in told.tensor_rows(made))
    attacked = (
        Fact(
            "", "\n".join((who, f"all words: {every}", *([f"rare words: {rare}"] if rare else [])))
        )
        for who, every, rare in told.attack_rows(made.seen)
    )
    return (
        Section("", (Fact("", told.PREVIEW_HEAD),)),
        Section("Tensors", tuple(tensors)),
        Section("Its numbers", _lines(told.number_lines(made))),
        Section("Bytes", _lines(f"{what}: {size}" for what, size in told.size_rows(made))),
        Section("Would it tell on you?", (Fact("", told.ATTACK_HEAD), *attacked)),
        Section("Price", _lines(told.price_lines(made))),
    )


def _lines(lines: Iterable[str]) -> tuple[Fact, ...]:
    return tuple(Fact("", line) for line in lines)


def _facts(rows: Rows) -> tuple[Fact, ...]:
    return tuple(Fact(head, " · ".join(cell for cell in rest if cell)) for head, *rest in rows)


def _split(line: str) -> tuple[str, str]:
    head, _, text = line.partition(": ")
    return head, text
