"""The helper's part of a batch: judge each report by its own clock, memory and minimum, sum, and add noise once.

It sees no device. Whatever the leader asks, a report is counted in one batch only, and no batch is below the minimum.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from hushkey.sync.coordinator.batches import blob_of
from hushkey.sync.coordinator.schema import ANSWERED, BLOB, COUNTED, TOMBSTONE
from hushkey.sync.coordinator.store import Store, insert_all
from hushkey.sync.coordinator.sums import Sum
from hushkey.sync.coordinator.tasks import State, Terms, state_of
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES, open_helper
from hushkey.sync.errors import BatchRefused, BatchTooSmall, EnvelopeRefused, StoreRefused
from hushkey.sync.keys import Entropy, ReceiverKey
from hushkey.sync.messages import (
    BatchAnswer,
    BatchItem,
    BatchRequest,
    Dropped,
    Metadata,
    decode,
    encode,
    hash_of,
)
from hushkey.sync.releases.merkle import root

Reason = Literal["replayed", "expired", "undecryptable", "too-old", "withdrawn", "malformed"]
_AT_ONCE = 500  # ids in one statement
_TRIES = 4  # at reports that another batch or a withdrawal takes at the same moment


@dataclass(frozen=True, slots=True)
class Answered:
    """A batch that the helper answered."""

    request: bytes  # SHA-256 of its bytes
    accepted: int
    weight: int
    root: bytes
    sigma: int
    epsilon: float
    recorded: bool  # by a record that the helper signed


class HelperBatches:
    """The batches of a helper's database."""

    def __init__(
        self, store: Store, receivers: Mapping[int, ReceiverKey], entropy: Entropy
    ) -> None:
        self._store = store
        self._receivers = receivers
        self._entropy = entropy

    def answer(self, terms: Terms, data: bytes, batch_min: int) -> bytes:
        """Answer a request. Raises BatchTooSmall and BatchRefused, and stores nothing then."""
        request = decode(data, BatchRequest, limit_bytes=terms.request_bytes)
        _require_batch(terms, request)
        digest = hash_of(data)
        for _ in range(_TRIES):
            with self._store.read() as connection:
                known = self._known(connection, request, digest)
                state = state_of(connection, terms.identity)
                reasons = self._judged(connection, terms, state, request)
            if known is not None:
                return known
            total, accepted, dropped = self._summed(terms, request, reasons)
            if len(accepted) < batch_min:
                raise BatchTooSmall(
                    f"{len(accepted)} of {len(request.items)} reports were accepted, and a batch has {batch_min} or "
                    "more; nothing was stored; wait for more"
                )
            try:
                return self._store_answer(terms, request, digest, total, accepted, dropped)
            except (IntegrityError, _Changed):
                continue
        raise StoreRefused("the batch met others at its reports; nothing was stored; ask again")

    def _known(self, connection: Connection, request: BatchRequest, digest: bytes) -> bytes | None:
        """Return the stored answer of this batch id. Raises BatchRefused where it was asked with other bytes."""
        held = answered(connection, request.task, request.batch)
        if held is None:
            return None
        if held.request != digest:
            raise BatchRefused(
                "the batch's id is bound to other reports; nothing was summed; a new batch takes a new id"
            )
        if held.recorded:
            raise BatchRefused(
                "the batch is recorded; nothing was summed; a new batch takes a new id"
            )
        return blob_of(connection, request.task, request.batch, "answer")

    def _judged(
        self, connection: Connection, terms: Terms, state: State, request: BatchRequest
    ) -> dict[bytes, Reason]:
        """Return why reports are not taken, as far as that shows before an envelope is opened."""
        if state.head is None or request.version > state.version:
            raise BatchRefused(
                "the batch counts ages from a version that this helper signed no record of; nothing was summed"
            )
        every = [item.metadata for item in request.items]
        counted = _counted(connection, terms.identity, every)
        buried = _withdrawn(connection, terms.identity, every)
        reasons: dict[bytes, Reason] = dict.fromkeys(buried, "withdrawn")
        reasons |= dict.fromkeys(counted, "replayed")
        for item in request.items:
            reason = self._reason(terms, state, request.version, item)
            if reason is not None:
                reasons.setdefault(item.metadata.report, reason)
        return reasons

    def _reason(self, terms: Terms, state: State, version: int, item: BatchItem) -> Reason | None:
        metadata, now = item.metadata, self._store.clock()
        if metadata.expires_at <= max(now, state.swept_until):
            return "expired"
        latest = now + terms.task.report_ttl_s + terms.task.clock_margin_s
        if metadata.expires_at > latest or len(item.helper_envelope) != HELPER_ENVELOPE_BYTES:
            return "malformed"
        return "too-old" if terms.age(version, metadata.trained_version) is None else None

    def _summed(
        self, terms: Terms, request: BatchRequest, reasons: dict[bytes, Reason]
    ) -> tuple[Sum, list[Metadata], list[Dropped]]:
        total, accepted, dropped = Sum(terms, request.version), [], []
        for item in request.items:
            reason = reasons.get(item.metadata.report)
            if reason is None:
                reason = self._add(terms, total, item)
            if reason is None:
                accepted.append(item.metadata)
            else:
                dropped.append(Dropped(item.metadata.report, reason))
        return total, accepted, dropped

    def _add(self, terms: Terms, total: Sum, item: BatchItem) -> Reason | None:
        key = self._receivers.get(item.metadata.helper_receiver)
        if key is None:
            return "undecryptable"
        try:
            seed = open_helper(item, terms.identity, key)
        except EnvelopeRefused:
            return "undecryptable"
        total.add_seed(item.metadata, seed)
        return None

    def _store_answer(  # noqa: PLR0913, PLR0917  what an answer is made of
        self,
        terms: Terms,
        request: BatchRequest,
        digest: bytes,
        total: Sum,
        accepted: Sequence[Metadata],
        dropped: Sequence[Dropped],
    ) -> bytes:
        """Draw the noise and store it with the ids, in one transaction. Raises _Changed where the ground has moved."""
        with self._store.write("answer") as connection:
            self._store.lock_task(connection, terms.identity)
            known = self._known(connection, request, digest)
            if known is not None:
                return known
            if _withdrawn(connection, terms.identity, accepted):
                raise _Changed
            self._count(connection, terms, request, accepted)
            ids = tuple(each.report for each in accepted)
            connection.execute(
                insert(ANSWERED).values(
                    task=request.task,
                    batch=request.batch,
                    request=digest,
                    accepted=len(ids),
                    weight=total.weight,
                    root=root(ids),
                    sigma=terms.task.sigma,
                    answered_at=self._store.clock(),
                    epsilon=terms.epsilon,
                    recorded=False,
                )
            )
            share = total.noised(self._entropy)
            answer = encode(BatchAnswer(request.batch, ids, tuple(dropped), share))
            connection.execute(
                insert(BLOB).values(
                    task=request.task, batch=request.batch, kind="answer", data=answer
                )
            )
        return answer

    def _count(
        self,
        connection: Connection,
        terms: Terms,
        request: BatchRequest,
        accepted: Sequence[Metadata],
    ) -> None:
        """Note which batch each report is counted in: a second one fails on the key."""
        insert_all(
            connection,
            COUNTED,
            [
                {
                    "task": terms.identity,
                    "report": each.report,
                    "batch": request.batch,
                    "expires_at": each.expires_at,
                }
                for each in accepted
            ],
        )


