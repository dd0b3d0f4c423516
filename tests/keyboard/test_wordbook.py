"""Numbers for words, and the ways a person writes each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.wordbook import Wordbook, folded

words = st.text("abé'", min_size=1, max_size=4)


@pytest.fixture
def book(lexicon) -> Wordbook:
    return Wordbook(lexicon)


def test_the_lexicons_words_have_their_places_as_numbers(book, lexicon):
    assert len(book) == book.known == len(lexicon.words)
    for place, word in enumerate(lexicon.words):
        assert book.find(word) == book.number(word) == place
        assert book.word(place) == word


@given(st.lists(words, max_size=8))
def test_new_words_are_numbered_as_they_come_and_keep_their_numbers(lexicon, several):
    book = Wordbook(lexicon)
    numbers = [book.number(word) for word in several]
    assert [book.word(number) for number in numbers] == several
    assert [book.find(word) for word in several] == numbers
    assert len(book) == book.known + len(set(several) - set(lexicon.words))


def test_asking_for_a_word_does_not_number_it(book):
    assert book.find("zorblax") is None
    assert len(book) == book.known


@given(st.lists(words, max_size=8), st.text("abé'", max_size=2))
def test_the_users_own_words_are_found_by_prefix_and_the_lexicons_are_not(lexicon, several, prefix):
    book = Wordbook(lexicon)
    for word in several:
        book.number(word)
    found = [book.word(number) for number in book.own_with_prefix(prefix)]
    own = {word for word in several if word not in lexicon.words}
    assert sorted(found) == sorted(word for word in own if word.startswith(prefix))


def test_a_word_is_written_as_the_lexicon_writes_it_until_the_user_writes_it_otherwise(book):
    number = book.find("i")
    assert book.usual_form(number) == "I"
    book.count_form(number, "i", 1)
    assert book.usual_form(number) == "i"
    book.count_form(number, "i", -1)
    assert book.usual_form(number) == "I"


def test_the_form_written_most_often_wins_and_ties_are_settled_the_same_way_always(book):
    number = book.number("zorblax")
    assert book.usual_form(number) == "zorblax"
    book.count_form(number, "Zorblax", 2)
    book.count_form(number, "ZORBLAX", 1)
    assert book.usual_form(number) == "Zorblax"
    book.count_form(number, "ZORBLAX", 1)
    assert book.usual_form(number) == "ZORBLAX"  # the first of the two in the alphabet


def test_forgetting_the_forms_of_a_word_leaves_the_lexicons_way(book):
    number = book.find("the")
    book.count_form(number, "THE", 5)
    book.forget_forms(number)
    book.forget_forms(number)
    assert book.usual_form(number) == "the"


def test_where_no_number_is_left_a_new_word_gets_none_and_the_known_keep_theirs(lexicon):
    book = Wordbook(lexicon, room=len(lexicon.words) + 1)
    zorb = book.number("zorb")
    assert book.number("quux") is None
    assert book.find("quux") is None
    assert book.number("zorb") == zorb
    assert book.number("the") == lexicon.find("the")
    assert len(book) == book.known + 1


@given(st.lists(st.tuples(words, st.booleans()), max_size=8))
def test_words_and_forms_that_were_kept_and_loaded_are_the_same(lexicon, written):
    book, loaded = Wordbook(lexicon), Wordbook(lexicon)
    for word, shouted in written:
        book.count_form(book.number(word), word.upper() if shouted else word, 1)
    loaded.number("not here afterwards")
    loaded.restore(book.as_arrays())
    assert len(loaded) == len(book)
    for number in range(len(book)):
        assert loaded.word(number) == book.word(number)
        assert loaded.forms(number) == book.forms(number)
        assert loaded.find(book.word(number)) == number
    assert loaded.own_with_prefix("a") == book.own_with_prefix("a")


def test_words_are_counted_without_case_and_with_plain_quotes():
    assert folded("Don’t") == "don't"
