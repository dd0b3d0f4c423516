"""Small real things for tests: a network whose scores can be read off, word lists of a dozen words."""

from collections.abc import Sequence

import numpy as np

from hushkey.model.runtime import State

# Folded words with counts; enough letters for a vocabulary, few enough to check sums by hand.
WORDS: dict[str, float] = {
    "a": 40.0,
    "and": 30.0,
    "are": 25.0,
    "can": 12.0,
    "cat": 9.0,
    "don't": 8.0,
    "how": 20.0,
    "i": 50.0,
    "i'm": 11.0,
    "ice": 4.0,
    "tea": 6.0,
    "ten": 3.0,
    "the": 60.0,
    "then": 14.0,
    "there": 13.0,
    "theatre": 2.0,
    "thereafter": 1.0,
    "to": 45.0,
    "today": 7.0,
    "tomorrow": 5.0,
    "together": 4.0,
    "you": 35.0,
    "your": 15.0,
    "yours": 3.0,
}


class BigramModel:
    """A next-word network that looks at the last piece only: `scores` (V, V) are its logits."""

    def __init__(self, scores: np.ndarray) -> None:
        self.scores = np.asarray(scores, dtype=np.float32)
        self.steps = 0

    def initial_state(self, batch: int = 1) -> State:
        nothing = np.zeros((1, batch, 1), dtype=np.float32)
        return State(nothing, nothing)

    def advance(self, state: State, piece: int) -> tuple[State, np.ndarray]:
        after, logits = self.advance_batch(state, (piece,))
        return after, logits[0]

    def advance_batch(self, state: State, pieces: Sequence[int]) -> tuple[State, np.ndarray]:
        assert state.hidden.shape[1] == len(pieces)
        self.steps += 1
        last = np.array(pieces, dtype=np.float32).reshape(1, -1, 1)
        return State(last, last), self.scores[list(pieces)]
