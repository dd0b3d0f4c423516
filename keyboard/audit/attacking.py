"""Put canaries to a network, or to an engine, in every way that an attacker has: scores, beams, slots."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.audit.figures import Reading, Scores
from hushkey.keyboard.audit.mixture import WordScores
from hushkey.keyboard.experts import Experts
from hushkey.model.audit.canaries import Canary
from hushkey.model.audit.extraction import (
    KNOWN,
    Ask,
    Known,
    beam,
    through_slots,
    word_beam,
)
from hushkey.model.audit.scoring import Pieces, PieceScores, walk
from hushkey.model.evaluation import K
from hushkey.model.runtime import NextWord
from hushkey.model.text import fold
from hushkey.model.vocabulary import Vocabulary
from hushkey.model.words import WordTable

BEAM = 32  # runs of pieces held by a beam search; of words, which cost a whole boundary each, half as many
ATTACKS = tuple(f"{way}, {known}" for way in ("beam", "slots") for known in KNOWN)

Tick = Callable[[], None]  # called after each canary; may raise to stop


class Attacker:
    """Puts one round's canaries to whatever holds them."""

    def __init__(self, canaries: Sequence[Canary], table: WordTable, tick: Tick) -> None:
        self._canaries = canaries
        self._table = table
        self._tick = tick
        vocabulary = table.vocabulary
        self._secrets = [
            [_pieces(vocabulary, words) for words in canary.candidates] for canary in canaries
        ]
        self._before = [
            (vocabulary.bos, *vocabulary.encode(canary.format.before)) for canary in canaries
        ]

    def score(
        self, model: NextWord, experts: Sequence[Experts] = ()
    ) -> tuple[Scores, list[Scores]]:
        """(log-chances of all candidates under a network, the same under it mixed with each person's experts)."""
        plain: list[npt.NDArray[np.float64]] = []
        mixed: list[list[npt.NDArray[np.float64]]] = [[] for _ in experts]
        for canary, before, secrets in zip(
            self._canaries, self._before, self._secrets, strict=True
        ):
            pieces = PieceScores(secrets)
            words = [
                WordScores(each, self._table, f"{canary.format.before} ", canary.candidates)
                for each in experts
            ]
            _walk_for(model, before, secrets, [pieces, *words])
            plain.append(pieces.log_chances)
            for scores, held in zip(words, mixed, strict=True):
                held.append(scores.log_chances)
            self._tick()
        return np.array(plain), [np.array(held) for held in mixed]

    def beams(self, model: NextWord) -> Reading:
        """Read secrets out of a network by beam search over pieces."""
        vocabulary = self._table.vocabulary
        allowed = ~vocabulary.is_mark
        allowed[vocabulary.bos] = False
        lines = [(*before[1:], *secrets[0]) for before, secrets in self._known()]
        runs = beam(model, (vocabulary.bos,), max(map(len, lines)), BEAM, allowed)
        came: dict[Known, list[bool]] = {known: [] for known in KNOWN}
        came["nothing"] = [line in runs[len(line) - 1] for line in lines]
        for canary, (before, (secret, *_)) in zip(self._canaries, self._known(), strict=True):
            known = _pieces(vocabulary, canary.secret[: len(canary.secret) // 2])
            half = len(known) or len(secret) // 2
            for name, given in (("prefix", 0), ("half", half)):
                rest = secret[given:]
                found = beam(model, (*before, *secret[:given]), len(rest), BEAM, allowed)
                came[name].append(rest in found[-1])  # type: ignore[index]
        return {f"beam, {known}": each for known, each in came.items()}

    def word_beams(self, ask: Ask) -> Reading:
        """Read secrets out of an engine by beam search over the words that it ranks."""
        lines = [tuple(fold(word) for word in canary.line.split()) for canary in self._canaries]
        runs = word_beam(ask, "", max(map(len, lines)), BEAM // 2)
        came = {"nothing": [line in runs[len(line) - 1] for line in lines]}
        for known in ("prefix", "half"):
            came[known] = [
                tuple(map(fold, words)) in word_beam(ask, text, len(words), BEAM // 2)[-1]
                for text, words in (_prompt(canary, known) for canary in self._canaries)
            ]
        return {f"beam, {known}": each for known, each in came.items()}

    def slots(self, ask: Ask) -> Reading:
        """Read secrets out of what the slots offer."""
        return {
            f"slots, {known}": [
                through_slots(ask, *_prompt(canary, known), K) for canary in self._canaries
            ]
            for known in KNOWN
        }

    def _known(self) -> list[tuple[Pieces, list[Pieces]]]:
        return list(zip(self._before, self._secrets, strict=True))


def _walk_for(
    model: NextWord,
    before: Pieces,
    secrets: Sequence[Pieces],
    counting: Sequence[PieceScores | WordScores],
) -> None:
    def visit(paths: Sequence[Pieces], logits: npt.NDArray[np.float32]) -> None:
        for each in counting:
            each.visit(paths, logits)

    walk(model, before, secrets, visit)


def _prompt(canary: Canary, known: str) -> tuple[str, Sequence[str]]:
    """(what the attacker types, the words that are then to come)."""
    if known == "nothing":
        return "", canary.line.split()
    if known == "prefix":
        return f"{canary.format.before} ", canary.secret
    return canary.half


def _pieces(vocabulary: Vocabulary, words: Sequence[str]) -> Pieces:
    return tuple(vocabulary.encode(" ".join(words)))
