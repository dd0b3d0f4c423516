"""The leader's worker: takes batches through their stages with the helper, one step a call. Any number may run.

Whatever it is killed in the middle of, another one takes on at the last stage that was stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hushkey.sync.codec.packing import unpack
from hushkey.sync.coordinator.batches import Batch, Batches, Overtaken
from hushkey.sync.coordinator.drafts import Counted, Said, batch_record
from hushkey.sync.coordinator.gate import PARTS_TRIED, Gate
from hushkey.sync.coordinator.records import Chain, InForce, Proposed
from hushkey.sync.coordinator.services import HelperPeer
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.sums import Sum, opened
from hushkey.sync.coordinator.tasks import Shapes, Tasks, Terms
from hushkey.sync.coordinator.updates import Update, read_adapter, updated
from hushkey.sync.envelopes import open_leader
from hushkey.sync.errors import (
    BatchRefused,
    BatchTooSmall,
    CodecRefused,
    EnvelopeRefused,
    MessageRefused,
    RecordRefused,
    SignatureRefused,
    StoreRefused,
    SyncError,
    Unreachable,
)
from hushkey.sync.keys import Entropy, OperatorKey, ReceiverKey, verify
from hushkey.sync.messages import (
    BatchAnswer,
    BatchItem,
    BatchRequest,
    Countersigned,
    Message,
    Proposal,
    Report,
    Sig,
    Signed,
    decode,
    encode,
    hash_of,
)
from hushkey.sync.releases.chain import NO_BATCH
from hushkey.sync.releases.merkle import root
from hushkey.sync.signing import RECORD, sign_body

M = TypeVar("M", bound=Message)

RETRY_S = 15  # before a helper that could not be reached is asked again
COUNTERSIGNED_BYTES = 128

_FOR_GOOD = (BatchRefused, RecordRefused, CodecRefused, MessageRefused)
"""What a helper says that asking again would not change."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a leader signs and opens with."""

    operator: OperatorKey
    receivers: Mapping[int, ReceiverKey]  # by number


