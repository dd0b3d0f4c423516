"""What a terminal sends for Alt and a digit."""

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from hushkey.tui.alt_digits import read_alt_digits


def keys(sent: str) -> list[str]:
    parser = XTermParser()
    found = [*parser.feed(sent), *parser.feed("")]
    return [event.key for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize("digit", ["1", "2", "3"])
def test_alt_and_a_digit_is_one_key(digit: str) -> None:
    read_alt_digits()
    assert keys(f"\x1b{digit}") == [f"alt+{digit}"]


def test_what_a_mac_types_with_option_is_still_typed() -> None:
    read_alt_digits()
    assert keys("¡") == ["inverted_exclamation_mark"]


def test_alt_and_right_is_a_key_of_its_own() -> None:
    assert keys("\x1b[1;3C") == ["alt+right"]


def test_shift_and_delete_is_a_key_of_its_own() -> None:
    assert keys("\x1b[3;2~") == ["shift+delete"]
