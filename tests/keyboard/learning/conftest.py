"""A person who writes some words far more often than others, and an adapter with room for that."""

import numpy as np
import pytest
from stand_ins import WORDS

from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, Base
from hushkey.model.training.frozen import FrozenNetwork

RANKS = {"lstm_bias": 1, "input": 3, "output": 4, "output_bias": 1}


def written(lines: int, *, seed: int = 1, words: int = 6) -> list[str]:
    rng = np.random.default_rng(seed)
    chances = np.square(list(WORDS.values()))
    chances /= chances.sum()
    return [" ".join(rng.choice(list(WORDS), size=words, p=chances)) for _ in range(lines)]


@pytest.fixture(scope="session")
def frozen(tiny_base: Base) -> FrozenNetwork:
    return FrozenNetwork.load(tiny_base.folder / WEIGHTS)


@pytest.fixture(scope="session")
def start(tiny_base: Base) -> Adapter:
    shape = tiny_base.runtime().shape
    return Adapter.zero(shape, base=tiny_base.identity, seed=1, ranks=RANKS)


@pytest.fixture(scope="session")
def trained(start: Adapter) -> Adapter:
    """An adapter with every number in use."""
    rng = np.random.default_rng(4)
    return start.replaced(
        {
            name: rng.normal(0, 0.3, held.shape).astype(np.float32)
            for name, held in start.tensors.items()
        }
    )


@pytest.fixture(scope="session")
def lines() -> list[str]:
    """A short history: judged in thirds."""
    return written(40)


@pytest.fixture(scope="session")
def long_lines() -> list[str]:
    """A history whose end judges."""
    return written(220)
