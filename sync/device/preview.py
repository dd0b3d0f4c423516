"""What a report would be, shown before it is one: the very bundle, measured. Numbers alone; no word of anybody."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.model.adapter import Adapter
from hushkey.sync.device.attack import Attacked, Attacker
from hushkey.sync.device.checks import Verdict, Views
from hushkey.sync.device.consent import Terms
from hushkey.sync.device.ledger import Spent
from hushkey.sync.device.reporting import Built
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES, OVERHEAD_BYTES
from hushkey.sync.messages import Metadata

BINS = 21  # of the histogram, from the least number to the largest


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of what would be shared."""

    name: str
    shape: tuple[int, ...]
    norm: float


@dataclass(frozen=True, slots=True)
class Bytes:
    """What a report takes after each step, and what it would take without them."""

    full_model: int  # FedAvg: the whole model's update in float32
    delta: int  # the delta in float32
    packed: int  # normalized, rotated, kept, rounded, packed: the leader's share
    sealed: int  # both envelopes
    wire: int  # the report as it is uploaded

    @property
    def saved(self) -> float:
        """Share of the whole model's update that is not sent."""
        return 1.0 - self.wire / self.full_model


@dataclass(frozen=True, slots=True)
class Seen:
    """What the word-recovery attack finds in what somebody would hold; None: not even an adapter."""

    plain: Attacked | None  # what of the delta is sent, as it is: both operators together
    leader_share: Attacked | None
    helper_share: Attacked | None
    one_operator: Attacked | None  # the published sum in the worst case, less its own noise


@dataclass(frozen=True, slots=True)
class Preview:
    """The bundle, field by field. Nothing of it was sent or charged."""

    terms: Terms
    metadata: Metadata
    tensors: tuple[Tensor, ...]
    norm_before: float
    norm_along: float  # of what of it is sent: its coordinates along the public directions, where there are any
    norm_after: float  # of the report
    weight: float  # by its variance
    histogram: tuple[int, ...]
    histogram_ends: tuple[float, float]
    size: Bytes
    seen: Seen
    verdict: Verdict
    epsilon_of_report: float
    spent: Spent
    reports_left: int


def preview_of(  # noqa: PLR0913, PLR0917
    terms: Terms,
    delta: Adapter,
    numbers: npt.NDArray[np.float64],
    built: Built,
    verdict: Verdict,
    spent: Spent,
    *,
    views: Views,
    attacker: Attacker,
    words: Collection[str],
) -> Preview:
    """Measure a bundle that was built of a delta, whose numbers (d,) are given too."""
    counts, edges = np.histogram(numbers, BINS)
    along = views.codec.coordinates(numbers)

    def found(held: Adapter | None) -> Attacked | None:
        return None if held is None else attacker.attack(held, words)

    return Preview(
        terms=terms,
        metadata=built.metadata,
        tensors=tuple(
            Tensor(name, held.shape, float(np.linalg.norm(held)))
            for name, held in delta.tensors.items()
        ),
        norm_before=float(np.linalg.norm(numbers)),
        norm_along=float(np.linalg.norm(along)),
        norm_after=terms.task.clip_norm * built.weight,
        weight=built.weight,
        histogram=tuple(int(count) for count in counts),
        histogram_ends=(float(edges[0]), float(edges[-1])),
        size=Bytes(
            full_model=terms.full_bytes,
            delta=4 * len(numbers),
            packed=len(built.shares.leader_packed),
            sealed=len(built.shares.leader_packed) + OVERHEAD_BYTES + HELPER_ENVELOPE_BYTES,
            wire=len(built.data),
        ),
        seen=Seen(
            plain=found(views.of_delta(numbers)),
            leader_share=found(views.of_sum(built.shares.leader)),
            helper_share=found(views.of_sum(built.shares.helper)),
            one_operator=verdict.view,
        ),
        verdict=verdict,
        epsilon_of_report=terms.epsilon_of_report,
        spent=spent,
        reports_left=spent.reports_left(terms.rho),
    )
