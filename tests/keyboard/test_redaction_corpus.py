"""The written corpus: what is known to slip, how much of the half that nobody tunes against is caught.

Figures with their intervals: `python bench/redaction.py`, in docs/learning.md.
"""

import hashlib

import pytest
from redaction_corpus import HALVES, KINDS, Case, cases

# Not as it should be, in the tuned half: too little is cut, too much, or what should have stayed.
KNOWN = {
    "url": """
https://example.org/api?Authorization=Bearer%20walnut
""",
    "email": """
{lu}@example.com
lu|chen@example.com
out = attn@v.transpose
""",
    "key": """
private key 0x8f2a559490d1b7c3e6a4f0128d9c5b7e3a1f6d4c2b0e9f8a7d6c5b4a39281706
abcdefghijklmnopqrstuvwxyz0123456789
""",
    "iban": """
UK82 ABCD 1234 5678 ABCD 12
XX12 3456 7890 ABCD EFGH
PT 1000-001 Lisboa
""",
    "card": """
%B4111111111111111^DOE/JANE^3012101?
;5413330089010608=30122010000?
""",
    "phone": """
0 40 / 6 69 69 - 0 12
1 22 333 4444
""",
    "code": """
door 5830 gate 6142
building code to get in: 5830
class code k7qt2mz
room code KQTM
iTAN 42: 583019
код домофона 58\u041a3019
bank code 37040044
""",
    "password": """
пароль от вайфая morzh88
K9s4life
""",
    "digits": """
id nr IZEAF500B
44-771200
4477 1200
115200
""",
}

# Of the held half, at least so much is caught and at most so much of what should stay is touched.
LEAST_RECALL = {
    "url": 0.97, "email": 0.95, "key": 0.97, "iban": 0.97, "card": 0.97,
    "phone": 0.97, "code": 0.94, "password": 0.95, "digits": 0.95,
}  # fmt: skip
MOST_FALSE_ALARMS = 0.04

# What the held half was when the first figures were taken: tuning by editing it would show here.
HELD = "88abd1d2a8ffc19fdb44ec7801800dfd252d869f9cc58ecb8debd8fe8ad6f6d9"


def of(kind: str, half: str, *, negative: bool) -> list[Case]:
    return [case for case in cases(kind) if case.half == half and case.is_negative == negative]


@pytest.mark.parametrize("kind", KINDS)
def test_the_tuned_half_holds_but_for_what_is_known_to_slip(kind):
    slipped = [case.text for case in cases(kind) if case.half == "tuned" and not case.is_exact()]
    assert slipped == KNOWN[kind].strip("\n").split("\n")


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_tuned_against_is_caught_as_well(kind):
    held = of(kind, "held", negative=False)
    assert sum(case.is_safe() for case in held) >= LEAST_RECALL[kind] * len(held)


@pytest.mark.parametrize("kind", KINDS)
def test_of_what_only_looks_like_a_secret_little_is_touched(kind):
    held = of(kind, "held", negative=True)
    assert sum(not case.is_exact() for case in held) <= MOST_FALSE_ALARMS * len(held)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_two_hundred_cases_either_way(kind):
    for negative in (False, True):
        halves = [of(kind, half, negative=negative) for half in HALVES]
        assert min(map(len, halves)) >= 100
        assert sum(map(len, halves)) >= 200


def test_no_line_stands_in_both_halves():
    lines = {
        half: {case.text for kind in KINDS for case in cases(kind) if case.half == half}
        for half in HALVES
    }
    # A few words of everyday stand in two files: `404` is neither a code nor a long number.
    assert len(lines["tuned"] & lines["held"]) <= 40
    for kind in KINDS:
        texts = [case.text for case in cases(kind)]
        assert len(texts) == len(set(texts))


def test_the_held_half_is_as_it_was_written():
    held = "\n".join(
        f"{case.kind}\t{case.text}\t{case.left}"
        for kind in KINDS
        for case in cases(kind)
        if case.half == "held"
    )
    assert hashlib.sha256(held.encode()).hexdigest() == HELD


# The numbers are such as a check would take for real -----------------------------------------------


def marked(kind: str) -> list[str]:
    return [case.text[start:end] for case in cases(kind) for start, end in case.secrets]


@pytest.mark.parametrize("number", marked("card"))
def test_a_card_of_the_corpus_has_the_check_digit_that_it_should(number):
    digits = [int(character) for character in number if character.isdecimal()][::-1]
    twice = [2 * digit - 9 if digit > 4 else 2 * digit for digit in digits[1::2]]
    assert (sum(digits[::2]) + sum(twice)) % 10 == 0


@pytest.mark.parametrize("number", marked("iban"))
def test_an_account_of_the_corpus_has_the_check_digits_that_it_should(number):
    plain = "".join(filter(str.isalnum, number)).upper()
    turned = plain[4:] + plain[:4]
    assert int("".join(str(ord(c) - 55) if c.isalpha() else c for c in turned)) % 97 == 1
