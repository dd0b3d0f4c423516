"""Which tokens are looked at, and how capitals carry over."""

import pytest

from hushkey.keyboard.correction.tokens import in_the_case_of, may_hold_a_typo


@pytest.mark.parametrize("token", ["teh", "Teh", "dont", "do'nt", "do’nt", "ofthe", "naïvite"])
def test_prose_may_hold_a_typo(token):
    assert may_hold_a_typo(token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "te",  # too short to tell
        "r2d",
        "b4n",
        "www.example",
        "a/b/c",
        "snake_case",
        "foo()",
        "NASA",
        "iPhone",
        "eBbay",
        "teh,",
        "sooo",
        "tehж",
        "日本語",
        "te\ud800h",
        "teh🙂",
        "a" * 25,
        "a" * 1_000_000,
    ],
)
def test_what_means_what_it_says_is_left_alone(token):
    assert not may_hold_a_typo(token)


def test_a_capital_carries_over_and_names_keep_theirs():
    assert in_the_case_of("Teh", "the") == "The"
    assert in_the_case_of("teh", "the") == "the"
    assert in_the_case_of("ive", "I've") == "I've"
    assert in_the_case_of("Alot", "a lot") == "A lot"
