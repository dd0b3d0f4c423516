"""A task before it is one: terms from what an operator chooses, what they come to, the file that is handed over.

leader: draft, sign -> FILE -> helper: look, sign -> FILE -> leader: publish
"""

import math
from dataclasses import dataclass

import msgspec

from hushkey.model.adapter import Adapter
from hushkey.model.audit.batch import epsilon_of
from hushkey.model.groups import NAMES, AdapterShape, Ranks
from hushkey.sync.codec import CodecTerms, age_weights, packed_bytes
from hushkey.sync.envelopes import HELPER_ENVELOPE_BYTES, OVERHEAD_BYTES
from hushkey.sync.errors import CodecRefused, NoiseRefused, TaskRefused
from hushkey.sync.keys import Entropy, OperatorKey
from hushkey.sync.messages import (
    PROTOCOL,
    SUITE,
    Group,
    Message,
    Metadata,
    Operator,
    Optimizer,
    Receiver,
    Report,
    Sig,
    Signed,
    Subspace,
    Task,
    decode,
    encode,
)
from hushkey.sync.privacy import compose, sensitivity, sigma_for, signal_to_noise
from hushkey.sync.privacy.prediction import alignment_along
from hushkey.sync.signing import RECEIVER, TASK, open_signed, sign_body
from hushkey.sync.task_terms import (
    TASK_BYTES,
    epsilon_of_report,
    numbers_of,
    require_sound,
    rho_of_report,
    signal_of,
)

REPORTS = 10  # that a budget is stated over
DIRECTIONS = 1  # that a task takes where it is not told: 64 gained less (docs/federated.md)
UNITS = 1024  # fixed-point units of a delta at the clip norm: its rounding is far below any noise
WEIGHT_UNITS = 256  # of the variance weight, in the same units: 3% more sensitivity
FILE_BYTES = 2**26
WANTED = 1.5  # signal to noise of a smallest batch: what a task whose epsilon is not stated gives up for privacy
EPSILON_MAX = 8.0
_RECEIVER_BYTES = 2_048


@dataclass(frozen=True, slots=True)
class Measured:
    """What suits reports of the gates' biases (docs/federated.md, "What devices have in common")."""

    clip_norm: float  # how long a report is made
    quiet: float  # the length of a delta below which it is made less long
    norm_limit: float  # of a batch's mean, in clip norms: well above an honest one's


EVERY = Measured(clip_norm=1.0, quiet=0.07, norm_limit=0.5)  # number is sent
ALONG = Measured(clip_norm=0.5, quiet=0.02, norm_limit=1.0)  # several directions
ALONE = Measured(clip_norm=1.0, quiet=0.02, norm_limit=2.0)  # one direction: all may be of a mind


@dataclass(frozen=True, slots=True)
class Choices:
    """What an operator decides; everything else follows."""

    name: str
    ranks: Ranks
    batch_min: int
    batch_max: int
    epsilon: float | None = (
        None  # of REPORTS reports, by one operator's noise; None: as little as WANTED allows
    )
    delta: float = 1e-6
    sigma: int | None = None  # instead of what epsilon asks for
    directions: int | None = None  # None: DIRECTIONS; 0: every number is sent
    clip_norm: float | None = None  # None: what was measured
    age_max: int = 15
    age_exponent: float = 0.0  # late reports count as others do: docs/federated.md
    variance_floor: float | None = None  # None: that of a delta as long as is quiet
    optimizer: str = "fedavg"
    rate: float = 1.0
    norm_limit: float | None = None  # None: what was measured
    ttl_days: int = 14
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a task's terms will come to."""

    numbers: int  # of a delta
    signal_to_noise: float  # of a smallest batch
    epsilon_per_report: float
    epsilon_over_ten: float
    bytes_per_report: int
    sigma: int
    bits: int


class TaskFile(Message, frozen=True, array_like=True):
    """What leader and helper hand to one another: the terms, the adapter they begin with, keys to seal for."""

    task: Signed  # by the leader, then by both
    adapter: bytes
    receivers: tuple[Signed, ...]  # of the helper, once it has signed


@dataclass(frozen=True, slots=True)
class Between:
    """Whose task it is, and for which base."""

    base: str
    shape: AdapterShape
    leader: Operator
    helper: Operator


def draft(chosen: Choices, between: Between, entropy: Entropy) -> Task:
    """Return the terms. Raises TaskRefused where they could wrap, or leave less signal than noise."""
    weights = age_weights(chosen.age_max, chosen.age_exponent)
    subspace = _subspace(chosen, between.shape)
    count = None if subspace is None else subspace.count
    numbers = between.shape.parameters(chosen.ranks) if count is None else count
    suits = EVERY if count is None else ALONE if count == 1 else ALONG
    try:
        terms = _codec(_or(chosen.clip_norm, suits.clip_norm), numbers, entropy)
        moved = sensitivity(max(weights), terms.norm_bound)
        least = least_epsilon(chosen.batch_min, numbers, chosen.delta, alignment_along(count))
        epsilon = _or(chosen.epsilon, least)
        sigma = chosen.sigma or sigma_for(epsilon, moved, REPORTS, chosen.delta)
        terms = terms.fitted(chosen.batch_max, max(weights), sigma)
    except (CodecRefused, NoiseRefused) as refused:
        raise TaskRefused(f"no task was made: {refused}") from None
    task = Task(
        protocol=PROTOCOL,
        suite=SUITE,
        name=chosen.name,
        leader=between.leader,
        helper=between.helper,
        base=between.base,
        adapter_seed=int.from_bytes(entropy(7), "big"),
        groups=tuple(Group(name, chosen.ranks[name]) for name in NAMES if name in chosen.ranks),
        clip_norm=terms.clip_norm,
        scale=terms.scale,
        weight_units=terms.weight_units,
        variance_floor=_or(chosen.variance_floor, suits.quiet**2 / numbers),
        bits=terms.bits,
        kept=terms.kept,
        rotation_seed=terms.rotation_seed,
        batch_min=chosen.batch_min,
        batch_max=chosen.batch_max,
        age_weights=weights,
        sigma=sigma,
        delta=chosen.delta,
        optimizer=Optimizer("fedadam" if chosen.optimizer == "fedadam" else "fedavg", chosen.rate),
        norm_limit=_or(chosen.norm_limit, suits.norm_limit),
        report_ttl_s=chosen.ttl_days * 86_400,
        clock_margin_s=300,
        demonstration=chosen.demonstration,
        subspace=subspace,
    )
    require_sound(task, between.shape)
    return task


