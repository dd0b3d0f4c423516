"""How each word of a finished line would have come up while it was typed. Pure over a prediction."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.prediction import Prediction
from hushkey.keyboard.wordbook import Wordbook
from hushkey.model.evaluation import K

_NEVER = 2**31 - 1  # the rank of a word that is not expected at all


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One word before it was typed: what all experts together thought of it, and the network alone."""

    chance: float
    rank: int  # how many words were likelier before its first letter
    keys: int  # an ideal typist's, who takes the word once only two of those that begin so are likelier
    network: float
    network_rank: int


def foresee(prediction: Prediction, folded: str, book: Wordbook) -> Foreseen:
    """Say how a word (folded) stood in a prediction."""
    number = book.find(folded)
    chance = float(prediction.chances[number]) if number is not None else 0.0
    network = 0.0
    if number is not None and number < len(prediction.network):
        network = float(prediction.network[number])
    network_rank = int(np.count_nonzero(prediction.network > network)) if network else _NEVER
    if not chance:
        return Foreseen(0.0, _NEVER, len(folded) + 1, network, network_rank)
    likelier = prediction.chances > chance
    rank = int(np.count_nonzero(likelier))
    return Foreseen(chance, rank, _keys(likelier, rank, folded, book), network, network_rank)


def _keys(likelier: npt.NDArray[np.bool_], rank: int, folded: str, book: Wordbook) -> int:
    """Letters typed until fewer than K words with these letters are likelier, and the key that takes the word."""
    typed = 0
    while rank >= K and typed + 1 < len(folded):
        typed += 1
        low, high = book.lexicon.with_prefix(folded[:typed])
        own = book.own_with_prefix(folded[:typed])
        rank = int(np.count_nonzero(likelier[low:high])) + sum(bool(likelier[n]) for n in own)
    return (typed if rank < K else len(folded)) + 1
