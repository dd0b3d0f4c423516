"""From a batch's published sum to its adapter: what the leader proposes and the helper recomputes. Pure."""

from dataclasses import dataclass

from hushkey.model.adapter import Adapter
from hushkey.model.errors import ModelMismatch
from hushkey.sync.codec.packing import unpack
from hushkey.sync.coordinator.optimizer import Moments, norm_of, step
from hushkey.sync.coordinator.tasks import Terms
from hushkey.sync.errors import CodecRefused, RecordRefused
from hushkey.sync.releases.chain import PARTS
from hushkey.sync.task_terms import flatten, unflatten

TOO_LONG = "the mean of the batch is longer than the task allows"
NO_ADAPTER = "the batch would have left numbers that are none"


@dataclass(frozen=True, slots=True)
class Update:
    """What a batch makes of an adapter, or why it is rejected."""

    adapter: bytes
    state: bytes  # of the optimizer
    norm: float  # of the batch's mean
    reason: str = ""  # of a rejection; empty: it may be released

    @property
    def is_sound(self) -> bool:
        """Whether nothing but the gate stands against it."""
        return not self.reason


def read_adapter(terms: Terms, data: bytes) -> Adapter:
    """Return an adapter of the task. Raises RecordRefused."""
    try:
        adapter = Adapter.from_bytes(data, terms.shape, base=terms.task.base)
        flatten(adapter, terms.task.ranks)
    except (ModelMismatch, CodecRefused):
        adapter = None
    if adapter is None or adapter.seed != terms.task.adapter_seed:
        raise RecordRefused("the adapter is not one of the task; nothing was changed")
    return adapter


def updated(  # noqa: PLR0913, PLR0917  all that a version follows from
    terms: Terms, adapter: bytes, state: bytes, aggregate: bytes, weight: int, part: int = PARTS
) -> Update:
    """Return what a batch's packed sum, of reports of this weight together, makes of the adapter and the state.

    So many of the PARTS of its step are taken.
    What is rejected leaves both as they were. Raises CodecRefused for what is no sum of the task.
    """
    task, codec = terms.task, terms.codec
    held = read_adapter(terms, adapter)
    decoded = codec.decode_sum(unpack(aggregate, terms.length, task.bits))
    mean = decoded.vector / float(weight)
    norm = norm_of(mean)
    if not norm <= task.norm_limit * task.clip_norm:
        return Update(adapter, state, norm, TOO_LONG)
    before = flatten(held, task.ranks)
    remembered = Moments.from_bytes(state, codec.size)
    after, moments = step(task.optimizer, before, mean, remembered, part / PARTS)
    try:
        made = unflatten(
            after, task.ranks, terms.shape, base=task.base, seed=task.adapter_seed
        ).to_bytes()
    except CodecRefused:
        return Update(adapter, state, norm, NO_ADAPTER)
    kept = b"" if task.optimizer.name == "fedavg" else moments.to_bytes()
    return Update(made, kept, norm)
