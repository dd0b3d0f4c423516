"""Prose in Python code: comments and strings, and nothing of the code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.embed.prose import comments_of, prose_before


@pytest.mark.parametrize(
    ("line", "prose"),
    [
        ("x = 1", None),
        ("", None),
        ("x = 1  # see you tom", "see you tom"),
        ("# see ", "see "),
        ("print('see you tom", "see you tom"),
        ("print(\"it's fi", "it's fi"),
        ("print('it\\'s fi", "it\\'s fi"),
        ("print('see') + y", None),
        ('"""See you tom', "See you tom"),
        ('"""See""" + x', None),
        ("print('#1 is", "#1 is"),
        ("'' # no", "no"),
    ],
)
def test_prose_is_told_from_code(line, prose):
    assert prose_before(line) == prose


@given(st.text("ab'\"#\\ "))
def test_prose_is_always_the_end_of_the_line(line):
    prose = prose_before(line)
    assert prose is None or line.endswith(prose)


def test_comments_are_taken_without_their_marks():
    assert comments_of("x = '# no'  # Yes, this\n#! and this\n#\n") == ["Yes, this", "and this"]


def test_what_is_no_python_has_no_comments():
    assert comments_of("x = '''\n# not closed") == []
