"""What a new version is held against before it is released: public text it was not trained on, and made-up secrets.

Of several candidates, which are a batch's step taken whole or in part, the one is chosen that reads the text best: a
step may be too long for where the adapter stands, because reports were late or noise is most of it, and the text tells
without a look at anything but the published sum. None is released where each is worse on the text, by more than a
stated share, than the last one or than the base itself (small steps would add up unseen), or where made-up secrets
(planted by an operator's own devices, or by nobody) rose above their like by more than chance: joint_test below ALPHA,
so that of versions that learned none of them one in a hundred is rejected too. Knows no report.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hushkey.model.adapter import Adapter
from hushkey.model.audit.canaries import Canary, draw_canaries
from hushkey.model.audit.exposure import ALPHA, exposures, joint_test
from hushkey.model.audit.scoring import Pieces, log_chances, log_total, rows_of
from hushkey.model.base import Base
from hushkey.model.errors import ModelMismatch
from hushkey.sync.errors import ConfigRefused

WORSE_BY = 0.01  # share of more loss a word that is still taken
CANDIDATES = 64  # that a made-up secret is ranked among; six bits at the most
COUNTS = {1: 2}  # two secrets of each kind
PARTS_TRIED = (16, 8, 4)  # of a batch's step, in sixteenths (hushkey.sync.releases.chain)
PIECES_MAX = 64  # of one line
_ROWS = 64  # lines read side by side

Floats64 = npt.NDArray[np.float64]

WORSE = "worse than the last version on public text"
ASTRAY = "worse than the base on public text"
LEAKS = "made-up secrets stand out of their like"
UNUSABLE = "the base cannot take the adapter up"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found of the candidate that it chose; `reason` says why none is released."""

    passed: bool
    before_nats: float | None = None  # a word of the public text, under the last version
    after_nats: float | None = None
    canaries_p: float | None = None  # how likely the secrets' exposures are by chance
    reason: str = ""
    chosen: int = 0  # which candidate, as they were given


def choice(
    nats: Sequence[float], last: float, base: float, worse_by: float = WORSE_BY
) -> tuple[int, str]:
    """Return which candidate reads the text in fewest nats, the first of those level, and why it is not released.

    Where none is let pass it is the first of all. What is no number is worse than any.
    """
    fewest = min(range(len(nats)), key=lambda at: (not nats[at] < np.inf, nats[at]))
    if not nats[fewest] <= last * (1.0 + worse_by):
        return 0, WORSE
    if not nats[fewest] <= base * (1.0 + worse_by):
        return 0, ASTRAY
    return fewest, ""


class Gate(Protocol):
    """Judges candidates for a new version."""

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:
        """Compare them with the last version; choose one."""


class NoGate:
    """Lets every first candidate pass: for measuring what comes before."""

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:  # noqa: ARG002  a Gate's shape
        """Pass."""
        return Verdict(passed=True)


class TextGate:
    """A gate over a base, public lines and made-up secrets. Any thread may ask; they take turns."""

    def __init__(
        self,
        base: Base,
        lines: Iterable[str],
        *,
        worse_by: float = WORSE_BY,
        canaries: Sequence[Canary] | None = None,
        seed: int = 1,
    ) -> None:
        self._runtime = base.runtime()
        self._vocabulary = base.vocabulary
        self._worse_by = worse_by
        self._seed = seed
        self._lock = threading.Lock()
        cut = (tuple(self._vocabulary.encode(line)[:PIECES_MAX]) for line in lines)
        self._lines = sorted(filter(None, cut), key=len, reverse=True)
        starts = self._vocabulary.starts_word
        self._words = sum(int(starts[list(line)].sum()) for line in self._lines)
        if not self._words:
            raise ConfigRefused("the gate has no text; nothing would be judged; name a file of it")
        if canaries is None:
            drawn = np.random.default_rng(seed)
            canaries = draw_canaries(base.lexicon, drawn, candidates=CANDIDATES, counts=COUNTS)
        self._canaries = [self._secrets(canary) for canary in canaries]
        self._runtime.use(self._runtime.zero_adapter())
        self._base_nats = sum(self._nats(part) for part in self._parts()) / self._words

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:
        """Compare candidates with the last version: nats a word of the text, then what rose among the secrets.

        The one is chosen that reads the text best, where they are level the first; where none passes the verdict is on
        the first. A secret that stands out under one of them speaks against all.
        """
        try:
            with self._lock:
                (was, were), *new = map(self._measured, (before, *candidates))
        except ModelMismatch:
            return Verdict(passed=False, reason=UNUSABLE)
        nats = [now for now, _ in new]
        chances = [self._chance(were, are) for _, are in new]
        at, reason = choice(nats, was, self._base_nats, self._worse_by)
        for leaking, chance in enumerate(chances):
            if chance is not None and chance < ALPHA:
                at, reason = leaking, LEAKS
                break
        return Verdict(not reason, was, nats[at], chances[at], reason, at)

    def _measured(self, adapter: Adapter) -> tuple[float, list[Floats64]]:
        self._runtime.use(adapter)
        nats = sum(self._nats(lines) for lines in self._parts()) / self._words
        scores = [log_chances(self._runtime, lead, likes) for lead, likes in self._canaries]
        return nats, scores

    def _chance(self, before: Sequence[Floats64], after: Sequence[Floats64]) -> float | None:
        """Return how likely the secrets' rise over their like is where nothing of them was learned."""
        if not before:
            return None
        rng = np.random.default_rng(self._seed)
        risen = [exposures(now - was, rng) for was, now in zip(before, after, strict=True)]
        return joint_test(np.array(risen), rng)

    def _secrets(self, canary: Canary) -> tuple[Pieces, list[Pieces]]:
        encode = self._vocabulary.encode
        lead = (self._vocabulary.bos, *encode(canary.format.before))
        return lead, [tuple(encode(" ".join(words))) for words in canary.candidates]

    def _parts(self) -> Iterable[Sequence[Pieces]]:
        return (self._lines[at : at + _ROWS] for at in range(0, len(self._lines), _ROWS))

    def _nats(self, lines: Sequence[Pieces]) -> float:
        """Nats of all words of lines, the longest first; marks are read and not counted."""
        state = self._runtime.initial_state(len(lines))
        read: list[int] = [self._vocabulary.bos] * len(lines)
        nats = 0.0
        for place in range(len(lines[0])):
            going = [line for line in lines if len(line) > place]
            state = rows_of(state, range(len(going)))
            state, logits = self._runtime.advance_batch(state, read[: len(going)])
            read = [line[place] for line in going]
            counted = ~self._vocabulary.is_mark[read]
            chances = logits[np.arange(len(going)), read] - log_total(logits)
            nats -= float(chances[counted].sum(dtype=np.float64))
        return nats
