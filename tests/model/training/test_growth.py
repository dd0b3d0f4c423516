"""A network that gains words predicts what it did before, split between a piece and its new words."""

import numpy as np
import torch
from stand_ins import WORDS

from hushkey.model.training.growth import grow
from hushkey.model.training.pieces import with_whole_words
from hushkey.model.vocabulary import Vocabulary


def test_the_chance_of_a_piece_is_shared_with_the_words_that_left_it(
    network, vocabulary, pieces_model
):
    after = Vocabulary(with_whole_words(pieces_model, WORDS, most=4))
    grown = grow(network, vocabulary, after, WORDS)
    read = torch.tensor([[vocabulary.bos]])
    before = torch.softmax(network.logits(network(read)[0])[0, 0], 0).numpy()
    now = torch.softmax(grown.logits(grown(read)[0])[0, 0], 0).numpy()
    summed = now[: vocabulary.size].copy()
    for number, word in enumerate(after.words_of(range(vocabulary.size, after.size))):
        summed[vocabulary.pieces_of(word)[0]] += now[vocabulary.size + number]
    assert np.allclose(summed, before, rtol=1e-3)


def test_a_new_word_takes_the_share_that_the_counts_give_it(network, vocabulary, pieces_model):
    after = Vocabulary(with_whole_words(pieces_model, WORDS, most=1))
    grown = grow(network, vocabulary, after, WORDS)
    (word,) = after.words_of([vocabulary.size])
    parent = vocabulary.pieces_of(word)[0]
    opened = sum(c for w, c in WORDS.items() if vocabulary.pieces_of(w)[0] == parent)
    read = torch.tensor([[vocabulary.bos]])
    before = torch.softmax(network.logits(network(read)[0])[0, 0], 0)
    now = torch.softmax(grown.logits(grown(read)[0])[0, 0], 0)
    expected = float(before[parent]) * WORDS[word] / opened
    assert np.isclose(float(now[vocabulary.size]), expected, rtol=1e-3)
