"""Words to pieces and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.text import MARKS
from hushkey.model.vocabulary import Vocabulary

WORD = st.text("abcdehinorty'1é", min_size=1, max_size=12).filter(
    lambda word: word[0].isalnum() and word[-1].isalnum()
)


@given(st.lists(WORD, min_size=1, max_size=5))
def test_a_word_is_cut_the_same_whatever_stands_around_it(vocabulary, words):
    alone = [piece for word in words for piece in vocabulary.pieces_of(word)]
    assert vocabulary.encode(" ".join(words)) == alone


@given(st.lists(WORD, min_size=1, max_size=5))
def test_cutting_many_words_at_once_cuts_each_as_alone(vocabulary, words):
    assert vocabulary.pieces_of_all(words) == [list(vocabulary.pieces_of(word)) for word in words]


@given(st.text(st.characters(categories=["L", "N"], codec="utf-8"), min_size=1, max_size=8))
def test_every_word_comes_back_from_its_pieces(vocabulary, word):
    word = word.lower()
    assert vocabulary.text_of(list(vocabulary.pieces_of(word))) == word


@pytest.mark.parametrize("word", ["字典", "emoji🙂word", "ñandú"])
def test_letters_outside_the_vocabulary_fall_back_to_bytes_and_come_back(vocabulary, word):
    pieces = vocabulary.pieces_of(word)
    assert len(pieces) > 2
    assert vocabulary.text_of(list(pieces)) == word


@pytest.mark.parametrize("mark", MARKS)
def test_each_mark_is_a_single_piece_of_its_own(vocabulary, mark):
    assert vocabulary.is_mark.sum() == len(MARKS)
    marks = np.flatnonzero(vocabulary.is_mark)
    assert mark in {vocabulary.text_of([int(piece)]) for piece in marks}


def test_punctuation_is_read_as_marks_between_the_words(vocabulary):
    pieces = vocabulary.encode('How are "you"?!')
    assert vocabulary.is_mark[pieces].sum() == 3  # one before the word, two behind it
    assert vocabulary.is_mark[pieces[-2:]].all()
    words = [piece for piece in pieces if not vocabulary.is_mark[piece]]
    assert vocabulary.text_of(words) == "how are you"


@given(st.lists(WORD, min_size=1, max_size=5))
def test_only_the_first_piece_of_a_word_starts_one(vocabulary, words):
    for word in words:
        first, *rest = vocabulary.pieces_of(word)
        assert vocabulary.starts_word[first]
        assert not vocabulary.starts_word[rest].any()


def test_the_start_of_sentence_is_neither_a_mark_nor_the_start_of_a_word(vocabulary):
    assert not vocabulary.is_mark[vocabulary.bos]
    assert not vocabulary.starts_word[vocabulary.bos]
    assert vocabulary.bos not in vocabulary.encode("<s> how <s>")


@given(st.text(st.characters(), max_size=30))
def test_any_text_can_be_read_lone_surrogates_included(vocabulary, line):
    assert all(0 <= piece < vocabulary.size for piece in vocabulary.encode(line))


def test_a_model_file_and_its_bytes_give_the_same_vocabulary(tmp_path, pieces_model, vocabulary):
    path = tmp_path / "pieces.model"
    path.write_bytes(pieces_model)
    loaded = Vocabulary.load(path)
    assert loaded.size == vocabulary.size
    assert loaded.encode("how are you?") == vocabulary.encode("how are you?")
