"""Sharing, as an app and a command line use it: consent, one tick at a time, what was spent, what came back.

    with Sharing.open(profile) as sharing:
        terms = sharing.invite(code)        # nothing is sent but the question
        sharing.consent(terms)
        sharing.now()                       # fetch, and if it is time: train, check, charge, seal, upload

Nothing runs by itself: whoever calls `now` now and then is the clock. Any number of processes may hold one open.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import httpx

from hushkey.keyboard.history import History
from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.learner import LearningError
from hushkey.keyboard.paths import Places
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.store import Store
from hushkey.model.adapter import Adapter
from hushkey.model.errors import ModelMismatch
from hushkey.sync.device import book
from hushkey.sync.device import events as e
from hushkey.sync.device.client import Client
from hushkey.sync.device.consent import DAY_S, TERMS_VERSION, Consent, Terms, agreement_of
from hushkey.sync.device.core import DO_NOT_TRACK, State
from hushkey.sync.device.faults import Faults, NoFaults
from hushkey.sync.device.following import Looked, without_secret
from hushkey.sync.device.ledger import spent
from hushkey.sync.device.making import Cancelled, Made, Maker, OnProgress, unseen
from hushkey.sync.device.policy import Policy, tracking_forbidden
from hushkey.sync.device.preview import Preview
from hushkey.sync.device.queue import FolderQueue, MemoryQueue, Queue
from hushkey.sync.device.reporting import Built
from hushkey.sync.device.runner import Runner
from hushkey.sync.device.shelf import BUDGET, Shelf
from hushkey.sync.device.source import HistorySource, Source
from hushkey.sync.device.status import SharingStatus
from hushkey.sync.device.store import SharingStore
from hushkey.sync.device.training import Train, train_delta
from hushkey.sync.device.visit import View, Visitor
from hushkey.sync.enrolment import enrol, read_code
from hushkey.sync.errors import (
    NotFound,
    PolicyRefused,
    RecordRefused,
    SharingOff,
    SignatureRefused,
    SyncError,
    TaskRefused,
)
from hushkey.sync.keys import Entropy
from hushkey.sync.messages import Invitation, Record, decode, hash_of
from hushkey.sync.privacy.accounting import Budget
from hushkey.sync.releases.chain import RECORD_BYTES
from hushkey.sync.releases.receipts import Verified
from hushkey.sync.task_terms import rho_of_report

if TYPE_CHECKING:
    from sqlite3 import Connection

RETRY_S = 3_600  # after a training that came to nothing
TICKS_MAX = 4  # built, sent, listed: no more happens at one time

_POLICY, _NO_FAULTS = Policy(), NoFaults()
_DOUBTS = (SignatureRefused, TaskRefused, PolicyRefused, RecordRefused)


class Sharing:
    """One profile's sharing. Methods may be called from any thread; ticks take turns."""

    def __init__(  # noqa: PLR0913
        self,
        store: SharingStore,
        queue: Queue,
        source: Source,
        *,
        clock: Callable[[], float] = time.time,
        entropy: Entropy = os.urandom,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        environ: Mapping[str, str] | None = None,
        policy: Policy = _POLICY,
        train: Train = train_delta,
        faults: Faults = _NO_FAULTS,
        takes_up: Callable[[Adapter], None] = unseen,
        closes: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._source, self._policy, self._faults = store, source, policy, faults
        self._entropy, self._closes = entropy, closes
        self._takes_up, self._taken_up = takes_up, b""
        self._environ = os.environ if environ is None else environ
        self._client = Client(clock, entropy, transport, sleep)
        self._runner = Runner(store, queue, self._client, clock, entropy, self._train, faults)
        self._turn = threading.RLock()
        self._shelf = Shelf(store, source, self._environ)
        self._visitor = Visitor(store, self._client, source, policy)
        self._maker = Maker(source, entropy, faults, policy.sample, train)
        self._view: View | None = None
        self._cancelled: Cancelled = lambda: False
        self._on_progress: OnProgress = unseen
        self._training_here = False

    @classmethod
    def open(cls, profile: Profile, *, sample: bool = False, **options: Any) -> Self:
        """Open a profile's sharing; a throwaway profile's is kept in memory. Its engine takes up each new version.

        `sample` says that the profile is nobody's: only such take part in demonstrations, and only in those.
        """
        source = HistorySource(profile.history, profile.engine)
        options["policy"] = replace(options.get("policy", _POLICY), sample=sample)
        options.setdefault("takes_up", profile.use_shared)
        keys = profile.sharing_keys
        if profile.places is None or keys is None:
            return cls(SharingStore.memory(), MemoryQueue(), source, **options)
        store = SharingStore.open(profile.places.sharing, keys[0])
        return cls(store, FolderQueue(profile.places, keys[1]), source, **options)

    @classmethod
    def open_at(cls, places: Places, key: MasterKey, **options: Any) -> Self:
        """Open the sharing of a profile that nobody has open here: for a command line."""
        history = Store.open(places.history, key.history_key())
        try:
            store = SharingStore.open(places.sharing, key.sharing_key())
        except SyncError:
            history.close()
            raise
        queue = FolderQueue(places, key.queue_key())
        return cls(store, queue, HistorySource(History(history)), closes=history.close, **options)

    def close(self) -> None:
        """Close the database and the connections."""
        self._client.close()
        self._store.close()
        self._closes()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Consent ------------------------------------------------------------------------------------

    def invite(self, code: str, *, budget: Budget = BUDGET, interval_s: int = DAY_S) -> Terms:
        """Return what taking part would mean. Nothing is kept, and nothing leaves but the question for the terms.

        Raises CodeRefused, Unreachable, SignatureRefused, TaskRefused, PolicyRefused, SharingOff.
        """
        self._refuse_if_tracking_is_forbidden()
        return self._terms(read_code(code), budget, interval_s)

    def review(self) -> Terms:
        """Return the terms that were agreed to last, as they are offered now: to agree again after a suspension."""
        consent = self._require_consent()
        self._refuse_if_tracking_is_forbidden()
        return self._terms(consent.invitation, consent.budget, consent.interval_s)

    def consent(self, terms: Terms) -> SharingStatus:
        """Agree to terms as they were shown, and enrol.

        Raises SharingOff, CodeRefused, Unreachable: sharing is then as it was.
        """
        self._refuse_if_tracking_is_forbidden()
        with self._turn:
            task = hash_of(terms.task_body)
            with self._store.writing() as database:
                key = book.device_key(database, task, self._entropy)
                enrolled = book.is_enrolled(database, task)
            if not enrolled:
                self._client.enrol(terms.invitation.leader.url, enrol(terms.invitation, key))
                with self._store.writing() as database:
                    book.note_enrolled(database, task)
            now = self._runner.now
            consent = Consent(
                without_secret(terms.invitation), terms.task_body, TERMS_VERSION, terms.budget.epsilon,
                terms.budget.delta, terms.interval_s, now,
            )  # fmt: skip
            self._runner.happen(e.TrackingAllowed())
            self._runner.happen(
                e.Consented(consent.agreed, consent.budget.rho, consent.interval_s, now),
                lambda database, _: book.write_consent(database, consent),
            )
            return self.status()

    def off(self) -> SharingStatus:
        """Stop sending at once, and ask for a live report back; `unconfirmed` says whether nobody answered yet.

        It does not wait for a tick that is under way: what that is making is then dropped.
        """
        self._runner.notes.clear()
        self._runner.happen(e.TurnedOff(self._runner.now))
        return self.status()

    # Ticks --------------------------------------------------------------------------------------

    def now(
        self,
        cancelled: Cancelled = lambda: False,
        on_progress: OnProgress = unseen,
    ) -> SharingStatus:
        """Take one whole tick: fetch and check what there is, and train, charge, seal, upload or withdraw as is due.

        What could not be done is told in the status' notes and tried again at the next tick. Raises StoreRefused,
        LearningUnavailable, LearningCancelled.
        """
        with self._turn:
            runner = self._runner
            runner.notes.clear()
            self._cancelled, self._on_progress = cancelled, on_progress
            self._settle()
            if runner.state.mode == "on":
                self._follow()
            for _ in range(TICKS_MAX):
                runner.happen(e.Ticked(runner.now))
                live = runner.state.live
                if live is None or not live.never_left:
                    break
            return self.status()

    def forgot(self) -> SharingStatus:
        """Withdraw or drop what was made of lines that were forgotten since: to be called after each forgetting."""
        self._runner.notes.clear()
        self._runner.happen(e.Forgot(self._source.forgettings))
        self._runner.mend()
        return self.status()

    def withdraw_live(self) -> SharingStatus:
        """Ask for the live report back; one that never left is dropped."""
        self._runner.notes.clear()
        self._runner.happen(e.WithdrawalAsked())
        return self.status()

    def _settle(self) -> None:
        """Take up what happened while nobody looked: a crash, a forgetting, DO_NOT_TRACK."""
        runner = self._runner
        forbidden = tracking_forbidden(self._environ)
        runner.happen(e.TrackingForbidden() if forbidden else e.TrackingAllowed())
        if not self._training_here:
            runner.happen(e.Reopened())
        runner.happen(e.Forgot(self._source.forgettings))
        runner.mend()

    def _follow(self) -> None:
        """Fetch terms, records and the adapter; whatever no honest leader sends suspends."""
        consent, runner = self._require_consent(), self._runner
        try:
            view = self._visitor.look(consent.invitation, runner.now, keep=True)
            self._find_receipt(view, consent.invitation)
        except _DOUBTS as refused:
            runner.happen(e.DoubtArose(str(refused)))
            return
        except SyncError as refused:
            runner.notes.append(str(refused))
            return
        self._view = view
        self._take_up(view)
        agreed = agreement_of(view.looked.identity, consent.invitation)
        rho = rho_of_report(view.looked.task)
        runner.happen(e.OfferSeen(agreed, view.head.version, rho, runner.now))

    def _take_up(self, view: View) -> None:
        """Hand a version's adapter to the engine, once."""
        if self._taken_up != view.head.adapter:
            try:
                self._takes_up(view.adapter)
            except ModelMismatch as refused:
                self._runner.notes.append(str(refused))
            self._taken_up = view.head.adapter

    def _find_receipt(self, view: View, invitation: Invitation) -> None:
        """Ask whether a record lists the live report, and note it with the receipt."""
        runner, looked = self._runner, view.looked
        live = runner.state.live
        if live is None or live.never_left:
            return
        with self._store.reading() as database:
            row = book.report_row(database, live.report)
        if row is None or row.task != looked.identity:
            return
        receipt = self._visitor.receipt(view, invitation, live.report)
        if receipt is None:
            return
        self._faults.reach("receipt.fetched")
        runner.happen(
            e.ReportListed(live.report, receipt.path.sequence, runner.now),
            lambda database, _: book.add_receipt(database, receipt, looked.body, runner.now),
        )

    # A report -----------------------------------------------------------------------------------

    def _train(self, version: int) -> None:
        """Do what the core asked for: train on a version and build the report."""
        view, runner = self._view, self._runner
        self._training_here = True
        try:
            if view is None or view.head.version != version:
                raise NotFound("the version is no longer at hand; it is trained at the next tick")
            made = self._maker.make(view, lambda: runner.now, self._cancelled, self._on_progress)
            self._take(made, view)
        except SyncError as refused:
            runner.notes.append(str(refused))
            runner.happen(e.TrainingStopped(runner.now))
        except (LearningError, KeyboardInterrupt):
            runner.happen(e.TrainingStopped(runner.now + RETRY_S))
            raise
        finally:
            self._training_here = False

    def _take(self, made: Made, view: View) -> None:
        """Let a report live that was made: charged, or dropped where something was forgotten meanwhile."""
        built, looked, runner = made.built, view.looked, self._runner
        runner.happen(e.Forgot(self._source.forgettings))
        agreed = agreement_of(looked.identity, self._require_consent().invitation)
        expires_at = built.metadata.expires_at
        event = e.ReportBuilt(
            report=built.report,
            digest=built.digest,
            agreed=agreed,
            version=built.metadata.trained_version,
            rho=rho_of_report(looked.task),
            expires_at=expires_at,
            dead_at=expires_at + looked.task.clock_margin_s,
            forgettings=made.forgettings,
            at=runner.now,
        )
        runner.pending[built.report] = built.data
        try:
            runner.happen(event, lambda database, state: self._note(database, state, built, looked))
        finally:
            runner.pending.pop(built.report, None)

    def _note(self, database: "Connection", state: State, built: Built, looked: Looked) -> None:
        if state.live is not None and state.live.report == built.report:
            book.add_report(database, built, looked.task, looked.identity, self._runner.now)

    def preview(self, terms: Terms | None = None, cancelled: Cancelled = lambda: False) -> Preview:
        """Make the very bundle, measure it, and throw it away: nothing is sent, charged or kept.

        Of the terms that were agreed to, or of others before they are. Raises as `invite`, and the learner's errors.
        """
        with self._turn:
            terms = terms or self.review()
            now = self._runner.now
            view = self._visitor.look(terms.invitation, now, keep=False)
            with self._store.reading() as database:
                paid = spent(database, terms.budget)
            return self._maker.preview(view, terms, paid, now, cancelled)

    # What came back -----------------------------------------------------------------------------

    def shared_adapter(self) -> Adapter | None:
        """Return the shared adapter in force; None where there is none for this base."""
        return self._shelf.adapter()

    def receipts(self) -> list[Verified]:
        """Return what the stored receipts prove, oldest first, each checked anew and offline."""
        return self._shelf.receipts()

    def verify_receipt(self, report: str) -> Verified:
        """Check the receipt of one report (hex), offline. Raises ReceiptRefused, RecordRefused."""
        return self._shelf.receipt(report)

    def log(self) -> list[Record]:
        """Return the records of the task that was agreed to last, as this device followed them."""
        return self._shelf.log()

    def status(self) -> SharingStatus:
        """Return where it stands. It asks nobody."""
        return self._shelf.status(tuple(self._runner.notes))

    # Inside -------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The core's state: for tests and the curious."""
        return self._runner.state

    def _terms(self, invitation: Invitation, budget: Budget, interval_s: int) -> Terms:
        looked, head = self._visitor.terms(invitation, self._runner.now)
        version = decode(head, Record, limit_bytes=RECORD_BYTES).version
        shape = self._source.zero.shape
        return Terms(invitation, looked.task, looked.body, shape, budget, version, interval_s)

    def _require_consent(self) -> Consent:
        with self._store.reading() as database:
            consent = book.read_consent(database)
        if consent is None:
            raise SharingOff("nothing was agreed to yet; nothing was sent; see 'hushkey share on'")
        return consent

    def _refuse_if_tracking_is_forbidden(self) -> None:
        if tracking_forbidden(self._environ):
            raise SharingOff(f"{DO_NOT_TRACK}; nothing was sent or changed; unset it to share")
