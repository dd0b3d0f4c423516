"""A network small enough for exact sums, its vocabulary, and lines that have something to teach."""

import numpy as np
import pytest
import torch

from hushkey.model.adapter import Adapter
from hushkey.model.groups import AdapterShape
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.network import Network, Shape
from hushkey.model.vocabulary import Vocabulary

torch.set_num_threads(1)  # tiny networks: a second thread only waits, for long on a busy machine

HABITS = (
    "I can see the cat, the cat can see you",
    "how are you today? then tomorrow",
    "tea and ice and tea and ice",
    "are you there? I'm there!",
    "don't, don't, don't",
    "to the theatre together",
)


@pytest.fixture(scope="session")
def shape(vocabulary: Vocabulary) -> Shape:
    return Shape(vocabulary=vocabulary.size, width=8, hidden=12, layers=2)


@pytest.fixture(scope="session")
def network(shape: Shape) -> Network:
    torch.manual_seed(3)
    network = Network(shape)
    torch.nn.init.normal_(network.bias, std=0.5)
    return network.eval().requires_grad_(requires_grad=False)


# Every group, of different ranks.
RANKS = {"lstm_bias": 1, "input": 4, "projection": 6, "output": 3, "output_bias": 1}


@pytest.fixture(scope="session")
def zero(shape: Shape) -> Adapter:
    return Adapter.zero(AdapterShape.of_sizes(shape.as_dict()), base="tiny", seed=1, ranks=RANKS)


@pytest.fixture(scope="session")
def trained(zero: Adapter) -> Adapter:
    """An adapter with every number in use."""
    rng = np.random.default_rng(4)
    return zero.replaced(
        {
            name: rng.normal(0, 0.3, held.shape).astype(np.float32)
            for name, held in zero.tensors.items()
        }
    )


@pytest.fixture(scope="session")
def lines(vocabulary: Vocabulary) -> list[Pieces]:
    return [np.array(vocabulary.encode(line), dtype=np.uint16) for line in HABITS * 12]
