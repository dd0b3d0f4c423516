"""Where the passphrase of an unattended run comes from."""

import os

import pytest

from hushkey.keyboard.errors import BadPassphraseSource
from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.passphrase import passphrase_from


def descriptor_of(content: bytes) -> str:
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return str(reading)


def test_the_variable_gives_the_passphrase_as_it_is():
    assert passphrase_from({"HUSHKEY_PASSPHRASE": " two words "}) == Passphrase(" two words ")


@pytest.mark.parametrize("environ", [{}, {"HUSHKEY_PASSPHRASE": ""}, {"HUSHKEY_PASSPHRASE_FD": ""}])
def test_nothing_set_gives_none(environ):
    assert passphrase_from(environ) is None


@pytest.mark.parametrize("content", [b"hush", b"hush\n", b"hush\r\n", b"hush\nsecond line\n"])
def test_a_descriptor_gives_its_first_line_and_is_closed(content):
    number = descriptor_of(content)
    assert passphrase_from({"HUSHKEY_PASSPHRASE_FD": number}) == Passphrase("hush")
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(int(number))


def test_the_variable_comes_before_the_descriptor():
    environ = {"HUSHKEY_PASSPHRASE": "hush", "HUSHKEY_PASSPHRASE_FD": "987654"}
    assert passphrase_from(environ) == Passphrase("hush")


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 5000])
def test_an_empty_or_endless_line_is_refused(content):
    with pytest.raises(BadPassphraseSource, match="nothing was opened"):
        passphrase_from({"HUSHKEY_PASSPHRASE_FD": descriptor_of(content)})


@pytest.mark.parametrize("number", ["x", "-1", "3.5", "987654"])
def test_a_descriptor_that_is_none_is_refused(number):
    with pytest.raises(BadPassphraseSource, match="nothing was opened"):
        passphrase_from({"HUSHKEY_PASSPHRASE_FD": number})


def test_bytes_that_are_no_text_make_a_passphrase_too():
    one, two = (
        passphrase_from({"HUSHKEY_PASSPHRASE_FD": descriptor_of(raw)}) for raw in (b"\xff", b"\xfe")
    )
    assert one != two
