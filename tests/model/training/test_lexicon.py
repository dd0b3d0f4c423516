"""Which words the base knows, and how it writes them."""

import pytest

from hushkey.model.training.lexicon import make_lexicon


def test_the_words_are_sorted_with_their_counts_beside_them():
    lexicon = make_lexicon({"tea": 3.0, "and": 9.0, "cake": 5.0}, {})
    assert list(lexicon.words) == ["and", "cake", "tea"]
    assert lexicon.counts.tolist() == [9.0, 5.0, 3.0]


def test_only_the_most_frequent_words_are_kept():
    lexicon = make_lexicon({"tea": 3.0, "and": 9.0, "cake": 5.0}, {}, largest=2)
    assert list(lexicon.words) == ["and", "cake"]


def test_equal_counts_are_settled_by_the_alphabet_so_that_a_build_can_be_repeated():
    counted = {"b": 5.0, "c": 5.0, "a": 5.0}
    backwards = dict(reversed(counted.items()))
    assert list(make_lexicon(counted, {}, largest=2).words) == ["a", "b"]
    assert list(make_lexicon(backwards, {}, largest=2).words) == ["a", "b"]


@pytest.mark.parametrize(
    ("word", "count", "kept"),
    [
        ("tea", 2.0, True),
        ("tea", 1.9, False),  # once or twice is noise
        ("2024", 29.0, False),  # a number is worth less than a word
        ("2024", 30.0, True),
        ("don't", 5.0, True),
        ("e-mail", 5.0, True),
        ("c++", 5.0, True),
        ("node.js", 5.0, True),
        ("a=b", 500.0, False),
        ("x" * 30, 5.0, True),
        ("x" * 31, 5.0, False),
    ],
)
def test_a_word_belongs_when_it_is_wordlike_and_was_seen_often_enough(word, count, kept):
    lexicon = make_lexicon({word: count, "the": 99.0}, {})
    assert (word in lexicon.words) == kept


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ({"GitHub": 5.0}, "GitHub"),
        ({"GitHub": 5.0, "github": 3.0, "GITHUB": 2.0}, "GitHub"),  # half is enough
        ({"GitHub": 5.0, "github": 5.0}, None),  # at a tie the plain form stands
        ({"GitHub": 1.0}, None),  # one sighting is an accident
        ({"GitHub": 4.0, "GITHUB": 3.0, "github": 2.0}, None),  # no form has half
        ({"github": 9.0}, None),
        ({}, None),
    ],
)
def test_a_written_form_is_believed_when_half_the_sightings_have_it(written, form):
    assert make_lexicon({"github": 9.0}, written).forms.get("github") == form


def test_forms_of_words_that_are_not_kept_are_left_out():
    assert make_lexicon({"tea": 5.0}, {"Paris": 9.0}).forms == {}
