"""What a suggestion gave is known by its place, whatever is typed around it."""

from hypothesis import given
from hypothesis import strategies as st

from hushkey.tui.given import Given


def test_only_what_was_given_counts_when_it_goes() -> None:
    line = Given()
    line.replaced(0, 0, 4)  # "see "
    line.replaced(4, 4, 5, given=True)  # "you "
    assert line.replaced(2, 6, 0) == 2
    assert line.replaced(0, 2, 0) == 0
    assert line.replaced(0, 3, 0) == 3


def test_another_line_begins_unmarked() -> None:
    line = Given()
    line.replaced(0, 0, 4, given=True)
    line.begin(4)
    assert line.replaced(0, 4, 0) == 0


def test_an_undo_is_told_by_what_the_line_became() -> None:
    line = Given()
    line.replaced(0, 0, 3)
    line.replaced(0, 3, 9, given=True)
    assert line.became("tomorrow ", "tom") == 6
    assert line.became("tom", "tom") == 0


@given(st.lists(st.tuples(st.text("ab", max_size=5), st.booleans(), st.data()), max_size=8))
def test_it_agrees_with_a_line_of_marked_characters(
    edits: list[tuple[str, bool, st.DataObject]],
) -> None:
    line, naive = Given(), []
    for text, is_given, data in edits:
        start = data.draw(st.integers(0, len(naive)))
        end = data.draw(st.integers(start, len(naive)))
        assert line.replaced(start, end, len(text), given=is_given) == sum(naive[start:end])
        naive[start:end] = [is_given] * len(text)
    assert line.replaced(0, len(naive), 0) == sum(naive)
