"""Which lines are handed over to be kept, and which never."""

from hypothesis import given
from hypothesis import strategies as st

from hushkey.tui.lines import LONGEST_CHARS, Lines, fold


def typed(lines: Lines, row: int, text: str, *, private: bool = False) -> None:
    lines.replaced(row, row, row, private=private)
    lines.edited(row, text)


def entered(lines: Lines, row: int, *, private: bool = False) -> str | None:
    finished = lines.left(row + 1)
    lines.replaced(row, row, row + 1, private=private)
    lines.opened_below(row + 1, private=private)
    return finished


def test_a_line_is_handed_over_once_when_the_cursor_leaves_it() -> None:
    lines = Lines()
    typed(lines, 0, "hello there ")
    assert entered(lines, 0) == "hello there"
    assert lines.left(0) is None
    assert lines.finish() is None


def test_a_line_that_was_only_visited_is_not_handed_over_again() -> None:
    lines = Lines()
    typed(lines, 0, "hello")
    entered(lines, 0)
    lines.left(0)
    assert lines.left(1) is None


def test_an_empty_line_is_not_handed_over() -> None:
    lines = Lines()
    typed(lines, 0, "   ")
    assert entered(lines, 0) is None


def test_the_unfinished_line_is_handed_over_at_the_end() -> None:
    lines = Lines()
    typed(lines, 0, "half a li")
    assert lines.finish() == "half a li"


def test_a_private_line_is_never_handed_over() -> None:
    lines = Lines()
    typed(lines, 0, "secret", private=True)
    assert entered(lines, 0, private=True) is None
    typed(lines, 0, "secret, edited later")
    assert lines.left(1) is None


def test_a_line_on_which_private_mode_begins_is_private_as_a_whole() -> None:
    lines = Lines()
    typed(lines, 0, "I want to tell you")
    lines.discard()
    assert lines.finish() is None
    typed(lines, 0, "I want to tell you")
    assert lines.finish() is None


def test_the_next_line_after_private_mode_is_kept_again() -> None:
    lines = Lines()
    typed(lines, 0, "secret", private=True)
    entered(lines, 0, private=False)
    typed(lines, 1, "not secret")
    assert lines.finish() == "not secret"


def test_a_line_joined_to_a_private_one_is_private() -> None:
    lines = Lines()
    typed(lines, 0, "secret", private=True)
    entered(lines, 0)
    typed(lines, 1, "open")
    lines.replaced(0, 1, 0, private=False)
    lines.edited(0, "secretopen")
    assert lines.finish() is None


def test_undo_makes_every_line_private_where_any_ever_was() -> None:
    lines = Lines()
    typed(lines, 0, "secret", private=True)
    entered(lines, 0)
    lines.rewound(2)
    lines.edited(1, "what undo brought back")
    assert lines.finish() is None


def test_undo_changes_nothing_where_no_line_was_private() -> None:
    lines = Lines()
    lines.rewound(1)
    lines.edited(0, "fine")
    assert lines.finish() == "fine"


def test_a_pasted_line_of_data_is_not_kept() -> None:
    lines = Lines()
    typed(lines, 0, "x" * (LONGEST_CHARS + 1))
    assert lines.finish() is None


def test_a_row_that_is_not_known_counts_as_private() -> None:
    assert Lines().is_private(7)


@given(st.text(alphabet="ab \n", max_size=9000))
def test_folding_bounds_every_line_and_changes_nothing_but_line_ends(text: str) -> None:
    folded = fold(text)
    assert all(len(line) <= LONGEST_CHARS for line in folded.split("\n"))
    assert folded.replace("\n", "") == text.replace("\n", "")


def test_folding_breaks_a_long_line_at_a_space() -> None:
    parts = fold("word " * 1000).split("\n")
    assert all(part.endswith(" ") or part == "" for part in parts[:-1])
