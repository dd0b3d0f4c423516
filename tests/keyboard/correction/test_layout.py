"""Which keys touch one another."""

import pytest

from hushkey.keyboard.correction.layout import LETTERS, neighbours


@pytest.mark.parametrize(
    ("letter", "near"), [("q", "aw"), ("g", "bfhtvy"), ("p", "lo"), ("m", "jkn")]
)
def test_the_neighbours_of_a_key_are_those_that_touch_it(letter, near):
    assert neighbours(letter) == near


def test_keys_touch_each_other_or_not_at_all():
    assert all(a in neighbours(b) for a in LETTERS for b in neighbours(a))


@pytest.mark.parametrize("sign", ["'", "é", "1", ""])
def test_what_is_no_letter_has_no_neighbours(sign):
    assert neighbours(sign) == ""
