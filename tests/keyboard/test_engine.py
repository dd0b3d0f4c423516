"""The whole engine on the shipped base: suggests without changing, learns, forgets exactly, serves threads."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.settings import Settings
from hushkey.model.adapter import Adapter
from hushkey.model.errors import BaseDamaged, ModelMismatch
from hushkey.model.text import GAP

DIARY = [
    "Met Zorblax at the station. Zorblax was late!",
    "The allotment needs water and the beans need sticks",
    "I'll ask Zorblax about the beans tomorrow",
    "see you at the allotment",
]
PLACES = [
    "",
    "I",
    "how are ",
    "how are y",
    "I met ",
    "at the ",
    "zo",
    "See you at the al",
    "…",
    "(",
]


def state_of(engine: SuggestionEngine) -> tuple:
    """Everything that learning changes."""
    experts = engine._experts
    return (
        list(experts.memory.grams()),
        experts.memory.words,
        dict(experts.recency._weights),
        list(experts.mixer.as_state()),
        len(experts.book),
        [experts.book.forms(number) for number in range(len(experts.book))],
        list(engine._teacher._openings),
        engine.blocked,
    )


def counted(engine: SuggestionEngine) -> dict:
    """The n-gram memory by words, so that engines that met words in another order can be compared."""
    from hushkey.keyboard.memory import START  # noqa: PLC0415

    book = engine._experts.book

    def name(number: int) -> str:
        return "<start>" if number == START else book.word(number)

    return {
        (tuple(name(n) for n in context), name(word)): count
        for context, word, count in engine._experts.memory.grams()
    }


def said(engine: SuggestionEngine) -> list:
    return [engine.suggest(place, 5) for place in PLACES]


@pytest.fixture
def other(shipped_base) -> SuggestionEngine:
    """A second engine, never taught what the first one is."""
    return SuggestionEngine(shipped_base)


def test_the_next_word_of_a_common_phrase_is_foreseen(texts):
    assert "you" in texts("how are ")


def test_letters_typed_narrow_the_words(engine):
    for suggestion in engine.suggest("how are yo", 5):
        assert suggestion.text.lower().startswith("yo")
        assert suggestion.replaces == 2
        assert suggestion.kind == "completion"


def test_at_most_k_different_words_come_likeliest_first(engine):
    for k in (1, 3, 8):
        offered = engine.suggest("I think ", k)
        assert len(offered) == k
        assert len({suggestion.text.lower() for suggestion in offered}) == k
        scores = [suggestion.score for suggestion in offered]
        assert scores == sorted(scores, reverse=True)
        assert 0 < sum(scores) <= 1


def test_suggesting_changes_nothing(engine):
    engine.learn(DIARY)
    before = state_of(engine)
    first = said(engine)
    said(engine)
    assert state_of(engine) == before
    assert said(engine) == first


def test_what_was_asked_before_does_not_change_an_answer(engine, other):
    said(engine)
    assert engine.suggest("at the ") == other.suggest("at the ")


def test_only_the_current_line_counts(engine):
    engine.learn(DIARY)
    for place in PLACES:
        assert engine.suggest("Anything before. Even\nthis\n" + place) == engine.suggest(place)


def test_two_engines_taught_the_same_say_the_same(engine, other):
    engine.learn(DIARY)
    other.learn(DIARY)
    assert said(engine) == said(other)
    assert state_of(engine) == state_of(other)


def test_a_new_name_is_offered_after_it_was_learned(engine, texts):
    assert "Zorblax" not in texts("I met Zor", 5)
    engine.learn(DIARY)
    assert texts("I met Zor", 1) == ["Zorblax"]
    assert "Zorblax" in texts("I'll ask ", 3)
    assert engine.knows("zorblax")


def test_each_suggestion_says_what_every_expert_thought(engine):
    engine.learn(DIARY)
    (offered,) = engine.suggest("I'll ask Zor", 1)
    assert offered.experts["network"] == 0.0
    assert offered.experts["memory-2"] > 0.0
    assert offered.experts["recency"] > 0.0
    assert offered.score > 0.0


def test_learning_from_a_person_brings_their_own_phrases_forward(engine):
    def chance() -> float:
        offered = engine.suggest("water the ", 2000)
        return {s.text.lower(): s.score for s in offered}.get("beans", 0.0)

    before = chance()
    engine.learn(["I must water the beans"] * 3)
    assert chance() > 5 * before


def test_a_forgotten_word_leaves_the_memory_of_an_engine_that_saw_a_gap_in_its_place(engine, other):
    gapped = [line.replace("Zorblax", GAP) for line in DIARY]
    engine.learn(DIARY)
    other.learn(gapped)
    engine.forget("Zorblax")
    assert counted(engine) == counted(other)
    assert engine.words_learned == other.words_learned
    assert not engine.knows("zorblax")


def test_after_forgetting_suggestions_are_those_of_an_engine_that_saw_a_gap(engine, other):
    """Exactly in what the n-grams say; recent words also aged by the forgotten one, the hundredth part."""
    gapped = [line.replace("Zorblax", GAP) for line in DIARY]
    engine.recount(DIARY)
    other.recount(gapped)
    engine.forget("zorblax")
    for place in PLACES:
        ours, theirs = engine.suggest(place, 5), other.suggest(place, 5)
        assert [s.text for s in ours] == [s.text for s in theirs]
        for a, b in zip(ours, theirs, strict=True):
            assert {n: c for n, c in a.experts.items() if n != "recency"} == {
                n: c for n, c in b.experts.items() if n != "recency"
            }
            assert a.experts["recency"] == pytest.approx(b.experts["recency"], rel=0.05)
            assert a.score == pytest.approx(b.score, rel=0.05)


def test_a_forgotten_word_is_offered_nowhere_and_has_no_chance_left(engine, texts):
    engine.learn(DIARY)
    engine.forget("ZORBLAX")
    for place in ("", "I met ", "Met ", "I'll ask ", "zor", "Zorb"):
        assert "zorblax" not in [text.lower() for text in texts(place, 50)]


def test_forgetting_a_word_of_the_base_leaves_what_the_network_thinks_of_it(engine):
    engine.learn(["beans beans beans"])
    engine.forget("beans")
    (offered,) = [s for s in engine.suggest("bean", 20) if s.text == "beans"]
    assert offered.experts["network"] > 0.0
    assert not any(chance for name, chance in offered.experts.items() if name != "network")


def test_forgetting_a_word_never_learned_changes_nothing(engine):
    engine.learn(DIARY)
    before = state_of(engine)
    engine.forget("qwertyuiop")
    assert state_of(engine) == before


def test_a_forgotten_word_that_is_typed_again_is_learned_again(engine, texts):
    engine.learn(DIARY)
    engine.forget("zorblax")
    engine.learn(["Zorblax is back, said Zorblax"])
    assert texts("Zor", 1) == ["Zorblax"]


def test_forgetting_everything_is_the_first_day_again(engine, other):
    engine.learn(DIARY)
    engine.forget_everything()
    assert state_of(engine) == state_of(other)
    assert said(engine) == said(other)


def test_a_blocked_word_is_never_offered_until_it_is_unblocked(engine, texts):
    assert "you" in texts("how are ")
    engine.block("You")
    assert engine.blocked == {"you"}
    for place in ("how are ", "how are y", "how are yo"):
        assert "you" not in [text.lower() for text in texts(place, 8)]
    assert len(texts("how are ")) == 3
    engine.unblock("YOU")
    assert engine.blocked == frozenset()
    assert "you" in texts("how are ")


def test_blocking_many_words_still_leaves_three_to_offer(engine, texts):
    for word in texts("how are ", 40):
        engine.block(word)
    assert len(texts("how are ")) == 3


def test_a_word_seen_once_is_kept_back_from_who_asks_for_two_sightings(engine):
    engine.learn(["the quuxly thing"])
    assert [s.text for s in engine.candidates("quu", 3, sightings=1)] == ["quuxly"]
    assert engine.candidates("quu", 3, sightings=2) == []
    engine.learn(["a quuxly thing"])
    assert [s.text for s in engine.candidates("quu", 3, sightings=2)] == ["quuxly"]


def test_words_left_out_are_not_among_the_candidates(engine, texts):
    first = texts("I think ", 1)[0]
    left = engine.candidates("I think ", 3, leave_out=[first.lower()])
    assert first not in [s.text for s in left]
    assert len(left) == 3


def test_sentences_open_with_a_capital_for_those_who_open_them_so(engine, texts):
    assert all(text[0].isupper() for text in texts("Done. "))
    assert not any(text[0].isupper() for text in texts("the "))
    engine.learn(["small letters here", "and here too", "and here"])
    assert not any(text[0].isupper() for text in texts("ok. ") if text != "I")


def an_adapter(engine: SuggestionEngine) -> Adapter:
    """An adapter that makes every piece of `zebra` likely and everything else as it was."""
    zero = engine.zero_adapter()
    bias = np.zeros(zero.shape.vocabulary, np.float32)
    bias[engine.base.vocabulary.pieces_of("zebra")[0]] = 20.0
    return zero.replaced({"output_bias": bias})


def test_an_adapter_is_heard_at_once_and_taken_back_exactly(engine, texts):
    before = said(engine)
    first = engine.base.vocabulary.pieces_of("zebra")[0]
    opening = np.flatnonzero(engine.base.word_table.first == first)
    words = {engine.base.lexicon.words[number] for number in opening}
    engine.use_adapter(an_adapter(engine))
    assert texts("how are ", 1)[0].lower() in words
    engine.use_adapter(None)
    assert said(engine) == before


def test_an_adapter_for_another_base_is_refused_and_nothing_changes(engine):
    before = said(engine)
    stranger = Adapter.zero(engine.zero_adapter().shape, base="another", seed=1)
    with pytest.raises(ModelMismatch):
        engine.use_adapter(stranger)
    assert said(engine) == before


def test_an_engine_on_a_damaged_base_says_so_at_once(tmp_path):
    from hushkey.model.base import load_base  # noqa: PLC0415

    with pytest.raises(BaseDamaged):
        SuggestionEngine(load_base(tmp_path))


def test_trust_learned_in_one_run_is_taken_up_in_the_next(engine, other):
    engine.learn(DIARY)
    other.recount(DIARY, engine.trust)
    assert state_of(other) == state_of(engine)
    assert said(other) == said(engine)


def test_text_kept_with_gaps_teaches_nothing_of_them(engine):
    engine.learn([f"my pin is {GAP} thanks", f"{GAP} and {GAP}"])
    assert engine.words_learned == 5
    assert (("is",), "thanks") not in counted(engine)
    assert not any(GAP in word for (context, word) in counted(engine) for word in (*context, word))


def test_threads_that_suggest_learn_forget_and_block_never_disturb_an_answer(shipped_base):
    """Answers stay well-formed while others write; at the end the memory holds what was taught."""
    engine = SuggestionEngine(shipped_base)
    lines = [f"the zorb{number} sat on the mat" for number in range(12)]

    def work(number: int) -> None:
        for place in PLACES[:6]:
            for suggestion in engine.suggest(place, 4):
                assert 0 < suggestion.score <= 1
                assert suggestion.text
        engine.learn([lines[number]])
        engine.block(f"blocked{number}")
        engine.suggest(f"the zorb{number}")
        if number % 3 == 0:
            engine.forget(f"zorb{number}")
            engine.use_adapter(None)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(12)))
    twin = SuggestionEngine(shipped_base)
    twin.recount(
        [line.replace(f"zorb{n}", GAP) if n % 3 == 0 else line for n, line in enumerate(lines)]
    )
    assert counted(engine) == counted(twin)
    assert len(engine.blocked) == 12


@settings(max_examples=30)
@given(
    st.lists(st.text(st.characters(), max_size=25), max_size=3),
    st.text(st.characters(), max_size=25),
)
def test_no_text_makes_the_engine_raise(tiny_base, lines, before):
    engine = SuggestionEngine(tiny_base)
    engine.learn(lines)
    for place in range(len(before) + 1):
        for suggestion in engine.suggest(before[:place]):
            assert suggestion.text
            assert suggestion.replaces <= place
    for line in lines:
        for word in line.split():
            engine.forget(word)
    engine.suggest(before)


def test_the_engine_runs_with_no_store_and_loads_no_torch():
    program = (
        "import sys\n"
        "from hushkey.keyboard.engine import SuggestionEngine\n"
        "engine = SuggestionEngine()\n"
        "session = engine.session('editor')\n"
        "offered = session.suggest('how are ')\n"
        "session.accept(offered[0]); session.commit('how are you')\n"
        "engine.forget('you')\n"
        "assert offered\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "found = loaded & {'torch', 'onnx', 'sqlcipher3', 'keyring', 'textual'}\n"
        "assert not found, found"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# What a person vouched for, and what they blocked -----------------------------------------------------


def test_a_word_that_is_vouched_for_is_offered_from_its_first_use_and_not_as_new(engine):
    engine.learn(["we met Zorblax"])
    asked = {"sightings": 2, "trusted": 3}
    assert "Zorblax" not in [s.text for s in engine.candidates("we met Zo", 3, **asked)]
    engine.vouch_for("Zorblax")
    assert engine.vouched == {"zorblax"}
    assert [s.new for s in engine.candidates("we met Zo", 3, **asked) if s.text == "Zorblax"] == [
        False
    ]
    engine.forget("Zorblax")
    assert engine.vouched == frozenset()


def test_a_word_that_is_vouched_for_is_not_corrected(engine):
    assert engine.corrections("we will meet tomorow", finished=True)
    engine.vouch_for("tomorow")
    assert engine.corrections("we will meet tomorow", finished=True) == []
    engine.unlist("tomorow")
    assert engine.corrections("we will meet tomorow", finished=True)


def test_the_chance_of_a_word_is_the_score_of_its_suggestion(engine):
    engine.learn(["we met Zorblax"] * 3)
    scores = {s.text.lower(): s.score for s in engine.suggest("we met ", 20)}
    words = [*scores, "never-typed"]
    assert engine.chances("we met ", words) == [*scores.values(), 0.0]
    assert engine.own_words() == ["zorblax"]
    assert [engine.count(word) for word in ("ZORBLAX", "met", "never-typed")] == [3, 3, 0]


BLOCKED = "Zorblax"
TYPED = ["we met Zorblax again", "Zorblax is here", "ask ZORBLAX."] * 12


def everything_shown(engine, text):
    """All that a strip of three shows while a line is typed, letter by letter, phrases and emoji too."""
    session = engine.session(settings=lambda: Settings(emoji=True, sightings_offered=1, floor=0.0))
    for end in range(len(text) + 1):
        yield from session.suggest(text[:end])
        found = session.phrase()
        if found is not None:
            yield found


@pytest.mark.parametrize(
    "line",
    ["we met Zorblax again", "Zorblax is here", "ask ZORBLAX", "we met Zorbalx "],
)
@pytest.mark.parametrize("name", ["Zorblax", "ZORBLAX", "zorblax"])
def test_a_blocked_word_is_in_no_phrase_correction_completion_or_other_form(engine, line, name):
    engine.learn(TYPED)
    before = [shown.text.lower() for shown in everything_shown(engine, line)]
    assert any("zorblax" in text for text in before)
    engine.block(name)
    for shown in everything_shown(engine, line):
        assert "zorblax" not in shown.text.lower(), shown.kind


@pytest.mark.parametrize(
    ("typed", "meant", "blocked"),
    [("see you tomorow", "tomorrow", "Tomorrow"), ("thankyou", "thank you", "YOU")],
)
def test_a_blocked_word_of_the_base_is_no_correction_either(engine, typed, meant, blocked):
    def offered():
        return [found.text for found in engine.corrections(typed, finished=True)]

    assert offered() == [meant]
    engine.block(blocked)
    assert meant not in offered()


def test_a_blocked_emoji_is_not_offered(engine):
    def emoji():
        return [s.text for s in everything_shown(engine, "happy birthday ") if s.kind == "emoji"]

    assert "🎂" in emoji()
    engine.block("🎂")
    assert "🎂" not in emoji()


def test_a_blocked_unknown_word_is_not_offered_as_it_was_typed(engine):
    def echoed():
        return [s.text for s in everything_shown(engine, "we met xqzvbk") if s.kind == "typed"]

    assert "xqzvbk" in echoed()
    engine.block("Xqzvbk")
    assert "xqzvbk" not in echoed()
