"""What comes next here: every expert asked once a word, mixed into one chance for each word.

Nothing in it changes when it is asked; a prediction is a value, filtered by prefix key after key.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.experts import Experts
from hushkey.keyboard.memory import ORDERS, START, Followers
from hushkey.keyboard.mixer import (
    Weights,
    certainty,
    memory_gate,
    recency_gate,
    weights,
)
from hushkey.keyboard.reader import Outlook
from hushkey.keyboard.recency import Recency

Floats = npt.NDArray[np.float32]


_MANY = 4_096  # words from which on it pays to drop the unlikely ones before sorting
_LIKELY = 1e-4  # chance


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The mixture at one word boundary: chances (W,) of every word known, and what each expert brought."""

    chances: Floats
    network: Floats  # (L,)
    followers: tuple[Followers | None, ...]  # by order
    weights: Weights
    recency: Recency | None  # None where it is not heard

    def best(self, numbers: npt.NDArray[np.int64] | slice, most: int) -> list[int]:
        """Return the numbers of the likeliest words among some, likeliest first."""
        among = self.chances[numbers]
        if isinstance(numbers, slice) and len(among) > _MANY:
            likely = np.flatnonzero(
                among > _LIKELY
            )  # a few hundred of them, and far quicker to sort
            if len(likely) >= most:
                return self.best(likely + (numbers.start or 0), most)
        if not len(among):
            return []
        most = min(most, len(among))
        top = np.argpartition(-among, most - 1)[:most]
        top = top[np.lexsort((top, -among[top]))]
        offset = numbers.start if isinstance(numbers, slice) else None
        chosen = top + offset if offset is not None else numbers[top]  # type: ignore[index]
        return [int(number) for number in chosen if self.chances[number] > 0.0]

    def experts(self, number: int) -> "Shares":
        """Return each expert's own chance of a word."""
        recent = None if self.recency is None else self.recency.chance(number)
        return Shares(self.network, self.followers, recent, number)


class Shares(Mapping[str, float]):
    """Each expert's own chance of a word, looked up when it is asked for: most suggestions are never questioned."""

    __slots__ = ("_followers", "_network", "_number", "_recent", "_told")

    def __init__(
        self,
        network: Floats,
        followers: tuple[Followers | None, ...],
        recent: float | None,
        number: int,
    ) -> None:
        self._network, self._followers = network, followers
        self._recent, self._number = recent, number
        self._told: dict[str, float] | None = None

    def _all(self) -> dict[str, float]:
        if self._told is None:
            number = self._number
            known = number < len(self._network)
            self._told = {"network": float(self._network[number]) if known else 0.0}
            if self._recent is not None:
                self._told["recency"] = self._recent
            for order, followers in enumerate(self._followers):
                if followers is not None:
                    self._told[f"memory-{order + 1}"] = followers.chance(number)
        return self._told

    def __getitem__(self, name: str) -> float:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


def memory_context(sentence: Sequence[int | None]) -> list[tuple[int, ...]]:
    """Return the contexts of orders 1..3 that a sentence's words so far give, shortest first.

    A word that was never met (None) ends them: nothing can have been counted after it.
    """
    history: list[int | None] = [START, *sentence]
    contexts: list[tuple[int, ...]] = [()]
    for length in range(1, ORDERS):
        if length > len(history):
            break
        last = history[-length:]
        known = tuple(word for word in last if word is not None)
        if len(known) < length:
            break
        contexts.append(known)
    return contexts


def followers_of(experts: Experts, sentence: Sequence[int | None]) -> tuple[Followers | None, ...]:
    """Return what followed each context of orders 1..3; None where it was never seen."""
    found = [
        experts.memory.followers(context) if experts.has_order(order) else None
        for order, context in enumerate(memory_context(sentence))
    ]
    return tuple(found) + (None,) * (ORDERS - len(found))


def predict(outlook: Outlook, sentence: Sequence[int | None], experts: Experts) -> Prediction:
    """Mix a person's experts with the network's outlook, after the words of the sentence so far."""
    network = outlook.chances
    followers = followers_of(experts, sentence)
    sure = certainty(outlook.highest)
    gates = [
        memory_gate(order, followed, sure) if followed is not None else None
        for order, followed in enumerate(followers)
    ]
    shares = weights(
        experts.mixer, gates, recency_gate(followers, sure) if experts.has_recency else None
    )
    chances = np.zeros(len(experts.book), dtype=np.float32)
    np.multiply(network, shares.network, out=chances[: len(network)])
    for share, followed in zip(shares.orders, followers, strict=True):
        if followed is not None:
            followed.add_to(chances, share)
    if experts.has_recency:
        numbers, own = experts.recency.chances()
        chances[numbers] += shares.recency * own
    recency = None if "recency" in experts.without else experts.recency
    return Prediction(chances, network, followers, shares, recency)
