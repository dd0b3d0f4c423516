"""Which words a person typed, read out of a delta: the attack that a report has to stand. numpy and ONNX Runtime.

After Suliman & Leith 2022 (arXiv 2210.16947), who read words off the output layer's gradient. Here that layer is never
sent, so the attacker does the next best: asks the network, with the delta and without, how likely each word is behind
public texts, and ranks words by how much likelier the delta made them. The texts are drawn from the shared model.
What the delta does to all words that lie in one direction is solved out by least squares over the public
embeddings, and words are compared with others about as frequent: else it is frequency that is read, not a person.

Words that lie close together rise together under any noise, so that shuffling labels would call noise a leak. Chance is
therefore what the very attack finds in deltas drawn at random (a Monte Carlo test, exact for "the delta is noise").
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from safetensors import safe_open

from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, Base
from hushkey.model.groups import NAMES
from hushkey.model.runtime import Runtime
from hushkey.model.text import tokens_of
from hushkey.sync.codec import Codec
from hushkey.sync.task_terms import unflatten

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

RARE: Final = 2_000  # a word less frequent than so many others of the base's texts is rare
TOP: Final = 100  # words that the attacker names
NULLS: Final = 99  # random deltas: chance below 1% can be told
TEXTS, LENGTH = 24, 4  # public texts, and words of each: every place of each is asked at
STRATA: Final = 40  # words are compared within a fortieth of all, by frequency
STRATUM_MIN: Final = 50  # words; of a small lexicon there are fewer strata
FEWEST: Final = 8  # words below which nothing can be told


@dataclass(frozen=True, slots=True)
class Found:
    """How well words were told from others."""

    words: int  # of the person, that could be found
    others: int
    auc: float  # chance that one of theirs ranks above another word
    low: float  # 95% interval of it (Hanley & McNeil 1982)
    high: float
    top: int  # words that the attacker names
    hits: int  # of those, theirs
    hits_by_chance: float
    chance: float  # how often a random delta does at least as well (p)

    @property
    def beyond_chance(self) -> bool:
        """Whether no random delta did as well."""
        return self.chance <= 1.0 / (NULLS + 1)


@dataclass(frozen=True, slots=True)
class Attacked:
    """What the attack on one delta found."""

    all_words: Found
    rare_words: Found


class Attacker:
    """Knows all that is public of a version: base, shared adapter, word frequencies. Nothing of a person.

    Words that are a piece of their own can be found; of the others the first piece alone could. What it finds is
    compared with what it finds in chance of the same kind: with a task's `codec`, in what may be sent for that task.
    """

    def __init__(
        self, base: Base, start: Adapter, *, codec: Codec | None = None, nulls: int = NULLS
    ) -> None:
        self._start, self._nulls = start, nulls
        self._directions = None if codec is None else codec.directions
        self._count = 0 if codec is None else codec.terms.dimension
        self._runtime = base.runtime()
        lexicon, vocabulary = base.lexicon, base.vocabulary
        cut = vocabulary.pieces_of_all(list(lexicon.words))
        places = np.array([number for number, pieces in enumerate(cut) if len(pieces) == 1])
        order = places[np.argsort(-lexicon.counts[places], kind="stable")]  # frequent words first
        self.words = [lexicon.words[number] for number in order]
        self._pieces = np.array([cut[number][0] for number in order])
        more_frequent = np.sort(-lexicon.counts)
        self.rare: Truths = np.searchsorted(more_frequent, -lexicon.counts[order]) >= RARE
        self._basis, self._shrinkage = _directions(base, self._pieces)
        rng = np.random.default_rng(1)
        self._texts = _drawn(self._runtime, start, vocabulary.bos, rng)
        self._before = self._log_chances(start)
        self._null: dict[bool, npt.NDArray[np.float32]] = {}
        self._rng = rng

    def owned(self, words: Collection[str]) -> Truths:
        """Say of each word whether it is one of some folded words, (N,)."""
        return np.array([word in words for word in self.words])

    def scores(self, delta: Adapter) -> Floats:
        """Score every word (N,): the higher, the likelier the person typed it."""
        length = delta.norm()
        if length == 0.0:
            return np.zeros(len(self.words))
        # Only its direction counts: noise may be long, and what is sent of a delta too short for eight bits.
        moved = self._log_chances(self._start.plus(delta.scaled(1.0 / length))) - self._before
        along = self._basis.T @ (moved - moved.mean())
        return _within_strata(self._basis @ (along * self._shrinkage))

    def attack(self, delta: Adapter, words: Collection[str]) -> Attacked:
        """Look for a person's folded words in a delta."""
        scores, owned = self.scores(delta), self.owned(words)
        return Attacked(*(self._found(scores, owned, only_rare=rare) for rare in (False, True)))

    def prepare(self) -> None:
        """Draw the random deltas and attack each: seconds, once a version, before anything waits for it."""
        if not self._null:
            drawn = [self.scores(self._noise()) for _ in range(self._nulls)]
            for rare in (False, True):
                among = self._among(only_rare=rare)
                self._null[rare] = np.stack([_ranks(one[among]) for one in drawn])

    def _among(self, *, only_rare: bool) -> Truths:
        return self.rare if only_rare else np.ones(len(self.words), np.bool_)

    def _noise(self) -> Adapter:
        start = self._start
        if self._directions is not None:
            numbers = self._directions.back(self._rng.standard_normal(self._count))
            return unflatten(numbers, start.ranks, start.shape, base=start.base, seed=start.seed)
        held = {
            name: self._rng.standard_normal(self._start.tensors[name].shape, np.float32)
            for name in NAMES
            if name in self._start.tensors
        }
        return self._start.replaced(held)

    def _found(self, scores: Floats, owned: Truths, *, only_rare: bool) -> Found:
        among = self._among(only_rare=only_rare)
        scores, owned = scores[among], owned[among]
        words, others, top = int(owned.sum()), int((~owned).sum()), min(TOP, len(owned))
        by_chance = top * words / max(1, len(owned))
        if words < FEWEST or others < FEWEST or not scores.any():
            return Found(words, others, 0.5, 0.0, 1.0, top, 0, by_chance, 1.0)
        self.prepare()
        auc = area(_ranks(scores), owned)
        as_well = sum(area(ranks, owned) >= auc for ranks in self._null[only_rare])
        error = _error(auc, words, others)
        hits = int(owned[np.argsort(-scores, kind="stable")[:top]].sum())
        return Found(
            words, others, auc, max(0.0, auc - 1.96 * error), min(1.0, auc + 1.96 * error),
            top, hits, by_chance, (1 + as_well) / (1 + self._nulls),
        )  # fmt: skip

    def _log_chances(self, adapter: Adapter) -> Floats:
        """Mean log-chance (N,) of each word over every place of the texts."""
        self._runtime.use(adapter)
        state = self._runtime.initial_state(TEXTS)
        total: Floats = np.zeros(len(self.words))
        for pieces in self._texts:
            state, logits = self._runtime.advance_batch(state, pieces.tolist())
            mine = logits[:, self._pieces].astype(np.float64)
            highest = mine.max(axis=1, keepdims=True)
            among = highest + np.log(np.exp(mine - highest).sum(axis=1, keepdims=True))
            total += (mine - among).mean(axis=0)
        return total / len(self._texts)


