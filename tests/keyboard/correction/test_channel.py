"""What slips cost: the usual ones less than the odd ones, and all letters one may have meant get a share."""

import numpy as np
import pytest

from hushkey.keyboard.correction.channel import (
    COSTS,
    least_lacking,
    least_wrong,
    letters_too_many,
    wrong_letter,
)
from hushkey.keyboard.correction.layout import LETTERS


def test_the_right_letter_costs_nothing_and_every_other_something():
    for letter in LETTERS:
        costs = wrong_letter(letter)
        assert costs[ord(letter)] == 0.0
        assert np.count_nonzero(costs) == len(costs) - 1
        assert costs.min() >= 0.0


def test_a_neighbour_and_a_vowel_for_a_vowel_cost_less_than_a_letter_from_elsewhere():
    assert wrong_letter("r")[ord("e")] < wrong_letter("r")[ord("m")]
    assert wrong_letter("a")[ord("i")] < wrong_letter("a")[ord("m")]


def test_the_chances_of_mistyping_a_letter_are_no_more_than_a_slip():
    for meant in LETTERS:
        slips = sum(np.exp(-wrong_letter(typed)[ord(meant)]) for typed in LETTERS if typed != meant)
        assert 0.0 < slips < 0.006


def test_letters_too_many_are_dear_unless_doubled_touched_along_or_an_apostrophe():
    assert letters_too_many("off")[2] == pytest.approx(COSTS.twice)
    assert letters_too_many("ofd")[2] == pytest.approx(COSTS.touched)
    assert letters_too_many("ofq")[2] == pytest.approx(COSTS.too_many)
    assert letters_too_many("of'")[2] == pytest.approx(COSTS.apostrophe_too_many)
    assert letters_too_many("qof")[0] == pytest.approx(COSTS.too_many + COSTS.at_the_start)


def test_the_least_costs_are_bounds():
    for letter in LETTERS:
        others = np.delete(wrong_letter(letter), ord(letter))
        assert others.min() >= least_wrong() >= least_lacking()
