"""What a task's terms come to, whether they are sound, and an adapter as the flat vector that they speak of. Pure.

A leader refuses to make, a helper to sign and a device to take a task that is not sound; what its owner asks beyond
that is the device's policy.
"""

import math
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from hushkey.model.adapter import Adapter
from hushkey.model.audit.batch import epsilon_of
from hushkey.model.errors import ModelMismatch
from hushkey.model.groups import NAMES, SHAREABLE, AdapterShape, Ranks
from hushkey.sync.codec import Codec
from hushkey.sync.codec.terms import CodecTerms
from hushkey.sync.errors import CodecRefused, NoiseRefused, TaskRefused
from hushkey.sync.messages import PROTOCOL, SUITE, Operator, Task
from hushkey.sync.privacy.accounting import report_rho, sensitivity
from hushkey.sync.privacy.prediction import alignment_along, require_signal, signal_to_noise

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
TASK_BYTES = 16_384  # the most that a task's body has

Vector = npt.NDArray[np.float64]


# Terms ------------------------------------------------------------------------------------------


def numbers_of(task: Task, shape: AdapterShape) -> int:
    """Return how many numbers a report of the task is about."""
    return shape.parameters(task.ranks) if task.subspace is None else task.subspace.count


def codec_terms(task: Task, shape: AdapterShape) -> CodecTerms:
    """Return how the task's reports are encoded for this base. Raises TaskRefused."""
    _require_groups(task, shape)
    return _terms(task, numbers_of(task, shape))


def codec_of(task: Task, shape: AdapterShape) -> Codec:
    """Return the codec of a task, with the directions that its base comes with. Raises TaskRefused."""
    terms = codec_terms(task, shape)
    if task.subspace is None:
        return Codec(terms)
    directions = shape.directions
    known = directions is not None and directions.digest == task.subspace.directions
    if directions is None or not known or not directions.suit(shape, task.ranks):
        raise TaskRefused(
            "the task takes public directions that this base does not come with; it was not taken; update hushkey"
        )
    if task.subspace.count > len(directions.rows):
        raise TaskRefused("the task takes more directions than there are; it was not taken")
    return Codec(terms, directions)


def sensitivity_of(task: Task) -> int:
    """Return the most that one report moves a sum, in units of the ring. Raises TaskRefused."""
    # The bound on a vector's norm is of the kept coordinates: it is the same whatever they were kept of.
    return sensitivity(task.weight_max, _terms(task, task.kept).norm_bound)


def rho_of_report(task: Task) -> float:
    """Return what one report costs in zCDP by one aggregator's noise. Raises TaskRefused."""
    return report_rho(sensitivity_of(task), task.sigma)


def epsilon_of_report(task: Task) -> float:
    """Return the same as epsilon at the task's delta. Raises TaskRefused."""
    return epsilon_of(rho_of_report(task), task.delta)


def require_sound(task: Task, shape: AdapterShape) -> None:
    """Return if nothing of the terms could wrap, leak by itself or be of no use. Raises TaskRefused."""
    if (task.protocol, task.suite) != (PROTOCOL, SUITE):
        raise TaskRefused(
            f"the task is not of {PROTOCOL} with its suite; it was not taken; update hushkey"
        )
    _require_printable(task.name)
    require_operators(task.leader, task.helper)
    if task.demonstration and not (_is_loopback(task.leader) and _is_loopback(task.helper)):
        raise TaskRefused("a demonstration stays on loopback; the task was not taken")
    if task.batch_min > task.batch_max:
        raise TaskRefused("the smallest batch is above the largest; the task was not taken")
    if task.sigma < 1:
        raise TaskRefused("a task without noise hides nothing; it was not taken")
    _require_numbers(task)
    _require_room(task, codec_of(task, shape).terms)


def require_operators(leader: Operator, helper: Operator) -> None:
    """Return if these are two operators that a person can be shown and a device can reach. Raises TaskRefused."""
    for operator in (leader, helper):
        _require_printable(operator.name)
        _require_origin(operator.url)
    if leader.key == helper.key or leader.url.lower() == helper.url.lower():
        raise TaskRefused("leader and helper are the same; no report would be hidden from it")


def _terms(task: Task, dimension: int) -> CodecTerms:
    try:
        return CodecTerms(
            dimension=dimension,
            clip_norm=task.clip_norm,
            scale=task.scale,
            weight_units=task.weight_units,
            bits=task.bits,
            kept=task.kept,
            rotation_seed=task.rotation_seed,
        )
    except CodecRefused as refused:
        raise TaskRefused(f"the task was not taken: {refused}") from None


def signal_of(task: Task, shape: AdapterShape) -> float:
    """Return the predicted norm of a smallest batch's sum by that of its noise."""
    numbers = numbers_of(task, shape)
    return signal_to_noise(task.batch_min, _multiplier(task), numbers, alignment_of(task))