def words_of(lines: Iterable[str]) -> frozenset[str]:
    """Return the folded words of lines: kept in memory for as long as the attack runs."""
    return frozenset(token for line in lines for token, is_word in tokens_of(line) if is_word)


def area(ranks: npt.NDArray[np.float32], owned: Truths) -> float:
    """Area under the curve: the chance that an owned word is ranked above another; ties count half."""
    words = int(owned.sum())
    above = ranks[owned].sum(dtype=np.float64) - words * (words + 1) / 2.0
    return float(above / (words * (len(owned) - words)))


def _ranks(scores: Floats) -> npt.NDArray[np.float32]:
    """Rank scores (N,) from 1, the lowest first; those that are alike share the middle of their ranks."""
    _, place, times = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(times)
    ranks: npt.NDArray[np.float32] = (ends - (times - 1) / 2.0)[place].astype(np.float32)
    return ranks


def _error(auc: float, words: int, others: int) -> float:
    """Return the standard error of an area (Hanley & McNeil 1982, Radiology 143)."""
    one, two = auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc)
    square = auc * (1.0 - auc) + (words - 1) * (one - auc**2) + (others - 1) * (two - auc**2)
    return float(np.sqrt(square / (words * others)))


def _within_strata(scores: Floats) -> Floats:
    """Standardise scores among words about as frequent; they come most frequent first."""
    parts = np.array_split(scores, max(1, min(STRATA, len(scores) // STRATUM_MIN)))
    return np.concatenate([(part - part.mean()) / (part.std() or 1.0) for part in parts])


def _directions(base: Base, pieces: Ints) -> tuple[Floats, Floats]:
    """(basis (N, D) of the words' public embeddings, how much of each direction is taken (D,))."""
    with safe_open(base.folder / WEIGHTS, "numpy") as held:
        rows = held.get_tensor("embedding.rows")[pieces].astype(np.float64)
        table = rows * held.get_tensor("embedding.scales")[pieces, None]
    basis, lengths, _ = np.linalg.svd(table - table.mean(axis=0), full_matrices=False)
    return basis, 1.0 / (1.0 + (lengths / np.median(lengths)) ** 2)  # ridge


def _drawn(runtime: Runtime, start: Adapter, bos: int, rng: np.random.Generator) -> list[Ints]:
    """Draw texts from the shared model, piece by piece: the start of each, then LENGTH pieces, (TEXTS,) each."""
    runtime.use(start)
    state, pieces = runtime.initial_state(TEXTS), np.full(TEXTS, bos)
    texts = [pieces]
    for _ in range(LENGTH):
        state, logits = runtime.advance_batch(state, pieces.tolist())
        pieces = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)  # a draw by its chances
        texts.append(pieces)
    return texts