def _or(chosen: float | None, suits: float) -> float:
    """Return what was chosen, a 0 too: it is refused, and not passed over."""
    return suits if chosen is None else chosen


def least_epsilon(batch: int, numbers: int, delta: float, alignment: float) -> float:
    """Return the least epsilon, in tenths, at which a smallest batch's sum is WANTED times as long as its noise.

    At most EPSILON_MAX: larger batches buy privacy, smaller ones are refused for their noise.
    """
    multiplier = signal_to_noise(batch, 1.0, numbers, alignment) / WANTED
    spent = compose([1.0 / (2.0 * multiplier * multiplier)] * REPORTS)
    return min(EPSILON_MAX, math.ceil(10.0 * epsilon_of(spent, delta)) / 10.0)


def _subspace(chosen: Choices, shape: AdapterShape) -> Subspace | None:
    """Return which directions a task takes: those that its base comes with, where they are of the groups it trains."""
    held = shape.directions
    if chosen.directions == 0 or held is None or not held.suit(shape, chosen.ranks):
        if chosen.directions:
            raise TaskRefused(
                "the base comes with no public directions of these groups; no task was made: "
                "take --directions 0, which sends every number"
            )
        return None
    wanted = DIRECTIONS if chosen.directions is None else chosen.directions
    if wanted > len(held.rows):
        raise TaskRefused(f"the base comes with {len(held.rows)} directions; no task was made")
    return Subspace(wanted, held.digest)


def _codec(clip_norm: float, numbers: int, entropy: Entropy) -> CodecTerms:
    if not (math.isfinite(clip_norm) and clip_norm > 0.0):
        raise CodecRefused("a clip norm is finite and above 0")
    return CodecTerms(
        dimension=numbers,
        clip_norm=clip_norm,
        scale=max(1, round(UNITS / clip_norm)),
        weight_units=WEIGHT_UNITS,
        bits=62,
        kept=-(-numbers // 64) * 64,
        rotation_seed=entropy(32),
    )


def predict(task: Task, shape: AdapterShape) -> Prediction:
    """Return what the terms come to."""
    rho = rho_of_report(task)
    numbers = numbers_of(task, shape)
    share = packed_bytes(task.kept + 1, task.bits)
    metadata = Metadata(bytes(16), 1, 2**31, bytes(32), 1, 1)
    report = Report(metadata, bytes(share + OVERHEAD_BYTES), bytes(HELPER_ENVELOPE_BYTES))
    return Prediction(
        numbers=numbers,
        signal_to_noise=signal_of(task, shape),
        epsilon_per_report=epsilon_of_report(task),
        epsilon_over_ten=epsilon_of(compose([rho] * REPORTS), task.delta),
        bytes_per_report=len(encode(report)),
        sigma=task.sigma,
        bits=task.bits,
    )


def begun(task: Task, shape: AdapterShape, key: OperatorKey) -> TaskFile:
    """Return the file that a leader hands to the helper: its own signature, and an adapter that changes nothing."""
    adapter = Adapter.zero(shape, base=task.base, seed=task.adapter_seed, ranks=task.ranks)
    body = encode(task)
    signed = Signed(body, (sign_body(body, TASK, "leader", key),))
    return TaskFile(signed, adapter.to_bytes(), ())


def read_file(data: bytes) -> tuple[TaskFile, Task]:
    """Read a file and its terms, whoever signed them. Raises MessageRefused."""
    held = decode(data, TaskFile, limit_bytes=FILE_BYTES)
    return held, decode(held.task.body, Task, limit_bytes=TASK_BYTES)


def require_leader(held: TaskFile, task: Task) -> None:
    """Return if the leader that the task names signed it, and nobody else. Raises SignatureRefused."""
    open_signed(held.task, Task, TASK, {"leader": task.leader.key}, limit_bytes=TASK_BYTES)


def countersigned(held: TaskFile, theirs: Sig, receiver: Signed) -> TaskFile:
    """Return the file that the helper hands back."""
    signed = Signed(held.task.body, (*held.task.signatures, theirs))
    return msgspec.structs.replace(held, task=signed, receivers=(receiver,))


def read_receiver(data: bytes, key: bytes) -> tuple[Signed, Receiver]:
    """Read the helper's signed receiver, as `rotate-keys` writes it. Raises MessageRefused, SignatureRefused."""
    signed = decode(data, Signed, limit_bytes=_RECEIVER_BYTES + 512)
    held = open_signed(signed, Receiver, RECEIVER, {"helper": key}, limit_bytes=_RECEIVER_BYTES)
    return signed, held