def alignment_of(task: Task) -> float:
    """Return what reports of the task are taken to have in common, in clip norms."""
    return alignment_along(None if task.subspace is None else task.subspace.count)


def _multiplier(task: Task) -> float:
    """One operator's sigma by the most that a report moves the sum."""
    return task.sigma / sensitivity_of(task)


def _require_groups(task: Task, shape: AdapterShape) -> None:
    names = [group.name for group in task.groups]
    if not names or names != [name for name in NAMES if name in names and name in SHAREABLE]:
        raise TaskRefused(
            "the task trains groups that are not shared, or in another order than they have; it was not taken"
        )
    if any(group.rank > shape.largest(group.name) for group in task.groups):
        raise TaskRefused("the task has ranks that its base has not; it was not taken")


def _require_room(task: Task, terms: CodecTerms) -> None:
    try:
        terms.require_room(task.batch_max, task.weight_max, task.sigma)
        if not task.demonstration:
            require_signal(task.batch_min, _multiplier(task), terms.dimension, alignment_of(task))
    except (CodecRefused, NoiseRefused) as refused:
        raise TaskRefused(f"the task was not taken: {refused}") from None


def _require_numbers(task: Task) -> None:
    """Whether every float is a number, and the optimizer's are within what it is defined for."""
    by = task.optimizer
    finite = (task.variance_floor, task.norm_limit, by.rate, by.beta1, by.beta2, by.floor)
    if not all(math.isfinite(value) for value in finite):
        raise TaskRefused("the task has a term that is no number; it was not taken")
    if not (by.rate > 0.0 and by.beta1 < 1.0 and by.beta2 < 1.0 and by.floor > 0.0):
        raise TaskRefused("the task's optimizer cannot run so; it was not taken")
    if not (task.norm_limit > 0.0 and task.variance_floor > 0.0):
        raise TaskRefused("the task would reject every batch or weigh none; it was not taken")


def _require_printable(name: str) -> None:
    """Whether a name can be shown as it is: it comes from others and ends on a terminal."""
    if not name.isprintable() or name != name.strip():
        raise TaskRefused("the task has a name that cannot be shown; it was not taken")


def _require_origin(url: str) -> None:
    """Whether this is `scheme://host[:port]` and no more, plain HTTP on loopback alone."""
    try:
        parts = urlsplit(url)
        bare = f"{parts.scheme}://{parts.netloc}" == url and "@" not in url
        reachable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        bare = reachable = False
    allowed = bare and reachable and url.isascii() and url.isprintable() and " " not in url
    if not allowed or not (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    ):
        raise TaskRefused(
            "an operator's address is none that hushkey reaches: https://host[:port], or http:// on loopback; "
            "the task was not taken"
        )


def _is_loopback(operator: Operator) -> bool:
    return urlsplit(operator.url).hostname in LOOPBACK


# Vectors ----------------------------------------------------------------------------------------


def flatten(adapter: Adapter, ranks: Ranks) -> Vector:
    """Return the numbers (d,) of the adapter's groups at these ranks, in the order of NAMES, each row by row.

    A group that is missing or of a lower rank is filled with zeros, which is the same adapter. Raises CodecRefused for
    a group that `ranks` has not, or a higher rank.
    """
    if any(rank > ranks.get(name, 0) for name, rank in adapter.ranks.items()):
        raise CodecRefused("the adapter has more than the task takes; nothing was encoded")
    flat = np.zeros(adapter.shape.parameters(ranks))
    start = 0
    for name in _ordered(ranks):
        size = int(np.prod(adapter.shape.of(name, ranks[name])))
        held = adapter.tensors.get(name)
        if held is not None:
            flat[start : start + held.size] = held.ravel()
        start += size
    return flat


def unflatten(
    vector: npt.NDArray[np.floating], ranks: Ranks, shape: AdapterShape, *, base: str, seed: int
) -> Adapter:
    """Return the adapter with these numbers (d,), each rounded to float32 once. Raises CodecRefused.

    `flatten` of it gives the vector again, to the bit where that was of float32.
    """
    if vector.shape != (shape.parameters(ranks),):
        raise CodecRefused("the vector has another length than the task's groups; it was not used")
    with np.errstate(over="ignore"):  # what overflows is refused below
        numbers = vector.astype(np.float32)
    tensors = {}
    start = 0
    for name in _ordered(ranks):
        form = shape.of(name, ranks[name])
        size = int(np.prod(form))
        tensors[name] = numbers[start : start + size].reshape(form)
        start += size
    try:
        return Adapter(base, seed, shape, tensors)
    except ModelMismatch as mismatch:
        raise CodecRefused(f"the vector is no adapter: {mismatch}") from None


def _ordered(ranks: Ranks) -> list[str]:
    return [name for name in NAMES if name in ranks]
