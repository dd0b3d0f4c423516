"""What is cut out of a line, and what a forgetting is about."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.erasure import Forgetting, core_of, cut_out, cut_out_all, words_before
from hushkey.model.text import GAP, fold, words_of


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_word_is_found_however_its_accents_are_written(form):
    line = unicodedata.normalize(form, "at the café, “Café” or caf")
    assert cut_out("café", line) == "at the █, “█” or caf".replace("“", '"').replace("”", '"')


def test_words_and_phrases_are_cut_where_each_stands_in_the_line_as_it_was():
    assert (
        cut_out_all(("new york", "york minster"), "in New York Minster, York") == "in █ █ █, York"
    )


@given(st.text(max_size=40), st.sampled_from(["cat", "CAT,", "the cat", "don’t"]))
def test_after_a_cut_the_model_finds_no_trace_of_the_word(text, word):
    line = f"{text} cat {text} don't the cat"
    words = [fold(found) for found in words_of(cut_out(word, line))]
    phrase = [core_of(token) for token in word.split()]
    assert phrase not in [words[n : n + len(phrase)] for n in range(len(words))] or len(phrase) > 1
    if len(phrase) == 1:
        assert phrase[0] not in words


@given(st.text(max_size=60))
def test_the_words_of_a_line_are_those_that_the_model_counts(text):
    assert [word for word, _ in words_before(text)] == [fold(word) for word in words_of(text)]


def test_each_word_comes_with_what_stands_before_it():
    assert list(words_before(f"See (you) {GAP} at")) == [
        ("see", ""),
        ("you", "See "),
        ("at", f"See (you) {GAP} "),
    ]


def test_whole_lines_go_where_no_word_is_named():
    assert Forgetting(surface="app").left_of("a line") == ""
    assert Forgetting(("line",), surface="app").left_of("a line") == f"a {GAP}"


@pytest.mark.parametrize("time", [{"since": math.nan}, {"until": math.nan}])
def test_a_time_that_is_none_is_refused(time):
    with pytest.raises(ValueError, match="seconds"):
        Forgetting(**time)
