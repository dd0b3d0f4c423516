"""The algorithms that are compared: what each trains, when it aggregates, how it weighs. Values alone.

    fedavg           every weight; a cohort is drawn and waited for as a whole (McMahan et al. 2017)
    fedavg-deadline  every weight; more are drawn than wanted, and the first to report count (Bonawitz et al. 2019)
    fedavg-subset    the shared subset; a cohort is waited for as a whole
    fedbuff          the subset; whoever reports fills a buffer; older reports weigh less (Nguyen et al. 2022)
    fedadam          as fedbuff, with Adam on the server (Reddi et al. 2021)
    hushkey          the subset, the buffer; normalized, under noise along public directions, rotated, shared in a ring
    hushkey-gated    the same, and of each step what the coordinator's gate takes by public text

`hushkey-gated` is what a task of this project does; the others send float32 numbers as they are, and none has a gate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from hushkey.model.directions import COUNT
from hushkey.sync.messages import Optimizer
from hushkey.sync.simulation.refusals import SimulationRefused

Trained = Literal["full", "subset"]
Gathering = Literal["cohort", "buffer"]

# How long reports are made, beside the output residual's of every number, and below which length they are made less
# long, beside its quiet deltas: of every number, and along directions (`python -m bench.federated agreement` has the
# lengths of first deltas). The biases' reports are made seven and ten times as long as first deltas of 200 words: what
# devices have in common there goes on that far, and further. Longer steps of the output residual overshoot. Along one
# direction reports are votes for going on or back, whose mean falls as the place is reached where they are level, so
# that they may be longer still: of the biases a quarter of the way to where the line takes off most
# (`bench/fit_directions.py --judge`).
LENGTHS: Final[Mapping[str, float]] = MappingProxyType({"output": 1.0, "lstm_bias": 1.54})
QUIETS: Final[Mapping[str, float]] = MappingProxyType({"output": 1.0, "lstm_bias": 0.24})
LENGTHS_WITHIN: Final[Mapping[str, float]] = MappingProxyType({"output": 0.2, "lstm_bias": 0.5})
LENGTHS_ALONE: Final[Mapping[str, float]] = MappingProxyType({"output": 0.4, "lstm_bias": 1.0})
QUIETS_WITHIN: Final[Mapping[str, float]] = MappingProxyType({"output": 0.2, "lstm_bias": 0.22})
DIRECTIONS: Final = COUNT
ALONE: Final = 1  # direction: a report says how far to go along it, and nothing else
QUIET_WITHIN: Final = 0.1  # of the length that `QUIETS_WITHIN` says
AGE_MAX: Final = 63  # the most that a task may state: a straggler's report is late, and not lost


@dataclass(frozen=True, slots=True)
class Coding:
    """How reports are encoded; no coding: float32 numbers as they are."""

    directions: int | None = None  # public ones that a delta is sent along; None: every number
    clip_norm: float = 0.65  # how long a report is made: as first deltas of 200 words are
    scale: int = 1 << 13  # fixed-point units per 1.0
    weight_units: int = 1 << 8
    quiet: float | None = (
        0.3  # a shorter delta is made less long; None: every report weighs the same
    )
    normalized: bool = True  # or cut down to the length alone
    rotated: bool = True
    epsilon: float | None = None  # over `reports` of a device; None: no noise, and no privacy
    reports: int = 10  # of one device, that epsilon is promised for
    larger: float = 1.0
    """How many times larger the batches are that the noise is that of: it is scaled, and nobody is cloned."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One way to learn from a population."""

    name: str
    trained: Trained
    gathering: Gathering
    age_exponent: float = 0.0
    optimizer: Optimizer = Optimizer("fedavg", 1.0)  # noqa: RUF009  a frozen value
    coding: Coding | None = None
    over_selection: float = 1.0  # of a cohort: drawn by how many are wanted
    gated: bool = field(default=False, repr=False)  # as a coordinator's versions are
    blank: bool = field(default=False, repr=False)
    """Whether reports say nothing: what is learned then is the noise's and the gate's alone."""

    @property
    def directed(self) -> bool:
        """Whether deltas are sent along public directions."""
        return self.coding is not None and self.coding.directions is not None

    @property
    def is_private(self) -> bool:
        """Whether noise is drawn."""
        return self.coding is not None and self.coding.epsilon is not None


FEDAVG: Final = Algorithm("fedavg", "full", "cohort")
RATE: Final = (
    1.0  # of the server on the subset: the mean itself; higher ones lose (docs/federated.md)
)
_SUBSET: Final = Optimizer("fedavg", RATE)
HUSHKEY: Final = Algorithm("hushkey", "subset", "buffer", 0.0, _SUBSET, Coding())
GATED: Final = replace(HUSHKEY, name="hushkey-gated", gated=True)

ALGORITHMS: Final[Mapping[str, Algorithm]] = MappingProxyType(
    {
        made.name: made
        for made in (
            FEDAVG,
            replace(FEDAVG, name="fedavg-deadline", over_selection=1.3),
            Algorithm("fedavg-subset", "subset", "cohort", optimizer=_SUBSET),
            Algorithm("fedbuff", "subset", "buffer", 0.5, _SUBSET),
            Algorithm("fedadam", "subset", "buffer", 0.5, Optimizer("fedadam", 2e-3)),
            HUSHKEY,
            GATED,
        )
    }
)


def algorithm(name: str) -> Algorithm:
    """Return the algorithm of a name. Raises SimulationRefused."""
    found = ALGORITHMS.get(name)
    if found is None:
        raise SimulationRefused(
            f"there is no algorithm of that name; there are {', '.join(ALGORITHMS)}; nothing was run"
        )
    return found


def nobody_of(one: Algorithm) -> Algorithm:
    """Return an algorithm over reports that say nothing, to compare with."""
    return replace(one, name="nobody", blank=True)


def suited(one: Algorithm, group: str) -> Algorithm:
    """Return an algorithm whose coding is for a group.

    Its lengths are stated for the output residual's deltas, and along directions in the length of a report there.
    """
    coding = one.coding
    if coding is None:
        return one
    within = coding.directions is not None
    lengths = LENGTHS_ALONE if coding.directions == ALONE else LENGTHS_WITHIN
    length = (lengths if within else LENGTHS)[group]
    quiet = (QUIETS_WITHIN if within else QUIETS)[group]
    return replace(
        one,
        coding=replace(
            coding,
            clip_norm=coding.clip_norm * length,
            scale=round(coding.scale / length),
            quiet=None if coding.quiet is None else coding.quiet * quiet,
        ),
    )


def with_epsilon(
    one: Algorithm, epsilon: float, *, larger: float = 1.0, directions: int | None = DIRECTIONS
) -> Algorithm:
    """Return an algorithm with DP on; as it is where it encodes nothing, and so promises nothing.

    Under noise deltas go along public directions, or every number is sent.
    """
    if one.coding is None:
        return one
    noisy = replace(one, coding=replace(one.coding, epsilon=epsilon, larger=larger))
    return noisy if directions is None else along(noisy, directions)


def along(one: Algorithm, directions: int) -> Algorithm:
    """Return an algorithm whose reports go along so many public directions; as it is where it encodes nothing."""
    if one.coding is None:
        return one
    coding = replace(one.coding, directions=directions, clip_norm=1.0, quiet=QUIET_WITHIN)
    return replace(one, coding=coding)
