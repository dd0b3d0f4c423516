"""Decides: step(state, event) -> (state, effects), total over every event. No clock, entropy, file, network or text.

Whoever runs it keeps the new state (and charges what a `Charge` says) in one transaction, and only then does the other
effects. So what a state says left may not have left, and what it does not say has not.

    event                 in              becomes; effects
    Consented             any             on, under these terms; a report of other terms that never left: Erase
    TurnedOff             any             off; a report that never left: Erase, one that may have left: Withdraw
    TrackingForbidden     on              suspended; nothing is sent
    TrackingAllowed       suspended by it on
    OfferSeen             on              notes version and cost; other terms than agreed: suspended
    DoubtArose            on              suspended
    Ticked                live            dead: Erase, ended; withdrawal owed: Withdraw; off or suspended: no more
                          queued          sent; Send
                          sent            Send again, the same bytes
                          idle, recorded  training; Train, where an offer, time and budget allow it
    TrainingStopped       training        idle
    ReportBuilt           training        queued; Charge, Enqueue; dropped if terms, budget or history moved on
    ReportQueued          charged         queued
    ReportLost            never left      ended; Erase          may have left: not sent again
    ReportAcknowledged    sent            acknowledged
    ReportRejected        sent            not sent again, and live until listed or dead
    ReportListed          may have left   recorded; KeepReceipt, Erase
    Forgot                live            of an older history: as if withdrawn by the owner
    WithdrawalAsked       live            never left: Erase, ended; may have left: Withdraw
    WithdrawalAnswered    live            noted; it stays live: whoever answered may count it all the same
    Reopened              training        idle
    any other pair                        nothing
"""

from dataclasses import dataclass, replace
from typing import Literal, assert_never

from hushkey.sync.device import events as e
from hushkey.sync.device.events import Effect, Event
from hushkey.sync.privacy.accounting import compose

Mode = Literal["off", "on", "suspended"]
Stage = Literal["charged", "queued", "sent", "acknowledged", "unsendable"]
Owed = Literal["", "wanted", "withdrawn", "already-batched"]
Phase = Literal["off", "idle", "training", "queued", "sent", "recorded", "suspended"]

DO_NOT_TRACK = "DO_NOT_TRACK is set"
OTHER_TERMS = "the terms, keys or addresses are not those that were agreed to"


@dataclass(frozen=True, slots=True)
class Live:
    """The one report that may be counted or may still come to be."""

    report: bytes
    digest: bytes
    agreed: bytes
    version: int
    expires_at: int
    dead_at: int
    forgettings: int
    stage: Stage
    withdrawal: Owed = ""

    @property
    def never_left(self) -> bool:
        """Whether surely no byte of it was sent."""
        return self.stage in {"charged", "queued"}


@dataclass(frozen=True, slots=True)
class Offered:
    """What the leader offers now."""

    version: int
    rho: float


@dataclass(frozen=True, slots=True)
class State:
    """All that is decided on. The ledger, not this, is the truth about what was spent: it is read from there."""

    mode: Mode = "off"
    reason: str = ""  # of a suspension
    agreed: bytes = b""
    budget_rho: float = 0.0
    spent_rho: float = 0.0
    interval_s: int = 0
    next_at: int = 0  # no report is begun before
    offered: Offered | None = None
    training: bool = False
    live: Live | None = None
    recorded: bool = False  # the last report was listed, and nothing was begun since
    forgettings: int = 0
    forbidden: bool = False
    now: int = 0

    @property
    def phase(self) -> Phase:
        """The one word for where it stands."""
        if self.mode != "on":
            return self.mode
        if self.live is not None:
            return "queued" if self.live.never_left else "sent"
        if self.training:
            return "training"
        return "recorded" if self.recorded else "idle"

    @property
    def affords(self) -> bool:
        """Whether the budget covers another report of what is offered."""
        return self.offered is not None and self._covers(self.offered.rho)

    def _covers(self, rho: float) -> bool:
        return rho > 0.0 and compose((self.spent_rho, rho)) <= self.budget_rho


Stepped = tuple[State, tuple[Effect, ...]]


def step(state: State, event: Event) -> Stepped:  # noqa: C901, PLR0911, PLR0912  one line an event
    """Return the state after an event, and what is to be done once that state is kept."""
    match event:
        case e.Consented():
            return _consented(state, event)
        case e.TurnedOff():
            off = replace(_at(state, event.at), mode="off", reason="", agreed=b"")
            return _give_up(replace(off, training=False, offered=None))
        case e.TrackingForbidden():
            return _suspended(replace(state, forbidden=True), DO_NOT_TRACK), ()
        case e.TrackingAllowed():
            free = replace(state, forbidden=False)
            back = state.mode == "suspended" and state.reason == DO_NOT_TRACK
            return (replace(free, mode="on", reason="") if back else free), ()
        case e.OfferSeen():
            return _offered(_at(state, event.at), event), ()
        case e.DoubtArose():
            return _suspended(state, event.reason), ()
        case e.Ticked():
            return _ticked(_at(state, event.at))
        case e.TrainingStopped():
            ended = replace(state, training=False, next_at=max(state.next_at, event.retry_at))
            return (ended if state.training else state), ()
        case e.ReportBuilt():
            return _built(_at(state, event.at), event)
        case e.ReportQueued():
            return _staged(state, event.report, "charged", "queued"), ()
        case e.ReportLost():
            return _lost(state, event.report)
        case e.ReportAcknowledged():
            return _staged(state, event.report, "sent", "acknowledged"), ()
        case e.ReportRejected():
            return _staged(state, event.report, "sent", "unsendable"), ()
        case e.ReportListed():
            return _listed(_at(state, event.at), event)
        case e.Forgot():
            return _forgot(state, event.forgettings)
        case e.WithdrawalAsked():
            return _give_up(state)
        case e.WithdrawalAnswered():
            return _answered(state, event), ()
        case e.Reopened():
            return replace(state, training=False), ()
        case _:
            assert_never(event)


