"""What a task's messages weigh: a task of throwaway keys, and one report built by the device's own code.

Nothing is guessed: an offer, a report and an adapter are made and their bytes are counted. HTTP's own headers are not.
"""

import os
import zlib
from dataclasses import dataclass

import numpy as np

from hushkey.model.adapter import Adapter
from hushkey.model.groups import AdapterShape, Ranks
from hushkey.sync.codec import CodecTerms
from hushkey.sync.device.reporting import Place, build
from hushkey.sync.keys import OperatorKey, ReceiverKey
from hushkey.sync.messages import (
    PROTOCOL,
    SUITE,
    Group,
    Offer,
    Operator,
    Optimizer,
    Receiver,
    Record,
    Role,
    Subspace,
    Task,
    encode,
    hash_of,
)
from hushkey.sync.releases.chain import NO_BATCH, NOTHING, PARTS
from hushkey.sync.signing import ORDER, RECEIVER, RECORD, TASK, signed
from hushkey.sync.simulation.pace import Job, Pace
from hushkey.sync.task_terms import unflatten

_FLOAT = 4
NOW = 1_800_000_000
_YEAR_S = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Throwaway:
    """Keys of two operators that exist for one simulation."""

    operators: dict[Role, OperatorKey]
    receivers: dict[Role, ReceiverKey]

    @classmethod
    def generate(cls) -> "Throwaway":
        """Draw them."""
        return cls(
            {role: OperatorKey.generate(os.urandom) for role in ORDER},
            {role: ReceiverKey.generate(os.urandom) for role in ORDER},
        )

    @property
    def roles(self) -> tuple[Role, ...]:
        """Both roles, the leader first."""
        return ORDER

    def receiver(self, role: Role) -> Receiver:
        """Return what shares are sealed for."""
        return Receiver(role, 0, SUITE, self.receivers[role].public, NOW + _YEAR_S)


def task_of(  # noqa: PLR0913
    keys: Throwaway,
    *,
    adapter: Adapter,
    codec: CodecTerms,
    variance_floor: float,
    weights: tuple[int, ...],
    batch: int,
    sigma: int,
    optimizer: Optimizer,
    subspace: Subspace | None,
) -> Task:
    """Return the terms of a demonstration on loopback."""
    ranks: Ranks = adapter.ranks
    operators = keys.operators
    leader = Operator("leader", "http://127.0.0.1:8001", operators["leader"].public)
    helper = Operator("helper", "http://127.0.0.1:8002", operators["helper"].public)
    return Task(
        protocol=PROTOCOL,
        suite=SUITE,
        name="simulation",
        leader=leader,
        helper=helper,
        base=adapter.base,
        adapter_seed=adapter.seed,
        groups=tuple(Group(name, rank) for name, rank in ranks.items()),
        clip_norm=codec.clip_norm,
        scale=codec.scale,
        weight_units=codec.weight_units,
        variance_floor=variance_floor,
        bits=codec.bits,
        kept=codec.kept,
        rotation_seed=codec.rotation_seed,
        batch_min=batch,
        batch_max=batch,
        age_weights=weights,
        sigma=max(1, sigma),
        delta=1e-6,
        optimizer=optimizer,
        norm_limit=1e3,
        report_ttl_s=86_400,
        clock_margin_s=300,
        demonstration=True,
        subspace=subspace,
    )


def weighed(task: Task, keys: Throwaway, adapter: Adapter, pace: Pace, training: int) -> Job:
    """Return what one training of a task costs: the bytes that its messages really have."""
    zero = adapter.scaled(0.0)
    place = Place(
        task,
        hash_of(encode(task)),
        adapter.shape,
        0,
        keys.receiver("leader"),
        keys.receiver("helper"),
    )
    rng = np.random.default_rng(1)
    size = adapter.shape.parameters(adapter.ranks)
    delta = rng.normal(0.0, task.clip_norm / np.sqrt(size), size)
    report = build(place, delta, zeros=False, now=NOW, entropy=os.urandom)
    offer = len(encode(_offer(task, keys)))
    # Trained numbers hardly shrink: as much as noise of their size does.
    like = unflatten(delta, task.ranks, adapter.shape, base=zero.base, seed=zero.seed)
    return Job(pace, offer + len(zlib.compress(like.to_bytes())), len(report.data), training)


def plain_subset(shape: AdapterShape, ranks: Ranks, pace: Pace, training: int) -> Job:
    """Return the same of a baseline that sends float32 numbers as they are."""
    size = _FLOAT * shape.parameters(ranks)
    return Job(pace, size, size, training)


def plain_full(shape: AdapterShape, pace: Pace, training: int) -> Job:
    """Return what every weight costs, in float32."""
    return Job(pace, _FLOAT * shape.all_parameters, _FLOAT * shape.all_parameters, training)


def _offer(task: Task, keys: Throwaway) -> Offer:
    record = Record(
        task=hash_of(encode(task)),
        sequence=1,
        previous=NOTHING,
        outcome="released",
        version=1,
        adapter=NOTHING,
        batch=NO_BATCH,
        accepted=task.batch_min,
        root=NOTHING,
        aggregate=NOTHING,
        weight=task.batch_min,
        part=PARTS,
        sigma=task.sigma,
        epsilon=1.0,
        most_reports=1,
        at=NOW,
        reason="",
    )
    both = keys.operators
    receivers = {
        role: signed(encode(keys.receiver(role)), RECEIVER, {role: both[role]})
        for role in keys.roles
    }
    return Offer(
        signed(encode(task), TASK, both),
        receivers["leader"],
        receivers["helper"],
        signed(encode(record), RECORD, both),
    )
