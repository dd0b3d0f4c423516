"""What a save of a document teaches: the lines that its owner wrote, once, and finished."""

from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.embed.saved_lines import SavedLines

OLD = ["someone else's line", "", "another"]


def test_what_stood_there_before_is_never_learned():
    document = SavedLines(OLD)
    assert document.saved(OLD, None) == []
    assert document.saved(["mine", *OLD], None) == ["mine"]
    assert document.saved(["mine", *OLD], None) == []


def test_the_line_under_the_cursor_waits_until_it_is_left():
    document = SavedLines(OLD)
    assert document.saved([*OLD, "See yo"], 3) == []
    assert document.saved([*OLD, "See you tomorrow"], 3) == []
    assert document.saved([*OLD, "See you tomorrow", "Bye"], 4) == ["See you tomorrow"]
    assert document.closed() == ["Bye"]
    assert document.closed() == []


def test_a_changed_line_is_learned_and_a_deleted_one_is_not():
    document = SavedLines(OLD)
    assert document.saved(["my own line", "", "another"], None) == ["my own line"]
    assert document.saved(["my own line"], None) == []


def test_what_was_written_in_private_is_passed_over_for_good():
    document = SavedLines(OLD)
    document.pass_over([*OLD, "secret"])
    assert document.saved([*OLD, "secret"], None) == []
    assert document.saved([*OLD, "secret", "mine"], None) == ["mine"]


def test_a_line_that_waits_is_not_learned_once_private_mode_passed_it_over():
    document = SavedLines(OLD)
    document.saved([*OLD, "half"], 3)
    document.pass_over([*OLD, "half"])
    assert document.closed() == []


@given(
    st.lists(st.text("ab", max_size=3), max_size=8), st.lists(st.text("ab", max_size=3), max_size=8)
)
def test_only_lines_of_the_document_are_learned(before, after):
    document = SavedLines(before)
    learned = document.saved(after, None)
    assert set(learned) <= set(after)
    assert all(line.strip() for line in learned)
    assert not set(learned) - set(after)
    assert document.saved(after, None) == []
