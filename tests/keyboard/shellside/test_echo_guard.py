"""What may be looked at, and the line that is followed, as rules over bytes."""

import termios

from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.shellside.echo_guard import EditingKeys, WholeScreen, may_look
from hushkey.keyboard.shellside.offer_line import keys_for
from hushkey.keyboard.shellside.typed_line import TypedLine
from hushkey.keyboard.types import Suggestion

KEYS = EditingKeys(0x7F, 0x17, 0x15, 0x16, frozenset(b"\r\n\x03\x04"), utf8=True)


def attributes(flags: int) -> list[object]:
    return [0, 0, 0, flags, 0, 0, [b"\0"] * 32]


def test_only_a_terminal_that_edits_lines_and_shows_them_is_looked_at():
    both = termios.ICANON | termios.ECHO
    assert may_look(attributes(both | termios.ISIG))
    assert not may_look(attributes(termios.ICANON))
    assert not may_look(attributes(termios.ECHO))
    assert not may_look(attributes(termios.ICANON | termios.ECHONL))
    assert not may_look(attributes(0))


@given(st.lists(st.sampled_from([b"\x1b[?1049h", b"\x1b[?1049l", b"text", b"\x1b[1m"])), st.data())
def test_the_whole_screen_is_noticed_wherever_the_output_is_cut(parts, data):
    output = b"".join(parts)
    cut = data.draw(st.integers(0, len(output)))
    screen = WholeScreen()
    screen.read(output[:cut])
    screen.read(output[cut:])
    last = [part for part in parts if b"1049" in part][-1:]
    assert screen.taken == (last == [b"\x1b[?1049h"])


def line(typed: bytes) -> str | None:
    followed = TypedLine()
    for byte in typed:
        followed.feed(byte, KEYS)
    return followed.text


def test_a_line_is_followed_through_its_edits():
    assert line(b"see you tom") == "see you tom"
    assert line(b"see\x7fa") == "sea"
    assert line("caf\u00e9".encode() + b"\x7f") == "caf"
    assert line(b"see you tom\x17") == "see you "
    assert line(b"see\x15you") == "you"
    assert line(b"see\ryou") == "you"


def test_a_line_is_unknown_where_it_cannot_be_followed():
    assert line(b"see\x1b[D") is None
    assert line(b"see\x16\x03") is None
    assert line(b"what's this\x17") is None  # terminals differ in where that word began
    assert line(b"see\x1b[D\ryou") == "you"


def apply(text: str, typed: bytes) -> str:
    followed = TypedLine()
    for byte in text.encode() + typed:
        followed.feed(byte, KEYS)
    return followed.text or ""


@given(st.text("abcä", max_size=6), st.text("abcä", min_size=1, max_size=6))
def test_what_is_typed_for_a_suggestion_puts_it_in_the_line(prefix, word):
    taken = Suggestion(word, "completion", 0.5, {}, len(prefix))
    typed = keys_for(taken, f"see {prefix}", KEYS)
    assert apply(f"see {prefix}", typed) == f"see {word} "