class Worker:
    """Works on the batches and records of a leader's database."""

    def __init__(  # noqa: PLR0913  what the work depends on
        self,
        store: Store,
        keys: Keys,
        shapes: Shapes,
        helper: HelperPeer,
        gate: Gate,
        *,
        entropy: Entropy,
    ) -> None:
        self._store = store
        self._keys = keys
        self._tasks = Tasks(store, shapes)
        self._helper = helper
        self._gate = gate
        self._batches = Batches(store, entropy)
        self._chain = Chain(store)
        self._stages: Mapping[str, Callable[[Terms, Batch], Batch | None]] = {
            "claimed": self._open,
            "ready": self._ask,
            "asked": self._sum,
            "summed": self._publish,
            "opened": self._propose,
        }

    def step(self) -> bool:
        """Do one piece of work: a record to sign, a batch as far as it goes, a new batch. False if there is none."""
        proposed = self._chain.lease()
        if proposed is not None:
            self._countersign(proposed)
            return True
        batch = self._batches.lease() or self._claimed()
        if batch is None:
            return False
        self._work(batch)
        return True

    def run(self, idle: Callable[[], bool]) -> None:
        """Work on; `idle` waits where there is nothing to do, and says whether to go on."""
        while self._stepped() or idle():
            pass

    def _stepped(self) -> bool:
        try:
            return self.step()
        except StoreRefused:  # every stage that was stored is there once the database is
            return False

    def _claimed(self) -> Batch | None:
        for row in self._tasks.all():
            if row.listed:
                batch = self._batches.claim(self._tasks.get(row.task))
                if batch is not None:
                    return batch
        return None

    def _work(self, batch: Batch) -> None:
        """Take a batch on, stage by stage, as far as it goes."""
        terms = self._tasks.get(batch.task)
        held: Batch | None = batch
        while held is not None:
            batch = held
            try:
                held = self._stages[batch.stage](terms, batch)
            except Overtaken:
                if (
                    batch.stage == "opened"
                ):  # the chain went on: the record is written anew behind it
                    self._batches.release(batch, after_s=0)
                return
            except BatchTooSmall:
                self._unless_overtaken(self._batches.dissolve, batch)
                return
            except _FOR_GOOD as refused:
                self._unless_overtaken(self._batches.park, batch, refused)
                return
            except SyncError:
                self._batches.release(batch, after_s=RETRY_S)
                return

    def _unless_overtaken(self, change: Callable[..., None], *given: object) -> None:
        try:
            change(*given)
        except Overtaken:
            return

    # The stages ----------------------------------------------------------------------------------

    def _open(self, terms: Terms, batch: Batch) -> Batch | None:
        """Open every report, and ask the helper only for those that opened."""
        items, dropped = [], []
        for report in self._batches.reports(batch, terms):
            metadata = report.metadata
            try:
                unpack(self._share(terms, report), terms.length, terms.task.bits)
            except (EnvelopeRefused, CodecRefused):
                dropped.append(metadata.report)
            else:
                items.append(BatchItem(metadata, report.helper_envelope))
        if len(items) < terms.task.batch_min:
            self._batches.dissolve(batch, dropped)
            return None
        request = BatchRequest(terms.identity, batch.batch, batch.version, tuple(items))
        return self._batches.ready(batch, dropped, encode(request))

    def _share(self, terms: Terms, report: Report) -> bytes:
        """Return a report's packed share. Raises EnvelopeRefused."""
        key = self._keys.receivers.get(report.metadata.leader_receiver)
        if key is None:
            raise EnvelopeRefused("the key that the report is sealed for is not here any more")
        return open_leader(report, terms.identity, key)

    def _ask(self, terms: Terms, batch: Batch) -> Batch:
        """Ask the helper, with the same bytes on every try."""
        request = self._batches.blob(batch, "request")
        self._store.faults.reach("ask.sending")
        data = self._helper.answer(terms.identity, request)
        self._store.faults.reach("ask.replied")
        answer = _read(data, BatchAnswer, terms.answer_bytes)
        _require_answer(terms, batch, self._batches.ids(batch), answer)
        return self._batches.asked(batch, answer)

    def _sum(self, terms: Terms, batch: Batch) -> Batch:
        """Sum exactly what the helper accepted."""
        total = Sum(terms, batch.version)
        for report in self._batches.reports(batch, terms):
            total.add_packed(report.metadata, self._share(terms, report))
        return self._batches.summed(batch, total)

    def _publish(self, terms: Terms, batch: Batch) -> Batch:
        """Add both roles' noised sums."""
        data = self._batches.blob(batch, "answer")
        answer = decode(data, BatchAnswer, limit_bytes=terms.answer_bytes)
        share = self._batches.blob(batch, "share")
        return self._batches.opened(batch, opened(terms, share, answer.share))

    def _propose(self, terms: Terms, batch: Batch) -> None:
        """Write the record of a batch that may be released, or must be rejected."""
        held = self._chain.in_force(terms.identity)
        aggregate = self._batches.blob(batch, "aggregate")
        made, part, reason = self._chosen(terms, held, aggregate, batch.weight)
        ids = self._batches.ids(batch)
        counted = Counted(batch.batch, len(ids), root(ids), hash_of(aggregate), batch.weight, part)
        most = max(held.head.most_reports, self._chain.most_reports(batch))
        said = Said(self._store.clock(), most, reason)
        adapter, state = (held.adapter, held.state) if reason else (made.adapter, made.state)
        record = batch_record(
            terms,
            held.head,
            "rejected" if reason else "released",
            hash_of(adapter),
            counted,
            said,
        )
        proposed = Proposed(terms.identity, encode(record), adapter, state)
        self._chain.propose(proposed, held.head, batch, self._batches)

    def _chosen(
        self, terms: Terms, held: InForce, aggregate: bytes, weight: int
    ) -> tuple[Update, int, str]:
        """Return what a batch makes of the adapter, how much of its step that is, and why it may not be released."""
        made = [
            updated(terms, held.adapter, held.state, aggregate, weight, part)
            for part in PARTS_TRIED
        ]
        whole = made[0]
        if not whole.is_sound:
            return whole, 0, whole.reason
        before, *after = (
            read_adapter(terms, data) for data in (held.adapter, *(each.adapter for each in made))
        )
        verdict = self._gate.verdict(before, *after)
        if not verdict.passed:
            return whole, 0, verdict.reason or "the gate"
        return made[verdict.chosen], PARTS_TRIED[verdict.chosen], ""

    # Records -------------------------------------------------------------------------------------

    def _countersign(self, proposed: Proposed) -> None:
        """Have the helper sign a record, and append it."""
        terms = self._tasks.get(proposed.task)
        try:
            signed = self._signed(terms, proposed)
            self._chain.append(terms, proposed, signed, self._batches)
        except Overtaken:
            return
        except _FOR_GOOD as refused:
            self._unless_overtaken(self._chain.refuse, proposed, refused, self._batches)
        except SyncError:
            self._chain.release(proposed, after_s=RETRY_S)

    def _signed(self, terms: Terms, proposed: Proposed) -> Signed:
        record = proposed.read()
        aggregate = b""
        if record.batch != NO_BATCH:
            aggregate = self._chain.aggregate(terms.identity, record.batch)
        data = encode(Proposal(proposed.record, aggregate))
        self._store.faults.reach("countersign.sending")
        answer = self._helper.countersign(terms.identity, data)
        self._store.faults.reach("countersign.replied")
        theirs = _read(answer, Countersigned, COUNTERSIGNED_BYTES)
        _require_signature(terms, proposed, theirs)
        ours = sign_body(proposed.record, RECORD, "leader", self._keys.operator)
        return Signed(proposed.record, (ours, Sig("helper", theirs.signature)))


def _read(data: bytes, kind: type[M], limit_bytes: int) -> M:
    """Read what the helper answered. Raises Unreachable for what is no answer: it may have been cut on the way."""
    try:
        return decode(data, kind, limit_bytes=limit_bytes)
    except MessageRefused:
        raise Unreachable("the helper's answer was not whole; it is asked again") from None


def _require_signature(terms: Terms, proposed: Proposed, theirs: Countersigned) -> None:
    """Whether the helper signed this record. Raises Unreachable: it may have, and then no other of its place."""
    try:
        verify(terms.task.helper.key, theirs.signature, RECORD, proposed.record)
    except SignatureRefused:
        raise Unreachable("the helper's signature does not hold; it is asked again") from None


def _require_answer(
    terms: Terms, batch: Batch, asked: Sequence[bytes], answer: BatchAnswer
) -> None:
    """Whether the helper speaks of just the reports that it was asked for, each once, and of enough of them."""
    accepted, dropped = list(answer.accepted), [each.report for each in answer.dropped]
    sound = (
        answer.batch == batch.batch
        and accepted == sorted(set(accepted))
        and sorted(accepted + dropped) == list(asked)
        and len(accepted) >= terms.task.batch_min
        and len(answer.share) == terms.share_bytes
    )
    if not sound:
        raise BatchRefused(
            "the helper's answer is none to what it was asked; the batch is put aside"
        )
