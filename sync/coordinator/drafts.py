"""Records as both roles write them: the leader to propose one, the helper to hold the proposal against. Pure."""

from dataclasses import dataclass
from typing import Literal

from hushkey.sync.coordinator.tasks import Terms
from hushkey.sync.messages import Record
from hushkey.sync.releases.chain import NO_BATCH, NOTHING, Head


@dataclass(frozen=True, slots=True)
class Counted:
    """What a batch puts into its record."""

    batch: bytes
    accepted: int
    root: bytes  # over the sorted accepted ids
    aggregate: bytes  # hash of the published sum
    weight: int
    part: int  # of its step that was taken, in 1/PARTS; 0: none


@dataclass(frozen=True, slots=True)
class Said:
    """What the leader alone knows of a record."""

    at: int
    most_reports: int
    reason: str = ""


def base_record(terms: Terms, adapter: bytes, said: Said) -> Record:
    """Return the record of a task's base; `adapter` is its hash."""
    return Record(
        task=terms.identity,
        sequence=0,
        previous=NOTHING,
        outcome="base",
        version=0,
        adapter=adapter,
        batch=NO_BATCH,
        accepted=0,
        root=NOTHING,
        aggregate=NOTHING,
        weight=0,
        part=0,
        sigma=0,
        epsilon=0.0,
        most_reports=said.most_reports,
        at=said.at,
        reason=said.reason,
    )


def batch_record(  # noqa: PLR0913, PLR0917  what a record of a batch is made of
    terms: Terms,
    head: Head,
    outcome: Literal["released", "rejected"],
    adapter: bytes,
    counted: Counted,
    said: Said,
) -> Record:
    """Return the record of a batch after `head`; `adapter` is the hash of the one in force after it."""
    return Record(
        task=terms.identity,
        sequence=head.sequence + 1,
        previous=head.record,
        outcome=outcome,
        version=head.version + (outcome == "released"),
        adapter=adapter,
        batch=counted.batch,
        accepted=counted.accepted,
        root=counted.root,
        aggregate=counted.aggregate,
        weight=counted.weight,
        part=counted.part,
        sigma=terms.task.sigma,
        epsilon=terms.epsilon,
        most_reports=said.most_reports,
        at=said.at,
        reason=said.reason,
    )


def rollback_record(terms: Terms, head: Head, adapter: bytes, said: Said) -> Record:
    """Return the record that puts an earlier adapter into force again."""
    return Record(
        task=terms.identity,
        sequence=head.sequence + 1,
        previous=head.record,
        outcome="rolled-back",
        version=head.version + 1,
        adapter=adapter,
        batch=NO_BATCH,
        accepted=0,
        root=NOTHING,
        aggregate=NOTHING,
        weight=0,
        part=0,
        sigma=0,
        epsilon=0.0,
        most_reports=said.most_reports,
        at=said.at,
        reason=said.reason,
    )
