"""The word list: sorted, found by binary search, compressed and back."""

import lzma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.errors import BaseDamaged
from hushkey.model.lexicon import Lexicon

words = st.text("abcé'1", min_size=1, max_size=5)


def made_of(chosen: set[str], forms: dict[str, str] | None = None) -> Lexicon:
    listed = sorted(chosen)
    return Lexicon(listed, np.arange(len(listed), dtype=np.float32), forms or {})


@given(st.sets(words, min_size=1), words)
def test_a_word_is_found_at_its_place_and_others_are_not(chosen, word):
    lexicon = made_of(chosen)
    found = lexicon.find(word)
    assert (found is None) == (word not in chosen)
    assert found is None or lexicon.words[found] == word


@given(st.sets(words), words)
def test_a_prefix_gives_exactly_the_words_that_begin_with_it(chosen, prefix):
    lexicon = made_of(chosen)
    low, high = lexicon.with_prefix(prefix)
    assert set(lexicon.words[low:high]) == {word for word in chosen if word.startswith(prefix)}


@given(st.dictionaries(words, st.integers(0, 10**6), min_size=1))
def test_words_counts_and_forms_come_back_from_bytes(counted):
    listed = sorted(counted)
    forms = {word: word.upper() for word in listed if word.upper() != word}
    lexicon = Lexicon(listed, np.array([counted[word] for word in listed], np.float32), forms)
    read = Lexicon.from_bytes(lexicon.to_bytes())
    assert list(read.words) == listed
    assert read.counts.tolist() == lexicon.counts.tolist()
    assert read.forms == forms


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no xz",
        made_of({"a", "b"}).to_bytes()[:-7],
        lzma.compress(b"word without a count"),
        lzma.compress(b"word\tmany"),
        lzma.compress(b"\xff\t1"),
    ],
    ids=["empty", "not compressed", "truncated", "no count", "a count in letters", "not UTF-8"],
)
def test_anything_else_is_refused_as_a_damaged_base(data):
    with pytest.raises(BaseDamaged, match="reinstall hushkey"):
        Lexicon.from_bytes(data)
