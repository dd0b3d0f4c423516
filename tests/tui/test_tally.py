"""Keystrokes saved, counted as `hushkey eval` counts them."""

from hushkey.tui.tally import Tally


def test_typing_saves_nothing() -> None:
    tally = Tally().typed().typed().typed()
    assert (tally.saved, tally.share) == (0, 0.0)


def test_one_key_that_gives_six_letters_saves_five() -> None:
    tally = Tally().typed().typed().typed().took(6)
    assert (tally.keys, tally.characters, tally.saved, tally.accepted) == (4, 9, 5, 1)
    assert tally.share == 5 / 9


def test_a_mark_that_takes_the_place_of_a_space_costs_its_key() -> None:
    assert Tally().took(6).typed(0).saved == 4


def test_a_correction_that_adds_no_letter_is_counted_as_a_loss() -> None:
    tally = Tally().took(0)
    assert tally.saved == -1
    assert tally.share == 0.0
