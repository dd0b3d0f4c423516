"""One text form of bytes, and nothing else is one."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.base64url import from_text, to_text


@given(data=st.binary(max_size=70))
def test_bytes_come_back_from_their_text(data):
    assert from_text(to_text(data)) == data
    assert to_text(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")


@given(text=st.text(max_size=20) | st.text("AZaz09-_", max_size=20))
def test_a_text_is_the_one_form_of_some_bytes_or_of_none(text):
    data = from_text(text)
    assert data is None or to_text(data) == text


def test_padding_blanks_other_alphabets_and_spare_bits_are_refused():
    assert from_text("AA") == b"\x00"
    for text in (
        "AA==",
        " AA",
        "AA\n",
        "A+",
        "A/",
        "AB",
        "A",
        "ÀÀ",
        "\N{FULLWIDTH LATIN CAPITAL LETTER A}A",
    ):
        assert from_text(text) is None
