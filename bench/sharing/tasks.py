"""A task over the shipped base as a benchmark needs one, signed by nobody: a demonstration, with keys of nobody."""

import hashlib
from typing import Any

from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.model.groups import AdapterShape
from hushkey.sync.codec.terms import blocks
from hushkey.sync.device.reporting import Place
from hushkey.sync.keys import (
    EXCHANGE_KEY_BYTES,
    KEM_SEED_BYTES,
    SIGNING_KEY_BYTES,
    OperatorKey,
    ReceiverKey,
)
from hushkey.sync.messages import (
    PROTOCOL,
    SUITE,
    Group,
    Operator,
    Optimizer,
    Receiver,
    Role,
    Task,
    encode,
    hash_of,
)
from hushkey.sync.task_terms import codec_terms

RANKS = {"output": 16}  # of as many numbers as the plan "shared", and told apart from it
NOW = 1_800_000_000
ROLES: tuple[Role, ...] = ("leader", "helper")


def _known(label: str, size: int) -> bytes:
    """Return bytes that are the same on every run, so that what is measured is: keys of nobody."""
    return hashlib.shake_256(f"benchmark {label}".encode()).digest(size)


OPERATORS = {role: OperatorKey(_known(role, SIGNING_KEY_BYTES)) for role in ROLES}
RECEIVERS = {
    role: ReceiverKey(_known(f"{role}'s receiver", KEM_SEED_BYTES + EXCHANGE_KEY_BYTES))
    for role in ROLES
}


def sample_task(base: Base, shape: AdapterShape, **changes: Any) -> Task:
    """Return a sound demonstration of an output pair's groups, in the narrowest ring that no sum wraps in."""
    ranks = RANKS
    terms = {
        "protocol": PROTOCOL,
        "suite": SUITE,
        "name": "benchmark",
        "leader": Operator("leader", "http://127.0.0.1:8001", OPERATORS["leader"].public),
        "helper": Operator("helper", "http://127.0.0.1:8002", OPERATORS["helper"].public),
        "base": base.identity,
        "adapter_seed": 1,
        "groups": tuple(Group(name, rank) for name, rank in ranks.items()),
        "clip_norm": 1.0,
        "scale": 1 << 14,
        "weight_units": 1 << 10,
        "variance_floor": 1e-9,  # below any delta: all count alike
        "bits": 62,
        "kept": sum(blocks(shape.parameters(ranks))),
        "rotation_seed": bytes(range(32)),
        "batch_min": 4,
        "batch_max": 256,
        "age_weights": (1,),
        "sigma": 64,
        "delta": 1e-6,
        "optimizer": Optimizer("fedavg", 1.0),
        "norm_limit": 1.5,
        "report_ttl_s": 86_400,
        "clock_margin_s": 300,
        "demonstration": True,
        **changes,
    }
    wide = Task(**terms)
    fitted = codec_terms(wide, shape).fitted(wide.batch_max, wide.weight_max, wide.sigma)
    return Task(**{**terms, "bits": fitted.bits})


def zero_of(task: Task, shape: AdapterShape) -> Adapter:
    """Return the adapter that the task begins with."""
    return Adapter.zero(shape, base=task.base, seed=task.adapter_seed, ranks=task.ranks)


def receiver(role: Role) -> Receiver:
    """Return a role's receiver."""
    return Receiver(role, 0, SUITE, RECEIVERS[role].public, NOW + 86_400)


def place_of(task: Task, shape: AdapterShape, version: int = 0) -> Place:
    """Return what reports of a version are made for."""
    identity = hash_of(encode(task))
    return Place(task, identity, shape, version, receiver("leader"), receiver("helper"))
