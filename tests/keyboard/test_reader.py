"""The network read word by word: what a key costs, and that reading side by side is reading."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import WORDS, BigramModel

from hushkey.keyboard.reader import Reader
from hushkey.model.text import GAP, words_of
from hushkey.model.words import softmax

known = st.sampled_from([word for word in WORDS if len(word) > 1])
lines = st.lists(
    st.one_of(known, st.sampled_from(["zorblax", "I,", "(the)", "…", "you."])), max_size=9
)


@pytest.fixture
def reader(bigrams, table) -> Reader:
    return Reader(bigrams, table)


def test_a_line_costs_one_step_a_piece_and_nothing_when_read_again(reader, bigrams, vocabulary):
    reader.read("how are you")
    assert bigrams.steps == 1 + len(vocabulary.encode("how are you"))
    reader.read("how are you")
    assert bigrams.steps == 1 + len(vocabulary.encode("how are you"))


def test_one_more_word_costs_its_own_pieces_only(reader, bigrams, vocabulary):
    reader.read("how are you ")
    before = bigrams.steps
    reader.read("how are you together, ")
    assert bigrams.steps - before == len(vocabulary.encode("together,"))


def test_going_back_to_an_earlier_word_costs_nothing(reader, bigrams):
    for context in ("how ", "how are ", "how are you "):
        reader.read(context)
    before = bigrams.steps
    reader.read("how are ")
    assert bigrams.steps == before


def test_after_the_network_has_changed_everything_is_read_anew(reader, bigrams):
    reader.read("how are you")
    before = bigrams.steps
    reader.clear()
    reader.read("how are you")
    assert bigrams.steps == 2 * before


def test_a_line_of_any_length_costs_its_next_words_pieces_and_now_and_then_a_bounded_rereading(
    reader, bigrams, vocabulary
):
    words = [word for word in WORDS if len(word) > 1] * 40
    line = ""
    costs = []
    for word in words:
        before = bigrams.steps
        line += word + " "
        reader.read(line)
        costs.append(bigrams.steps - before)
    single = [len(vocabulary.encode(word)) for word in words]
    beyond = [cost for cost, own in zip(costs[1:], single[1:], strict=True) if cost != own]
    assert max(costs) <= 401
    assert len(beyond) <= sum(single) // 200


def test_readings_are_those_of_the_steps_taken_by_hand(tiny_base):
    runtime, vocabulary = tiny_base.runtime(), tiny_base.vocabulary
    reader = Reader(runtime, tiny_base.word_table)
    for context in ("how ", "how are you, ", "how are ", "I'm (the "):
        state = runtime.initial_state()
        for piece in (vocabulary.bos, *vocabulary.encode(context)):
            state, logits = runtime.advance(state, piece)
        reading = reader.read(context)
        assert np.array_equal(reading.logits, logits)
        assert np.array_equal(reading.state.hidden, state.hidden)
        assert np.array_equal(reading.state.cell, state.cell)


def test_readings_that_are_kept_are_bounded(reader):
    for number in range(300):
        reader.read("the " * number)
    assert len(reader._kept) <= 24


@settings(max_examples=30)
@given(lines)
def test_an_outlook_is_chances_of_words_that_sum_to_at_most_one(table, words):
    scores = np.random.default_rng(9).normal(0, 2, (table.vocabulary.size,) * 2)
    reader = Reader(BigramModel(scores), table)
    reading = reader.read(" ".join(words) + " ")
    outlook = reader.outlook(reading)
    assert outlook.chances.shape == (len(table.lexicon.words),)
    assert (outlook.chances >= 0).all()
    assert outlook.chances.sum() <= 1 + 1e-5
    assert outlook.highest == pytest.approx(
        softmax(reading.logits, table.vocabulary.starts_word).max()
    )


def test_an_outlook_asks_the_network_nothing_more(reader, bigrams, table):
    reading = reader.read("how ")
    before = bigrams.steps
    outlook = reader.outlook(reading)
    assert bigrams.steps == before
    assert np.array_equal(outlook.chances, table.distribution(reading.logits))


@settings(max_examples=30)
@given(st.lists(lines.map(" ".join), max_size=5))
def test_following_lines_side_by_side_tells_each_words_chance_as_reading_up_to_it_does(
    table, several
):
    scores = np.random.default_rng(9).normal(0, 2, (table.vocabulary.size,) * 2)
    followed = Reader(BigramModel(scores), table).follow(several)
    reader = Reader(BigramModel(scores), table)
    assert len(followed) == len(several)
    for line, reads in zip(several, followed, strict=True):
        assert len(reads) == len(words_of(line))
        position = 0
        for word, read in zip(words_of(line), reads, strict=True):
            position = line.index(word, position)
            logits = reader.read(line[:position]).logits
            position += len(word)
            number = table.lexicon.find(word.lower())
            expected = table.distribution(logits)[number] if number is not None else 0.0
            assert read.chance == pytest.approx(float(expected), rel=1e-4)
            highest = softmax(logits, table.vocabulary.starts_word).max()
            assert read.highest == pytest.approx(float(highest), rel=1e-5)


def test_many_lines_come_back_in_their_order_with_a_read_for_every_word(reader):
    several = [" ".join(["the"] * (number * 7 % 13)) for number in range(100)]
    assert [len(reads) for reads in reader.follow(several)] == [
        len(line.split()) for line in several
    ]


def test_a_gap_is_read_past_and_is_no_word(reader):
    line = f"how {GAP}, are x{GAP}y you"
    assert len(reader.follow([line])[0]) == 3


def test_no_lines_and_empty_lines_are_followed_to_nothing(reader):
    assert reader.follow([]) == []
    assert reader.follow(["", " ", "!?"]) == [[], [], []]


@given(st.text(st.characters(), max_size=30))
def test_what_is_followed_is_what_is_read(vocabulary, table, line):
    line = line.replace(GAP, "")
    pieces, words = Reader(BigramModel(np.zeros((1, 1))), table)._steps(line)
    assert pieces == [vocabulary.bos, *vocabulary.encode(line)]
    assert len(words) == len(words_of(line))
