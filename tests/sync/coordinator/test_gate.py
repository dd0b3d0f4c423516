"""The gate over a small real base: text that a version spoils, secrets that stand out, adapters that do not belong."""

import numpy as np
import pytest

from hushkey.model.adapter import Adapter
from hushkey.model.audit.canaries import draw_canaries
from hushkey.model.base import Base, load_base
from hushkey.model.groups import AdapterShape
from hushkey.sync.coordinator.gate import (
    ASTRAY,
    LEAKS,
    UNUSABLE,
    WORSE,
    NoGate,
    TextGate,
    choice,
)
from hushkey.sync.errors import ConfigRefused

LINES = ["the people were there", "I was in the house, and they said so", "it is not what I want"]


def adapter(base: Base, scale: float, seed: int = 1) -> Adapter:
    zero = base.runtime().zero_adapter()
    rng = np.random.default_rng(seed)
    shape = zero.shape.of("lstm_bias", 1)
    return zero.replaced({"lstm_bias": scale * rng.standard_normal(shape, np.float32)})


@pytest.fixture(scope="module")
def gate(tiny_base: Base) -> TextGate:
    return TextGate(tiny_base, LINES, canaries=())


def naive_nats(base: Base, version: Adapter) -> float:
    """Line by line, piece by piece."""
    runtime, vocabulary = base.runtime(version), base.vocabulary
    nats = words = 0.0
    for line in LINES:
        state = runtime.initial_state()
        state, logits = runtime.advance(state, vocabulary.bos)
        for piece in vocabulary.encode(line):
            if not vocabulary.is_mark[piece]:
                wide = logits.astype(np.float64)
                nats -= wide[piece] - np.log(np.exp(wide).sum())
                words += bool(vocabulary.starts_word[piece])
            state, logits = runtime.advance(state, piece)
    return nats / words


def test_nats_a_word_are_those_of_reading_piece_by_piece(tiny_base: Base, gate: TextGate):
    version = adapter(tiny_base, 0.5)
    verdict = gate.verdict(version, version)
    assert verdict.before_nats == pytest.approx(naive_nats(tiny_base, version), rel=2e-3)
    assert verdict.before_nats == verdict.after_nats


def test_the_same_version_passes_and_one_that_spoils_the_text_does_not(
    tiny_base: Base, gate: TextGate
):
    same = adapter(tiny_base, 0.0)
    assert gate.verdict(same, same).passed
    biased = tiny_base.runtime().zero_adapter()
    wrong = np.zeros(biased.shape.of("output_bias", 1), np.float32)
    used = {piece for line in LINES for piece in tiny_base.vocabulary.encode(line)}
    wrong[list(used)] = -8.0
    spoilt = gate.verdict(same, biased.replaced({"output_bias": wrong}))
    assert (spoilt.passed, spoilt.reason) == (False, WORSE)
    assert spoilt.after_nats > spoilt.before_nats  # type: ignore[operator]


def test_of_several_candidates_the_one_is_chosen_that_reads_the_text_best(
    tiny_base: Base, gate: TextGate
):
    zero = tiny_base.runtime().zero_adapter()
    right = np.zeros(zero.shape.of("output_bias", 1), np.float32)
    right[list({piece for line in LINES for piece in tiny_base.vocabulary.encode(line)})] = 1.0
    candidates = [zero.replaced({"output_bias": by * right}) for by in (-4.0, 0.25, 1.0, 1.0)]
    found = gate.verdict(zero, *candidates)
    assert (found.passed, found.chosen) == (True, 2)
    assert found.after_nats == gate.verdict(zero, candidates[2]).after_nats
    worst = gate.verdict(zero, candidates[0], zero.replaced({"output_bias": -8.0 * right}))
    assert (worst.passed, worst.chosen, worst.reason) == (False, 0, WORSE)


@pytest.mark.parametrize(
    ("nats", "expected"),
    [
        ([5.0, 4.9, 5.0], (1, "")),
        ([4.9, 4.9], (0, "")),
        ([5.2, 5.04], (1, "")),
        ([5.2, 5.1], (0, WORSE)),
        ([float("nan"), 4.9], (1, "")),
        ([float("nan"), float("inf")], (0, WORSE)),
    ],
    ids=str,
)
def test_the_fewest_nats_are_chosen_and_held_against_the_last_version(nats, expected):
    assert choice(nats, last=5.0, base=6.0) == expected


def test_what_is_no_worse_than_the_last_may_be_worse_than_the_base():
    assert choice([5.0, 4.9], last=5.0, base=4.8) == (0, ASTRAY)
    assert choice([5.0, 4.9], last=5.0, base=4.86) == (1, "")


def test_small_steps_away_from_the_base_do_not_add_up_unseen(tiny_base: Base, gate: TextGate):
    """Each step is within what is taken of one version; together they are not."""
    zero = tiny_base.runtime().zero_adapter()
    shape = zero.shape.of("output_bias", 1)
    used = {piece for line in LINES for piece in tiny_base.vocabulary.encode(line)}

    def spoilt(by: float) -> Adapter:
        wrong = np.zeros(shape, np.float32)
        wrong[list(used)] = -by
        return zero.replaced({"output_bias": wrong})

    reasons = [gate.verdict(spoilt(step), spoilt(step + 0.02)).reason for step in (0.0, 4.0)]
    assert reasons == ["", ASTRAY]


def test_made_up_secrets_that_rose_above_their_like_are_found(tiny_base: Base):
    """A version whose output bias prefers the pieces of the secrets, and not those of their like."""
    rng = np.random.default_rng(3)
    canaries = draw_canaries(load_base().lexicon, rng, candidates=64, counts={1: 2})
    gate = TextGate(tiny_base, LINES, worse_by=1e9, canaries=canaries)
    same = adapter(tiny_base, 0.0)
    innocent = gate.verdict(same, adapter(tiny_base, 1e-3))
    assert innocent.passed
    bias = np.zeros(same.shape.of("output_bias", 1), np.float32)
    for canary in canaries:
        bias[tiny_base.vocabulary.encode(" ".join(canary.secret))] = 6.0
    leaking = gate.verdict(same, same.replaced({"output_bias": bias}))
    assert (leaking.passed, leaking.reason) == (False, LEAKS)
    among = gate.verdict(same, same, same.replaced({"output_bias": bias}))
    assert (among.passed, among.reason, among.chosen) == (False, LEAKS, 1), "one speaks against all"
    assert gate.verdict(same, same, same).passed


def test_an_adapter_of_another_base_is_not_released(tiny_base: Base, gate: TextGate):
    shape = AdapterShape(40, 16, 24, 2)
    other = Adapter.zero(shape, base="another", seed=1)
    assert gate.verdict(adapter(tiny_base, 0.0), other).reason == UNUSABLE


def test_a_gate_without_text_is_refused(tiny_base: Base):
    with pytest.raises(ConfigRefused, match="no text"):
        TextGate(tiny_base, ["", "..."])


def test_no_gate_lets_everything_pass(tiny_base: Base):
    assert NoGate().verdict(adapter(tiny_base, 0.0), adapter(tiny_base, 9.0)).passed
