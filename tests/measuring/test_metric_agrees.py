"""Our ideal typist and the shared harness that peers were measured with count the same, key for key."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.model.evaluation import Counts, type_lines

pytestmark = pytest.mark.measuring

HARNESS = Path(__file__).resolve().parents[3] / "shared" / "peers" / "harness.py"
HISTORY = [
    "Met Zorblax at the station, he was late again",
    "ok so I'll see you at the allotment then?",
    "The beans need sticks and the allotment needs water",
    "can't come tomorrow... sorry!",
] * 3
LINES = [
    "See you tomorrow",
    "how are you?",
    "I'll be (probably) late — sorry!",
    'Zorblax said: "the beans, they\'re ok"',
    "  two  blanks and a\ttab ",
    "!!! ??? 12:30 a.m.",
    "café naïve ÉCOLE Straße",
    "WHY ARE YOU SHOUTING",
    "it is what it is, it is",
    "http://example.org/path?query=1 is no word",
    "don’t use ‘curly’ quotes",  # noqa: RUF001
    "🙂 emoji🙂in the middle 🙂",
    "I I I i i",
    "x",
    "",
    "...",
    "the the the the",
    "e-mail me at ten, at the latest",
    "字典 and ñandú",
    "we need to talk about the allotment tomorrow",
]

Words = Callable[[str], list[str]]  # text before the cursor -> words


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    if not HARNESS.exists():
        pytest.skip("the shared harness does not stand beside this checkout")
    spec = importlib.util.spec_from_file_location("shared_harness", HARNESS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def theirs(harness: ModuleType, suggest: Words, learn: Callable[[str], None] | None) -> Counts:
    """Type LINES by the harness; its sums under our names."""

    class Engine(harness.Peer):
        def suggest(self, context, prefix, k):
            return suggest(context + prefix)[:k]

        def learn(self, text):
            learn(text)

    sums = harness.run_test(Engine(), LINES, k=3, online=learn is not None)
    assert sums["err"] == 0
    return Counts(
        words=sums["words"],
        hits_at_1=sums["top1"],
        hits_at_3=sums["top3"],
        characters=sums["chars"],
        keys=sums["ks"],
        keys_exact=sums["kscs"],
    )


def scripted(before: str) -> list[str]:
    """Answers in every case and none, right often enough to matter; a pure function of the question."""
    words = [
        "the",
        "You",
        "tomorrow",
        "I",
        "late",
        "ARE",
        "beans",
        "it",
        "is",
        "café",
        "x",
        "Zorblax",
    ]
    start = sum(map(ord, before)) % len(words)
    return (words[start:] + words[:start])[: len(before) % 5]


def test_scripted_answers_are_counted_the_same(harness):
    ours = type_lines(LINES, scripted, [])
    assert ours == theirs(harness, scripted, None)
    assert 0 < ours.keys < ours.keys_exact < ours.characters


@pytest.mark.parametrize("online", [False, True], ids=["warm", "online"])
def test_the_engine_is_measured_the_same(harness, shipped_base, online):
    def taught() -> tuple[Words, Callable[[str], None]]:
        engine = SuggestionEngine(shipped_base)
        engine.learn(HISTORY)
        session = engine.session(policy="ranking")
        return lambda text: [found.text for found in session.suggest(text, 3)], session.commit

    suggest, commit = taught()
    ours = type_lines(LINES, suggest, [], after=commit if online else None)
    suggest, commit = taught()
    assert ours == theirs(harness, suggest, commit if online else None)
    assert ours.keys < ours.characters
