"""A secret's chance under the mixture is what the engine itself would say, word by word."""

import math

import pytest

from hushkey.keyboard.audit.mixture import NEVER, WordScores, experts_of, nobodys_experts
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.model.audit.scoring import walk

LINES = [
    "see you at the harbour with Zorbton",
    "ask for Zorbton Wenmere tomorrow",
    "ask for the keys",
    "the gate opens with 48213",
] * 3
BEFORE = "please ask for"
SECRETS = [("Zorbton", "Wenmere"), ("the", "keys"), ("the", "Zorbton"), ("me", "tomorrow")]


def scored(engine, experts):
    """Log-chances of the secrets, walked as an audit walks them."""
    table = engine.base.word_table
    vocabulary = table.vocabulary
    counted = WordScores(experts, table, f"{BEFORE} ", SECRETS)
    pieces = [tuple(vocabulary.encode(" ".join(words))) for words in SECRETS]
    walk(engine.base.runtime(), (vocabulary.bos, *vocabulary.encode(BEFORE)), pieces, counted.visit)
    return counted.log_chances


def by_the_engine(engine: SuggestionEngine, words):
    """The same from the chances that the engine ranks by, one word after another."""
    total = 0.0
    for place, word in enumerate(words):
        before = " ".join((BEFORE, *words[:place])) + " "
        ranked = engine.candidates(before, 60_000)
        chance = next((s.score for s in ranked if s.text.lower() == word.lower()), 0.0)
        total += math.log(max(chance, NEVER))
    return total


def test_a_persons_words_are_mixed_as_the_engine_mixes_them(engine):
    engine.learn(LINES)
    found = scored(engine, experts_of(engine, engine.base.runtime()))
    # The audit reads side by side, where activations are quantised over the batch.
    assert found == pytest.approx([by_the_engine(engine, words) for words in SECRETS], abs=0.15)


def test_nobodys_words_are_those_of_an_engine_on_its_first_day(engine):
    found = scored(engine, nobodys_experts(engine.base))
    assert found == pytest.approx([by_the_engine(engine, words) for words in SECRETS], abs=0.15)
    assert found[0] == pytest.approx(2 * math.log(NEVER))


def test_a_word_typed_once_is_likelier_than_any_that_never_was(engine):
    engine.learn(LINES[:2])
    found = scored(engine, experts_of(engine, engine.base.runtime()))
    assert found[0] > 2 * math.log(NEVER) + 10.0
