"""From a prediction and the letters typed to the words offered."""

import numpy as np
import pytest

from hushkey.keyboard.mixer import Weights
from hushkey.keyboard.prediction import Prediction
from hushkey.keyboard.ranking import rank
from hushkey.keyboard.recency import Recency
from hushkey.keyboard.wordbook import Wordbook
from hushkey.model.lexicon import Lexicon


@pytest.fixture
def book(lexicon) -> Wordbook:
    """The stand-in words, and `thezorb` of the user's own."""
    book = Wordbook(lexicon)
    book.number("thezorb")
    return book


def predicted(book: Wordbook, chances: dict[str, float]) -> Prediction:
    mixed = np.zeros(len(book), np.float32)
    for word, chance in chances.items():
        mixed[book.find(word)] = chance
    return Prediction(
        mixed, mixed[: book.known], (None,) * 4, Weights(1.0, (0.0,) * 4, 0.0), Recency()
    )


@pytest.fixture
def prediction(book) -> Prediction:
    return predicted(
        book,
        {
            "the": 0.3,
            "you": 0.2,
            "then": 0.1,
            "there": 0.05,
            "i": 0.04,
            "thezorb": 0.03,
            "theatre": 0.02,
        },
    )


def ranked(prediction, book, prefix="", k=3, **changed) -> list[str]:
    options = {"opens_sentence": False, "admits": lambda number: True, **changed}
    return [found.text for found in rank(prediction, prefix, k, book=book, **options)]


def test_the_likeliest_words_come_first(prediction, book):
    assert ranked(prediction, book) == ["the", "you", "then"]
    assert ranked(prediction, book, k=5) == ["the", "you", "then", "there", "I"]


def test_letters_typed_leave_only_words_that_begin_with_them(prediction, book):
    assert ranked(prediction, book, "the") == ["then", "there", "thezorb"]
    assert ranked(prediction, book, "y") == ["you"]
    assert ranked(prediction, book, "qu") == []


def test_a_word_typed_in_full_is_no_completion_of_itself(prediction, book):
    assert "the" not in ranked(prediction, book, "the", k=9)


def test_the_users_own_words_stand_among_the_lexicons_by_their_chance(prediction, book):
    assert ranked(prediction, book, "the", k=9) == ["then", "there", "thezorb", "theatre"]
    assert "thezorb" in ranked(prediction, book, k=9)


def test_words_that_are_not_admitted_are_never_offered(prediction, book):
    refused = {book.find("the"), book.find("thezorb")}
    admits = lambda number: number not in refused  # noqa: E731
    assert ranked(prediction, book, admits=admits) == ["you", "then", "there"]
    assert ranked(prediction, book, "the", admits=admits) == ["then", "there", "theatre"]


def test_words_left_out_make_room_for_the_next(prediction, book):
    assert ranked(prediction, book, leave_out={"the", "then"}) == ["you", "there", "I"]


def test_however_many_likely_words_are_refused_the_next_best_are_still_found():
    words = [f"word{number:03}" for number in range(300)]
    lexicon = Lexicon(words, np.ones(300, np.float32), {})
    book = Wordbook(lexicon)
    prediction = predicted(book, {word: 1.0 / (n + 2) for n, word in enumerate(words)})
    admits = lambda number: number >= 200  # noqa: E731
    assert ranked(prediction, book, admits=admits) == ["word200", "word201", "word202"]
    assert ranked(prediction, book, "word", admits=admits) == ["word200", "word201", "word202"]


def test_a_word_without_any_chance_is_not_offered(prediction, book):
    assert ranked(prediction, book, "to", k=9) == []


def test_capitals_follow_the_sentence_and_the_letters_typed(prediction, book):
    assert ranked(prediction, book, opens_sentence=True) == ["The", "You", "Then"]
    assert ranked(prediction, book, "TH", k=1) == ["THE"]
    assert ranked(prediction, book, "Th", k=1) == ["The"]


def test_letters_with_a_typographic_quote_or_in_capitals_find_the_same_words(book):
    prediction = predicted(book, {"don't": 0.1, "i'm": 0.2})
    assert ranked(prediction, book, "don’") == ["don’t"]
    assert ranked(prediction, book, "DON") == ["DON'T"]
    assert ranked(prediction, book, "I'") == ["I'm"]


def test_a_suggestion_says_its_kind_its_chance_its_experts_and_what_it_replaces(prediction, book):
    (offered,) = rank(
        prediction, "yo", 1, book=book, opens_sentence=False, admits=lambda number: True
    )
    assert (offered.text, offered.kind, offered.replaces) == ("you", "completion", 2)
    assert offered.score == pytest.approx(0.2)
    assert offered.experts["network"] == pytest.approx(0.2)
    (next_word,) = rank(
        prediction, "", 1, book=book, opens_sentence=False, admits=lambda number: True
    )
    assert (next_word.kind, next_word.replaces) == ("prediction", 0)


def test_what_is_replaced_is_counted_in_characters_as_they_were_typed():
    book = Wordbook(Lexicon(["cafés"], np.ones(1, np.float32), {}))
    prediction = predicted(book, {"cafés": 0.1})
    for typed in ("caf", "café", "cafe\u0301"):  # the last two look the same
        (offered,) = rank(
            prediction, typed, 1, book=book, opens_sentence=False, admits=lambda number: True
        )
        assert offered.replaces == len(typed)
        assert offered.text == typed + "cafés"[len(typed) - typed.count("\u0301") :]
