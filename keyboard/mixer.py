"""Mix the experts: gates between the network, the user's n-grams and what was used just now. Pure.

The mixture is a chain. It starts from the network; each order of n-grams whose context was seen may take over
with the chance that its gate says, and what was used recently may take over last:

    p = network;   p = (1 - gate_n) p + gate_n · memory_n   for n = 1..3;   p = (1 - r) p + r · recency

A gate is looked up by what is known about its context (how often seen, how varied), starts from values fitted
on public writers, and learns with every word its user commits by online expectation-maximisation: the share
of the new chance that the expert brought is the evidence for it (Neal & Hinton 1998). A user for whom an expert
does not help soon stops paying for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hushkey.keyboard.memory import Followers

_STRENGTH = 24.0  # words; how much evidence the fitted starting values are worth
RECENCY = "recency"

GateName = tuple[str | int, ...]
GateState = Sequence[tuple[GateName, float, float]]  # (name, claimed, seen)


@dataclass(slots=True)
class Gate:
    """Evidence for one gate: responsibility claimed, words seen."""

    claimed: float
    seen: float

    @property
    def value(self) -> float:
        """Return the chance with which the expert takes over."""
        return self.claimed / self.seen


def memory_gate(order: int, followers: Followers, sure: int) -> GateName:
    """Name the gate for an order's followers and the network's own certainty (0..2)."""
    if order == 0:
        return (order, min(followers.total.bit_length(), 14), 0, sure)
    variety = (
        0
        if followers.total == 1
        else 1
        + int(2 * followers.distinct > followers.total)
        + int(followers.distinct == followers.total)
    )
    return (order, min(followers.total.bit_length(), 6), variety, sure)


def recency_gate(followed: Sequence[Followers | None], sure: int) -> GateName:
    """Name the gate of recent words: by how many orders were seen, and the network's certainty."""
    return (RECENCY, sum(followers is not None for followers in followed), 0, sure)


def certainty(highest: float) -> int:
    """Return 0, 1 or 2 for a network that is unsure, leaning or sure of its best word."""
    return int(highest > 0.12) + int(highest > 0.4)


class Mixer:
    """The gates of one user."""

    def __init__(
        self, fitted: Mapping[GateName, float] | None = None, *, learns: bool = True
    ) -> None:
        self._learns = learns
        self._fitted = dict(fitted or {})
        self._gates: dict[GateName, Gate] = {}

    def gate(self, name: GateName) -> float:
        """Return the present value of a gate."""
        held = self._gates.get(name)
        return held.value if held is not None else self._start(name)

    def learn(self, name: GateName, claimed: float, seen: float) -> None:
        """Count evidence: of `seen` (0..1) of a word, `claimed` came from the gate's expert."""
        if not self._learns:
            return
        held = self._gates.get(name)
        if held is None:
            held = self._gates[name] = Gate(_STRENGTH * self._start(name), _STRENGTH)
        held.claimed += claimed
        held.seen += seen

    def _start(self, name: GateName) -> float:
        fitted = self._fitted.get(name)
        if fitted is not None:
            return fitted
        if name[0] == RECENCY:
            return 0.02
        order = int(name[0])
        return (0.08, 0.12, 0.3)[order]

    def as_state(self) -> GateState:
        """Return the learned gates as plain values, for keeping."""
        named = sorted(self._gates.items(), key=repr)
        return [(name, gate.claimed, gate.seen) for name, gate in named]

    def begin_from(self, state: GateState) -> None:
        """Trust as another mixer did that gave this state, and forget what was learned here."""
        self._gates.clear()
        self.restore(state)

    def restore(self, state: GateState) -> None:
        """Take up what as_state returned."""
        for name, claimed, seen in state:
            self._gates[tuple(name)] = Gate(float(claimed), float(seen))


@dataclass(frozen=True, slots=True)
class Weights:
    """The chain multiplied out: what each expert's own chance counts for in this context. They sum to one."""

    network: float
    orders: tuple[float, ...]  # of the n-gram orders 1..3; zero where the context was never seen
    recency: float


def weights(mixer: Mixer, gates: Sequence[GateName | None], recency: GateName | None) -> Weights:
    """Multiply out the chain for the gates of a context (None where an expert has nothing to say)."""
    left = 1.0
    taken: list[float] = []
    recent = mixer.gate(recency) if recency is not None else 0.0
    left -= recent
    for name in reversed(gates):
        gate = mixer.gate(name) if name is not None else 0.0
        taken.append(left * gate)
        left *= 1.0 - gate
    return Weights(left, tuple(reversed(taken)), recent)


def learn_word(mixer: Mixer, network: float, steps: Sequence[tuple[GateName, float]]) -> float:
    """Update every gate of a context by the word that came; returns its chance before the update.

    `network` is the network's chance of that word; each step is a gate, in the order of the chain, with its
    expert's chance. A gate answers only for the share of the word that the gates behind it left over.
    """
    passed = network
    claims: list[tuple[GateName, float]] = []
    for name, own in steps:
        gate = mixer.gate(name)
        mixed = (1.0 - gate) * passed + gate * own
        claims.append((name, gate * own / mixed if mixed > 0.0 else 0.0))
        passed = mixed
    if passed > 0.0:
        left = 1.0
        for name, claim in reversed(claims):
            mixer.learn(name, left * claim, left)
            left *= 1.0 - claim
    return passed
