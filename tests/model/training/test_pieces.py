"""The vocabulary's training: marks, byte fallback, words cut one by one."""

import tempfile

from stand_ins import WORDS

from hushkey.model.text import MARKS
from hushkey.model.training.pieces import train_pieces
from hushkey.model.vocabulary import Vocabulary


def test_training_twice_gives_the_same_vocabulary(pieces_model):
    assert train_pieces(WORDS, size=340) == pieces_model


def test_a_vocabulary_does_not_name_the_folder_it_was_trained_in(pieces_model):
    assert tempfile.gettempdir().encode() not in pieces_model
    assert b"words.tsv" not in pieces_model


def test_the_marks_and_the_start_of_sentence_are_part_of_every_vocabulary(vocabulary):
    assert vocabulary.is_mark.sum() == len(MARKS)
    assert vocabulary.text_of([vocabulary.bos]) == ""


def test_frequent_words_become_single_pieces_apostrophes_included(vocabulary):
    assert len(vocabulary.pieces_of("the")) == 1
    assert len(vocabulary.pieces_of("you")) == 1
    apostrophes = Vocabulary(train_pieces({**WORDS, "don't": 900.0, "don'ts": 90.0}, size=340))
    assert len(apostrophes.pieces_of("don't")) == 1


def test_words_seen_less_than_twice_do_not_shape_the_vocabulary():
    with_noise = train_pieces({**WORDS, "thereafter": 0.0, "zqzqzq": 1.0}, size=340)
    assert with_noise == train_pieces({**WORDS, "thereafter": 0.0}, size=340)


def test_a_size_beyond_what_the_words_give_is_no_error():
    assert Vocabulary(train_pieces(WORDS, size=16_000)).size < 16_000
