"""The vocabulary's training: marks, byte fallback, words cut one by one."""

import tempfile

from stand_ins import WORDS

from hushkey.model.text import MARKS
from hushkey.model.training.pieces import train_pieces, with_whole_words
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


def test_the_most_frequent_words_that_are_cut_join_whole_and_no_number_changes(pieces_model):
    before = Vocabulary(pieces_model)
    cut = sorted(
        (word for word in WORDS if len(before.pieces_of(word)) > 1 and WORDS[word] >= 2),
        key=lambda word: (-WORDS[word], word),
    )
    after = Vocabulary(with_whole_words(pieces_model, WORDS, most=3))
    assert after.size == before.size + 3
    assert after.words_of(range(before.size, after.size)) == cut[:3]
    assert all(len(after.pieces_of(word)) == 1 for word in cut[:3])
    assert after.words_of(range(before.size)) == before.words_of(range(before.size))


def test_a_word_that_is_spelled_in_bytes_is_not_made_a_piece(pieces_model):
    counts = {**WORDS, "日本": 10_000.0}
    grown = Vocabulary(with_whole_words(pieces_model, counts, most=1))
    assert len(grown.pieces_of("日本")) > 1
