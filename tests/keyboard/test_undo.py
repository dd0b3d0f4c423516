"""A taken correction and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.undo import Undo, taken

TEH = taken("see teh", "the", 3)


def test_the_word_as_typed_comes_back_in_the_place_of_the_corrected_one():
    assert TEH.undone_in("see the ") == Undo("teh ", 4)


def test_what_was_typed_behind_it_stays():
    assert TEH.undone_in("see the cat on") == Undo("teh cat on", 10)
    assert TEH.undone_in("see the, then") == Undo("teh, then", 9)


@pytest.mark.parametrize("text", ["see th", "see them", "saw the ", "", "see ", "see thé"])
def test_once_the_corrected_word_is_gone_there_is_nothing_to_undo(text):
    assert TEH.undone_in(text) is None


def test_a_blank_behind_the_typed_word_is_no_part_of_it():
    assert taken("see teh ", "the", 4).undone_in("see the ") == Undo("teh ", 4)


@given(st.text(), st.text(min_size=1), st.text(min_size=1), st.text(alphabet=" ab,.", max_size=9))
def test_undoing_gives_the_line_as_if_the_word_had_never_been_corrected(before, typed, given, on):
    typed, behind = typed.rstrip(), " " + on
    change = taken(before + typed, given, len(typed)).undone_in(before + given + behind)
    assert change is not None
    text = before + given + behind
    assert text[: len(text) - change.replaces] + change.text == before + typed + behind
