"""Grow a trained network by whole words that its vocabulary used to cut: nothing learned is lost."""

from collections.abc import Mapping

import numpy as np
import torch

from hushkey.model.training.network import Network, Shape
from hushkey.model.vocabulary import Vocabulary


def grow(
    network: Network, old: Vocabulary, new: Vocabulary, counts: Mapping[str, float]
) -> Network:
    """Return the network with a row for every piece of `new`, of which `old` is the beginning.

    A new word starts as its old first piece, and takes from that piece's chance the share that `counts`
    give it among the words that opened with it: at first the network predicts just what it did before.
    """
    sizes = network.shape
    grown = Network(Shape(new.size, sizes.width, sizes.hidden, sizes.layers))
    parents = np.array(
        [old.pieces_of(word)[0] for word in new.words_of(range(old.size, new.size))], dtype=np.int64
    )
    opened, kept = np.zeros(old.size), np.zeros(new.size)
    for word, count in counts.items():
        opened[old.pieces_of(word)[0]] += count
        kept[new.pieces_of(word)[0]] += count
    source = np.concatenate([np.arange(old.size), parents])
    # A piece that no counted word opens with keeps its whole chance.
    share = np.where(opened[source] > 0, kept / np.maximum(opened[source], 1e-9), 1.0)
    state = network.state_dict()
    rows = torch.from_numpy(source)
    state["embedding.weight"] = state["embedding.weight"][rows]
    state["bias"] = state["bias"][rows] + torch.from_numpy(np.log(np.maximum(share, 1e-6))).float()
    grown.load_state_dict(state)
    return grown.eval().requires_grad_(requires_grad=False)
