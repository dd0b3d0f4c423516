"""Keys counted while one types: the share saved is that of `hushkey eval`, and what was taken back costs."""

from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.benefit import Acceptance, Benefit, Credit, credited
from hushkey.tui.tally import Tally

TOMORROW = Acceptance("see you tom", "tomorrow", 3, "completion")
THE = Acceptance("teh ", "the", 4, "correction")


def parts(tally: Tally) -> int:
    """What the parts of a line come to once each taking is credited."""
    whole = tally.line + sum((credited(one, Credit(0, 0)) for one in tally.takings), Benefit())
    return whole.base + whole.shared + whole.mine - whole.spent


def test_typing_saves_nothing() -> None:
    tally = Tally().typed().typed().typed()
    assert (tally.shown.saved, tally.shown.share) == (0, 0.0)


def test_one_key_that_gives_six_letters_saves_five() -> None:
    tally = Tally().typed().typed().typed().took(TOMORROW)
    shown = tally.shown
    assert (shown.keys, shown.characters, shown.saved, shown.accepted) == (4, 9, 5, 1)
    assert shown.share == 5 / 9
    assert tally.takings == (TOMORROW,)


def test_a_mark_that_takes_the_place_of_a_space_costs_its_key() -> None:
    tally = Tally().took(TOMORROW).typed(0)
    assert tally.shown.saved == 4
    assert parts(tally) == 4


def test_a_correction_that_adds_no_letter_is_counted_as_a_loss() -> None:
    tally = Tally().took(THE)
    assert tally.shown.saved == -1
    assert tally.shown.share == 0.0
    assert parts(tally) == -1


def test_a_word_taken_back_costs_what_it_gave_and_the_key() -> None:
    tally = Tally().typed().typed().typed().took(TOMORROW).took_back(9)
    assert tally.shown.saved == -5  # four keys, one more, and nothing stands
    assert parts(tally) == -5


def test_a_kept_line_counts_for_today_and_a_dropped_one_does_not() -> None:
    tally = Tally().typed().took(TOMORROW)
    assert tally.kept() == Tally(tally.shown)
    assert tally.dropped() == Tally()


@given(
    st.lists(
        st.one_of(
            st.sampled_from([TOMORROW, THE]),
            st.integers(0, 1),
            st.tuples(st.integers(-3, 9), st.integers(0, 1)),
        )
    )
)
def test_the_parts_always_add_up_to_what_was_saved(
    keys: list[Acceptance | int | tuple[int, int]],
) -> None:
    tally = Tally()
    for key in keys:
        if isinstance(key, Acceptance):
            tally = tally.took(key)
        elif isinstance(key, int):
            tally = tally.typed(key)
        else:
            tally = tally.took_back(*key)
    assert parts(tally) == tally.line.saved
