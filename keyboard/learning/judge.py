"""How well the whole keyboard sees lines coming that did not train it, with an adapter and without.

Each word of the held-out lines is met as it would have been typed: the network's chances under the adapter, mixed
with the n-grams, the recent words and the gates of everything before it, which then learn it. Knows no torch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.kept_memory import JUDGED, Newest
from hushkey.keyboard.mixer import GateState
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base

_TOGETHER = 8  # lines between two looks at whether to stop
_LEAST = 1e-7  # chance below which a word is not told apart from one never met

Cancelled = Callable[[], bool]


class JudgingStopped(Exception):
    """It was told to stop."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Mean nats of a word, and the share of words among the three likeliest before their first letter."""

    nats: float
    recall_at_3: float


@dataclass(frozen=True, slots=True)
class Score:
    """What was seen of some lines, one entry a line; each but `words` for the keyboard and the network alone."""

    words: npt.NDArray[np.int64]
    nats: npt.NDArray[np.float64]
    hits: npt.NDArray[np.int64]
    keys: npt.NDArray[np.int64]  # pressed by an ideal typist, without punctuation and blanks
    network_nats: npt.NDArray[np.float64]
    network_hits: npt.NDArray[np.int64]

    @classmethod
    def joined(cls, scores: Sequence["Score"]) -> "Score":
        """Return the scores of several sets of lines as one."""
        return cls(
            *(np.concatenate([getattr(score, name) for score in scores]) for name in cls.__slots__)
        )

    @classmethod
    def empty(cls) -> "Score":
        """Return the score of no lines."""
        whole, real = np.zeros(0, np.int64), np.zeros(0, np.float64)
        return cls(whole, real, whole, whole, real, whole)

    @property
    def keyboard(self) -> Figures:
        """Of all experts together: what the owner meets."""
        return self._figures(self.nats, self.hits)

    @property
    def network(self) -> Figures:
        """Of the network alone."""
        return self._figures(self.network_nats, self.network_hits)

    def _figures(self, nats: npt.NDArray[np.float64], hits: npt.NDArray[np.int64]) -> Figures:
        words = max(1, int(self.words.sum()))
        return Figures(float(nats.sum()) / words, float(hits.sum()) / words)


class Judge:
    """An engine of its own, taught what went before; thrown away with the process."""

    def __init__(self, base: Base) -> None:
        self._engine = SuggestionEngine(base)

    def teach(
        self, lines: Sequence[str], cancelled: Cancelled, adapter: Adapter | None = None
    ) -> None:
        """Be as after these lines under an adapter: all are counted, the newest judged too, as after an import."""
        self._engine.use_adapter(adapter)
        self._engine.forget_everything()
        newest = Newest(JUDGED)
        self._engine.recount(newest.push(lines))
        for batch in newest.batches():
            if cancelled():
                raise JudgingStopped
            self._engine.learn(batch)
        self._known = self._engine.as_arrays(), self._engine.trust

    def score(self, lines: Sequence[str], adapter: Adapter | None, cancelled: Cancelled) -> Score:
        """Meet lines under an adapter, from where `teach` left off. Raises JudgingStopped."""
        arrays, trust = self._known
        self._engine.restore(arrays)
        self._engine.recount([], trust)
        self._engine.use_adapter(adapter)
        rows = []
        for number, line in enumerate(lines):
            if number % _TOGETHER == 0 and cancelled():
                raise JudgingStopped
            rows.append(self._meet(line))
            self._engine.learn([line])
        table = np.array(rows, dtype=np.float64).reshape(len(rows), 6)
        words, nats, hits, keys, network_nats, network_hits = table.T
        return Score(
            words.astype(np.int64), nats, hits.astype(np.int64), keys.astype(np.int64),
            network_nats, network_hits.astype(np.int64),
        )  # fmt: skip

    @property
    def trust(self) -> GateState:
        """How far each expert is trusted after the lines that were scored last."""
        return self._engine.trust

    def _meet(self, line: str) -> tuple[float, ...]:
        met = self._engine.foresee(line)
        return (
            len(met),
            -sum(np.log(max(word.chance, _LEAST)) for word in met),
            sum(word.rank < 3 for word in met),
            sum(word.keys for word in met),
            -sum(np.log(max(word.network, _LEAST)) for word in met),
            sum(word.network_rank < 3 for word in met),
        )
