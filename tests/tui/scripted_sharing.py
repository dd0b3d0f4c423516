"""A scripted sharing: the methods of the real one, answers from a script, a record of the calls.

Its terms, preview, receipts and records are made by hand, so that a test can say beforehand what will show.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from msgspec import structs

from hushkey.keyboard.learner import LearnProgress
from hushkey.model.groups import AdapterShape
from hushkey.sync.device.attack import Attacked, Found
from hushkey.sync.device.checks import Verdict
from hushkey.sync.device.consent import Terms
from hushkey.sync.device.ledger import Spent
from hushkey.sync.device.preview import Bytes, Preview, Seen, Tensor
from hushkey.sync.device.status import LiveReport, SharingStatus
from hushkey.sync.messages import (
    PROTOCOL,
    SUITE,
    Group,
    Invitation,
    Metadata,
    Operator,
    Optimizer,
    Record,
    Subspace,
    Task,
    encode,
    hash_of,
)
from hushkey.sync.privacy.accounting import Budget
from hushkey.sync.releases.receipts import Verified

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushkey.tui.ports import Keeper

AT = 1_800_000_000  # 2027-01-15 08:00 UTC
CODE = "a-code"
LEADER = Operator("North", "https://north.example", b"n" * 32)
HELPER = Operator("South", "https://south.example:8443", b"s" * 32)
TASK = Task(
    protocol=PROTOCOL, suite=SUITE, name="English at large", leader=LEADER, helper=HELPER, base="b" * 64,
    adapter_seed=1, groups=(Group("lstm_bias", 1), Group("output", 16)), clip_norm=2.0, scale=4096,
    weight_units=1024, variance_floor=1e-3, bits=32, kept=9856, rotation_seed=b"r" * 32, batch_min=100,
    batch_max=400, age_weights=(4, 2, 1), sigma=400_000, delta=1e-6, optimizer=Optimizer("fedavg", 1.0),
    norm_limit=1.0, report_ttl_s=7 * 86_400, clock_margin_s=300, demonstration=False,
)  # fmt: skip
SHAPE = AdapterShape(vocabulary=16_000, width=128, hidden=256, layers=1)
TERMS = Terms(
    Invitation(hash_of(encode(TASK)), LEADER, HELPER, b"c" * 32), TASK, encode(TASK), SHAPE, Budget(8.0), 3
)  # fmt: skip
MOVED = replace(
    TERMS, task=(moved := type(TASK)(**{
        **{name: getattr(TASK, name) for name in TASK.__struct_fields__},
        "leader": Operator("North", "https://elsewhere.example", b"n" * 32),
    })), task_body=encode(moved),
)  # fmt: skip
ALONG = replace(
    TERMS, task=(along := structs.replace(TASK, kept=64, subspace=Subspace(64, b"d" * 32))), task_body=encode(along)
)  # fmt: skip
NOTHING = SharingStatus("off", "", None, 0, Spent(Budget(8.0), 0.0, 0), 0, None, 0, None, None, 0)
LIVE = LiveReport("ab" * 16, "acknowledged", AT + 6 * 86_400, "")
ON = SharingStatus(
    "sent", "", TASK, AT - 86_400, Spent(Budget(8.0), 0.2, 2), 4, LIVE, AT + 86_400, 3, 5, 1
)  # fmt: skip
SUSPENDED = replace(
    ON,
    phase="suspended",
    reason="the terms, keys or addresses are not those that were agreed to",
    live=replace(LIVE, withdrawal="wanted"),
    notes=("https://north.example could not be reached; it is tried again",),
)


def record(sequence: int, version: int, outcome: str = "released", accepted: int = 128) -> Record:
    """One link of the chain."""
    return Record(
        task=TERMS.invitation.task, sequence=sequence, previous=bytes(32), outcome=outcome, version=version,
        adapter=bytes(32), batch=bytes([sequence]) * 16, accepted=accepted, root=bytes(32), aggregate=bytes(32),
        weight=accepted * 4,
        part=16 * (outcome == "released"), sigma=400_000, epsilon=0.81, most_reports=2, at=AT - (9 - sequence) * 3_600,
        reason="worse on held-out text" if outcome == "rejected" else "",
    )  # fmt: skip


RECORDS = [
    record(0, 0, "base", 0),
    record(1, 1),
    record(2, 1, "rejected"),
    record(3, 2, accepted=211),
]
RECEIPT = Verified(b"\xab" * 16, b"\x03" * 16, 3, 2, "released", 211, 0.81, AT - 6 * 3_600)


def found(auc: float, chance: float, hits: int) -> Found:
    return Found(120, 4_000, auc, auc - 0.03, auc + 0.03, 100, hits, 3.0, chance)


PREVIEW = Preview(
    terms=TERMS,
    metadata=Metadata(b"r" * 16, 3, AT + 7 * 86_400, b"w" * 32, 0, 0),
    tensors=(Tensor("lstm_bias.0", (1024,), 0.4213), Tensor("output.b", (16, 128), 1.7204)),
    norm_before=1.7712,
    norm_along=1.7712,
    norm_after=1.24,
    weight=0.62,
    histogram=(0, 0, 1, 2, 5, 12, 30, 70, 140, 260, 300, 255, 150, 66, 28, 13, 6, 2, 1, 0, 1),
    histogram_ends=(-0.0412, 0.0405),
    size=Bytes(18_350_080, 39_424, 39_428, 41_700, 41_912),
    seen=Seen(
        Attacked(found(0.81, 0.01, 34), found(0.77, 0.01, 21)),
        Attacked(found(0.50, 0.48, 3), found(0.49, 0.55, 2)),
        None,
        Attacked(found(0.52, 0.31, 4), found(0.50, 0.44, 3)),
    ),
    verdict=Verdict(""),
    epsilon_of_report=0.81,
    spent=ON.spent,
    reports_left=4,
)  # fmt: skip


@dataclass
class ScriptedShares:
    """Remembers what it was asked; a tick and a preview wait at `gate` where a test wants them to take long."""

    held: SharingStatus = NOTHING
    found: list[Verified] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    terms: Terms = TERMS
    asked: list[str] = field(default_factory=list)
    refusal: Exception | None = None
    gate: threading.Event = field(default_factory=threading.Event)
    closed: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    def status(self) -> SharingStatus:
        return self.held

    def receipts(self) -> list[Verified]:
        return self.found

    def log(self) -> list[Record]:
        return self.records

    def invite(self, code: str) -> Terms:
        self._ask(f"invite {code}")
        return self.terms

    def review(self) -> Terms:
        self._ask("review")
        return self.terms

    def consent(self, terms: Terms) -> SharingStatus:
        self._ask("consent")
        assert terms is self.terms
        self.held = replace(NOTHING, phase="idle", task=terms.task, reports_left=6)
        return self.held

    def off(self) -> SharingStatus:
        self._ask("off")
        live = self.held.live
        asked_back = None if live is None else replace(live, withdrawal="wanted")
        self.held = replace(self.held, phase="off", live=asked_back)
        return self.held

    def now(
        self,
        cancelled: Callable[[], bool] = lambda: False,
        on_progress: Callable[[LearnProgress], None] = lambda _: None,
    ) -> SharingStatus:
        self._ask("now")
        on_progress(LearnProgress(1, 2, 5.0, 40.0))
        self._wait(cancelled)
        if self.held.phase == "idle":
            self.held = replace(self.held, phase="sent", live=LIVE)
        return self.held

    def preview(
        self, terms: Terms | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Preview:
        self._ask("preview" if terms is None else "preview of other terms")
        self._wait(cancelled)
        return PREVIEW

    def withdraw_live(self) -> SharingStatus:
        self._ask("withdraw")
        assert self.held.live is not None
        self.held = replace(self.held, live=replace(self.held.live, withdrawal="withdrawn"))
        return self.held

    def forgot(self) -> SharingStatus:
        self._ask("forgot")
        return self.held

    def close(self) -> None:
        self.closed = True

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.refusal is not None:
            raise self.refusal

    def _wait(self, cancelled: Callable[[], bool]) -> None:
        while not self.gate.wait(0.01):
            if cancelled():
                raise InterruptedError


@dataclass
class ScriptedSharingOpener:
    """Opens a scripted sharing."""

    shares: ScriptedShares = field(default_factory=ScriptedShares)
    begun: bool = True
    lacks: str = ""
    opened: int = 0

    def missing(self) -> str:
        return self.lacks

    def was_begun(self, profile: Keeper) -> bool:
        return self.begun

    def open(self, profile: Keeper) -> ScriptedShares:
        self.opened += 1
        return self.shares