def _at(state: State, at: int) -> State:
    """Never go back in time, whatever the clock does: an expired report stays expired."""
    return replace(state, now=max(state.now, at))


def _suspended(state: State, reason: str) -> State:
    if state.mode != "on":
        return state
    return replace(state, mode="suspended", reason=reason, training=False, offered=None)


def _consented(state: State, event: e.Consented) -> Stepped:
    if state.forbidden or not event.agreed:
        return state, ()
    agreed = replace(
        _at(state, event.at), mode="on", reason="", agreed=event.agreed, training=False, offered=None,
        budget_rho=event.budget_rho, interval_s=event.interval_s,
    )  # fmt: skip
    live = state.live
    if live is not None and live.never_left and live.agreed != event.agreed:
        return replace(agreed, live=None), (e.Erase(live.report),)
    return agreed, ()


def _offered(state: State, event: e.OfferSeen) -> State:
    if state.mode != "on":
        return state
    if event.agreed != state.agreed:
        return _suspended(state, OTHER_TERMS)
    return replace(state, offered=Offered(event.version, event.rho))


def _ticked(state: State) -> Stepped:
    live = state.live
    if live is not None and state.now >= (live.expires_at if live.never_left else live.dead_at):
        return _ended(state, recorded=False), (e.Erase(live.report),)
    if live is not None:
        return _onward(state, live)
    if (
        state.mode != "on"
        or state.training
        or state.now < state.next_at
        or state.offered is None
        or not state.affords
    ):
        return state, ()
    begun = replace(state, training=True, recorded=False)
    return begun, (e.Train(state.offered.version),)


def _onward(state: State, live: Live) -> Stepped:
    """Withdraw a live report if that is owed; else send it, or send it again, if it may be sent."""
    if live.withdrawal == "wanted":
        return state, (e.Withdraw(live.report),)
    may_send = (
        state.mode == "on"
        and live.agreed == state.agreed
        and live.stage in {"queued", "sent"}
        and not live.withdrawal
        and state.now < live.expires_at
    )
    if not may_send:
        return state, ()
    return _staged(state, live.report, "queued", "sent"), (e.Send(live.report, live.digest),)


def _built(state: State, event: e.ReportBuilt) -> Stepped:
    stands = (
        state.mode == "on"
        and state.training
        and state.live is None
        and event.agreed == state.agreed
        and event.forgettings >= state.forgettings
        and state.now < event.expires_at <= event.dead_at
        and state._covers(event.rho)  # noqa: SLF001  its own module
    )
    done = replace(state, training=False)
    if not stands:
        return (done if state.training else state), ()
    live = Live(
        event.report, event.digest, event.agreed, event.version, event.expires_at, event.dead_at,
        event.forgettings, "charged",
    )  # fmt: skip
    charged = replace(done, live=live, spent_rho=compose((state.spent_rho, event.rho)))
    return charged, (e.Charge(event.report, event.rho), e.Enqueue(event.report, event.digest))


def _staged(state: State, report: bytes, was: Stage, becomes: Stage) -> State:
    live = state.live
    if live is None or live.report != report or live.stage != was:
        return state
    return replace(state, live=replace(live, stage=becomes))


def _lost(state: State, report: bytes) -> Stepped:
    live = state.live
    if live is None or live.report != report or live.stage == "acknowledged":
        return state, ()
    if live.never_left:
        return _ended(state, recorded=False), (e.Erase(report),)
    return replace(state, live=replace(live, stage="unsendable")), ()


def _listed(state: State, event: e.ReportListed) -> Stepped:
    live = state.live
    if live is None or live.report != event.report or live.never_left:
        return state, ()
    effects = e.KeepReceipt(event.report, event.sequence), e.Erase(event.report)
    return _ended(state, recorded=True), effects


def _ended(state: State, *, recorded: bool) -> State:
    return replace(state, live=None, recorded=recorded, next_at=state.now + state.interval_s)


def _forgot(state: State, forgettings: int) -> Stepped:
    known = replace(state, forgettings=max(state.forgettings, forgettings))
    older = known.live is not None and known.live.forgettings < known.forgettings
    return _give_up(known) if older else (known, ())


def _give_up(state: State) -> Stepped:
    """Drop a live report that never left; ask for one back that may have."""
    live = state.live
    if live is None:
        return state, ()
    if live.never_left:
        return _ended(state, recorded=False), (e.Erase(live.report),)
    if live.withdrawal in {"withdrawn", "already-batched"}:
        return state, ()
    wanted = replace(state, live=replace(live, withdrawal="wanted"))
    return wanted, (e.Withdraw(live.report),)


def _answered(state: State, event: e.WithdrawalAnswered) -> State:
    live = state.live
    if live is None or live.report != event.report or live.withdrawal != "wanted":
        return state
    return replace(state, live=replace(live, withdrawal=event.answer))