class _Changed(Exception):
    """A report was withdrawn while its batch was summed."""


def _require_batch(terms: Terms, request: BatchRequest) -> None:
    if request.task != terms.identity:
        raise BatchRefused("the batch is of another task; nothing was summed")
    ids = [item.metadata.report for item in request.items]
    if len(ids) > terms.task.batch_max:
        raise BatchRefused(
            f"a batch of {len(ids)} reports, where the task has at most {terms.task.batch_max}; nothing was summed"
        )
    if any(one >= other for one, other in pairwise(ids)):
        raise BatchRefused(
            "the batch's reports are not in ascending order, each once; nothing was summed"
        )


def answered(connection: Connection, task: bytes, batch: bytes) -> Answered | None:
    """Return a batch that the helper answered, if it did."""
    names = ("request", "accepted", "weight", "root", "sigma", "epsilon", "recorded")
    query = select(*(ANSWERED.c[name] for name in names))
    row = connection.execute(
        query.where(ANSWERED.c.task == task, ANSWERED.c.batch == batch)
    ).first()
    return None if row is None else Answered(*row)


def _counted(connection: Connection, task: bytes, reports: Sequence[Metadata]) -> set[bytes]:
    """Return those that are counted in some batch."""
    found: set[bytes] = set()
    for some in _parts(reports):
        query = select(COUNTED.c.report).where(COUNTED.c.task == task, COUNTED.c.report.in_(some))
        found.update(connection.scalars(query))
    return found


def _withdrawn(connection: Connection, task: bytes, reports: Sequence[Metadata]) -> set[bytes]:
    """Return those whose very token was shown."""
    hashes = {each.report: each.withdrawal for each in reports}
    found: set[bytes] = set()
    for some in _parts(reports):
        query = select(TOMBSTONE.c.report, TOMBSTONE.c.withdrawal)
        query = query.where(TOMBSTONE.c.task == task, TOMBSTONE.c.report.in_(some))
        found.update(
            row.report for row in connection.execute(query) if hashes[row.report] == row.withdrawal
        )
    return found


def _parts(reports: Sequence[Metadata]) -> Iterator[list[bytes]]:
    """Yield their ids, so many as one statement takes."""
    for first in range(0, len(reports), _AT_ONCE):
        yield [each.report for each in reports[first : first + _AT_ONCE]]
