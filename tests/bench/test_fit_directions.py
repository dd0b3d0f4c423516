"""Histories that directions are found on: a writer's newest words in parts, and no word twice."""

from bench.fit_directions import PARTS, WORDS, histories
from hushkey.sync.simulation.people import Person


def test_a_writer_is_as_many_histories_as_their_words_fill_up_to_a_few():
    lines = [f"line {number} has five words" for number in range(WORDS)]
    found = histories(Person("chat/u1", lines))
    assert 1 < len(found) < PARTS
    assert [line for part in reversed(found) for line in part.lines] == lines
    assert all(part.words <= WORDS and part.corpus == "chat" for part in found)
    many = histories(Person("chat/u1", lines * 9))
    assert len(many) == PARTS
    assert list(many[0].lines) == (lines * 9)[-len(many[0].lines) :]


def test_a_line_longer_than_a_history_ends_what_is_taken():
    long = " ".join(["word"] * (WORDS + 1))
    assert histories(Person("chat/u1", [long])) == []
    assert [list(part.lines) for part in histories(Person("chat/u1", [long, "short"]))] == [
        ["short"]
    ]
