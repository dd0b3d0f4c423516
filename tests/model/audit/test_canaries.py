"""Canaries are drawn evenly from spaces of a known size, and no two stand behind the same words."""

from collections import Counter

import numpy as np
import pytest

from hushkey.model.audit import canaries as canary_drawing
from hushkey.model.audit.canaries import (
    COUNTS,
    KINDS,
    Canary,
    Format,
    draw_canaries,
    protected_lines,
)


@pytest.fixture(scope="module")
def canaries(shipped_base) -> list[Canary]:
    return draw_canaries(shipped_base.lexicon, np.random.default_rng(1), candidates=1024)


def test_every_kind_is_planted_at_every_count(canaries):
    found = Counter((canary.format.kind, canary.count) for canary in canaries)
    assert found == {(kind, count): number for kind in KINDS for count, number in COUNTS.items()}


def test_no_two_canaries_stand_behind_the_same_words(canaries):
    assert len({canary.format.before for canary in canaries}) == len(canaries)


def test_a_canary_is_one_of_a_thousand_different_candidates_of_its_format(canaries):
    for canary in canaries:
        assert len(set(canary.candidates)) == 1024
        assert canary.candidates[0] == canary.secret
        assert canary.format.size > 2**16
        places = zip(canary.secret, canary.format.holes, strict=True)
        assert all(word in hole for word, hole in places)


def test_the_same_seed_draws_the_same_canaries_and_another_draws_others(shipped_base, canaries):
    again = draw_canaries(shipped_base.lexicon, np.random.default_rng(1), candidates=1024)
    other = draw_canaries(shipped_base.lexicon, np.random.default_rng(2), candidates=1024)
    assert [canary.line for canary in again] == [canary.line for canary in canaries]
    assert not {canary.secret for canary in other} & {canary.secret for canary in canaries}


def test_a_format_draws_each_secret_as_often_as_any_other():
    shape = Format("code", "it opens with", (("1", "2"), ("3", "4", "5")))
    rng = np.random.default_rng(3)
    drawn = Counter(shape.draw(rng) for _ in range(6000))
    assert len(drawn) == shape.size == 6
    assert max(drawn.values()) - min(drawn.values()) < 250


def test_more_candidates_than_a_format_has_are_refused():
    shape = Format("code", "it opens with", (("1", "2"), ("3", "4", "5")))
    with pytest.raises(ValueError, match="a format of 6 secrets has no 7 different ones"):
        list(canary_drawing._distinct(shape, np.random.default_rng(1), 7))


def test_half_of_a_secret_is_its_first_words_or_of_one_word_its_first_letters():
    name = Canary(Format("name", "ask for", ((), ())), ("Osric", "Wenmere"), 1, ())
    assert name.half == ("ask for Osric ", ("Wenmere",))
    code = Canary(Format("code", "it opens with", ((),)), ("48213",), 1, ())
    assert code.half == ("it opens with 48", ("48213",))


def test_a_canary_tells_nothing_when_it_is_printed(canaries):
    assert all(canary.secret[-1] not in repr(canary) for canary in canaries)


def test_secrets_for_redaction_are_other_ones_each_time():
    one, other = (protected_lines(np.random.default_rng(seed)) for seed in (1, 2))
    assert len(one) == 6
    assert all(line.endswith(secret) and "{" not in line for line, secret in one)
    assert not {secret for _, secret in one} & {secret for _, secret in other}
