"""The rules of the slots, over an engine that answers from a list; then over the real one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.settings import Settings
from hushkey.keyboard.strip import Strip
from hushkey.keyboard.types import Suggestion

FLOOR = Settings().floor


def word(text: str, score: float = 0.5, replaces: int = 0) -> Suggestion:
    return Suggestion(text, "completion" if replaces else "prediction", score, {}, replaces)


class ListedEngine:
    """Offers from a list by prefix; knows the words it is told to know; corrects what it is told to."""

    blocked: frozenset[str] = frozenset()

    def __init__(
        self,
        offered: dict[str, float],
        known: tuple[str, ...] = (),
        *,
        seen: dict[str, int] | None = None,
        meant: dict[str, tuple[str, float]] | None = None,
    ) -> None:
        self.offered = offered
        self.known = known
        self.seen = seen or {}  # how often, for words that only the user knows
        self.meant = meant or {}
        self.asked: list[tuple[int, int]] = []

    def candidates(self, text_before_cursor, k, *, leave_out=(), sightings=0, trusted=0):
        self.asked.append((k, sightings))
        prefix = text_before_cursor.rsplit(" ", 1)[-1]
        found = [
            replace(word(text, score, len(prefix)), new=self.seen.get(text, trusted) < trusted)
            for text, score in sorted(self.offered.items(), key=lambda item: -item[1])
            if text.startswith(prefix)
            and text != prefix
            and self.seen.get(text, sightings) >= sightings
        ]
        return found[:k]

    def corrections(self, text_before_cursor, k=1, *, finished=False):
        token = text_before_cursor.rsplit(" ", 1)[-1]
        if token not in self.meant:
            return []
        text, chance = self.meant[token]
        return [Suggestion(text, "correction", chance, {}, len(token))]

    def knows(self, text):
        return text in self.known or text in self.offered


def fill(
    strip: Strip, engine: ListedEngine, before: str, k: int = 3, **changes
) -> list[Suggestion]:
    prefix = before.rsplit(" ", 1)[-1]
    return strip.fill(engine, before, prefix, k, Settings().replace(**changes))


def shown(strip: Strip, engine: ListedEngine, before: str, k: int = 3, **changes) -> list[str]:
    return [suggestion.text for suggestion in fill(strip, engine, before, k, **changes)]


def transcript(engine: ListedEngine, *keys: str, **changes) -> list[str]:
    """What the slots show after each text, an empty slot as a dash; a kind that is no word's is named."""
    strip, lines = Strip(), []
    for before in keys:
        slots = ["-"] * 3
        found = fill(strip, engine, before, **changes)
        for place, s in zip(strip.places, found, strict=True):
            kind = "" if s.kind in {"prediction", "completion"} else f":{s.kind}"
            slots[place] = s.text + kind + ("+" if s.new else "")
        lines.append(f"{before} | " + " ".join(slots))
    return lines


TO = {"to": 0.3, "the": 0.25, "ten": 0.2, "tomorrow": 0.1, "today": 0.09, "together": 0.08}


def test_slots_fill_with_the_likeliest_words():
    assert shown(Strip(), ListedEngine(TO), "t") == ["to", "the", "ten"]


def test_confirmed_words_stay_and_only_the_free_slots_change():
    strip, engine = Strip(), ListedEngine({**TO, "tot": 0.28})
    assert shown(strip, engine, "t") == ["to", "tot", "the"]
    assert shown(strip, engine, "to") == ["tomorrow", "tot", "today"]
    assert shown(strip, engine, "tot") == []


def test_a_likelier_newcomer_does_not_push_a_confirmed_word_aside():
    strip, engine = Strip(), ListedEngine(TO)
    shown(strip, engine, "to")
    engine.offered = {**TO, "token": 0.9}
    assert shown(strip, engine, "to") == ["tomorrow", "today", "together"]


def test_a_slot_with_nothing_to_show_stays_empty_and_the_words_behind_it_stay_too():
    strip, engine = Strip(), ListedEngine({"table": 0.4, "tomorrow": 0.3, "tea": 0.2})
    assert shown(strip, engine, "t") == ["table", "tomorrow", "tea"]
    assert shown(strip, engine, "te") == ["tea"]
    assert strip.places == (2,)
    engine.offered = {**engine.offered, "ten": 0.9}
    assert shown(strip, engine, "te") == ["ten", "tea"]
    assert strip.places == (0, 2)


def test_a_cleared_strip_remembers_nothing():
    strip, engine = Strip(), ListedEngine(TO)
    shown(strip, engine, "to")
    engine.offered = {**TO, "token": 0.9}
    strip.clear()
    assert strip.places == ()
    assert shown(strip, engine, "to")[0] == "token"


def test_a_word_kept_in_its_slot_takes_the_place_of_all_letters_typed_by_now():
    strip, engine = Strip(), ListedEngine(TO)
    fill(strip, engine, "t")
    offered = {s.text: s for s in fill(strip, engine, "to")}
    assert offered["tomorrow"].replaces == 2


def test_before_the_first_letter_nothing_below_the_floor_is_shown():
    engine = ListedEngine({"likely": FLOOR, "hardly": FLOOR * 0.99})
    assert shown(Strip(), engine, "so ") == ["likely"]


def test_once_a_letter_is_typed_the_floor_is_gone():
    engine = ListedEngine({"likely": FLOOR, "lately": FLOOR / 100})
    assert shown(Strip(), engine, "so l") == ["likely", "lately"]


def test_the_floor_is_the_owners():
    engine = ListedEngine({"likely": 0.2, "hardly": 0.0001})
    assert shown(Strip(), engine, "so ", floor=0.0) == ["likely", "hardly"]
    assert shown(Strip(), engine, "so ", floor=0.3) == []


# The ladder for new words -------------------------------------------------------------------------

LADDER = {"quuxly": 0.4, "quest": 0.3}


@pytest.mark.parametrize(
    ("uses", "slots"), [(1, "quest - -"), (2, "quuxly+ quest -"), (3, "quuxly quest -")]
)
def test_a_new_word_is_invisible_then_offered_with_a_mark_then_trusted(uses, slots):
    engine = ListedEngine(LADDER, seen={"quuxly": uses})
    assert transcript(engine, "q") == [f"q | {slots}"]


def test_the_rungs_of_the_ladder_are_the_owners():
    engine = ListedEngine(LADDER, seen={"quuxly": 1})
    assert transcript(engine, "q", sightings_offered=1) == ["q | quuxly+ quest -"]
    trusting = {"sightings_offered": 1, "sightings_trusted": 1}
    assert transcript(engine, "q", **trusting) == ["q | quuxly quest -"]


def test_the_mark_goes_once_the_word_is_trusted_and_the_word_keeps_its_slot():
    engine = ListedEngine(LADDER, seen={"quuxly": 2})
    strip = Strip()
    assert [s.new for s in fill(strip, engine, "q")] == [True, False]
    engine.seen["quuxly"] = 3
    assert [s.new for s in fill(strip, engine, "qu")] == [False, False]


# Corrections --------------------------------------------------------------------------------------

TEH = {"teh": ("the", 0.8)}


def test_a_correction_takes_the_last_free_slot():
    engine = ListedEngine({"tehran": 0.1}, meant=TEH)
    assert transcript(engine, "te", "teh", "tehr") == [
        "te | tehran - -",
        "teh | tehran teh:typed the:correction",
        "tehr | tehran - tehr:typed",
    ]


def test_a_correction_that_is_likelier_than_not_takes_the_last_words_slot_and_gives_it_back():
    words = {"tehran": 0.3, "tehrani": 0.2, "tehrangeles": 0.1}
    sure, unsure = ListedEngine(words, meant=TEH), ListedEngine(words, meant={"teh": ("the", 0.4)})
    assert transcript(sure, "te", "teh", "tehr") == [
        "te | tehran tehrani tehrangeles",
        "teh | tehran tehrani the:correction",
        "tehr | tehran tehrani tehrangeles",
    ]
    assert transcript(unsure, "teh") == ["teh | tehran tehrani tehrangeles"]


def test_a_correction_of_the_finished_word_stands_beside_the_next_words_and_none_stands_twice():
    engine = ListedEngine({"the": 0.5, "cat": 0.3, "dog": 0.2, "hen": 0.1}, meant=TEH)
    assert transcript(engine, "in teh ") == ["in teh  | cat dog the:correction"]


def test_a_correction_of_the_finished_word_takes_the_place_of_its_blank_too():
    engine = ListedEngine({}, meant=TEH)
    assert [s.replaces for s in fill(Strip(), engine, "in teh ")] == [4]
    assert fill(Strip(), engine, "in teh  ") == []
    assert fill(Strip(), engine, " ") == []


def test_punctuation_behind_a_corrected_word_stays():
    engine = ListedEngine({"the": 0.5, "cat": 0.3}, meant=TEH)
    (cat, correction) = fill(Strip(), engine, "in teh, ")
    assert (cat.text, correction.text, correction.replaces) == ("cat", "the,", 5)
    assert [s.kind for s in fill(Strip(), engine, "in ... ")] == ["prediction", "prediction"]


def test_a_correction_stays_in_its_slot_while_it_is_offered():
    engine = ListedEngine({}, known=("teh", "tehh"), meant={**TEH, "tehh": ("the", 0.9)})
    strip = Strip()
    fill(strip, engine, "teh")
    assert strip.places == (2,)
    engine.offered = {"tehh": 0.5, "tehhh": 0.4, "tehhhh": 0.3, "tehhhhh": 0.2}
    assert shown(strip, engine, "tehh") == ["tehhh", "tehhhh", "the"]
    assert strip.places == (0, 1, 2)


def test_corrections_can_be_turned_off():
    engine = ListedEngine({}, known=("teh",), meant=TEH)
    assert transcript(engine, "teh", corrections=False) == ["teh | - - -"]


# Emoji --------------------------------------------------------------------------------------------

NEXT = {"is": 0.5, "was": 0.3, "at": 0.1, "will": 0.05}


def test_emoji_are_off_until_they_are_turned_on():
    assert transcript(ListedEngine(NEXT), "the party ") == ["the party  | is was at"]


def test_an_emoji_stands_in_the_last_slot_behind_the_word_that_earns_it_and_leaves_with_the_next_key():
    assert transcript(ListedEngine(NEXT), "the party", "the party ", "the party w", emoji=True) == [
        "the party | - - party:typed",
        "the party  | is was 🎉:emoji",
        "the party w | will was -",
    ]


def test_an_emoji_takes_nothing_in_the_place_of_a_correction_and_stands_behind_no_other_word():
    engine = ListedEngine(NEXT, meant={"prty": ("party", 0.9), "party": ("part", 0.9)})
    assert transcript(engine, "a party ", "some ", emoji=True) == [
        "a party  | is was part:correction",
        "some  | is was at",
    ]


# The word as typed --------------------------------------------------------------------------------


def test_an_unknown_word_is_offered_as_it_was_typed_where_a_slot_is_left():
    offered = fill(Strip(), ListedEngine({"zorbing": 0.2}), "the zorb")
    assert [(s.text, s.kind, s.replaces) for s in offered] == [
        ("zorbing", "completion", 4),
        ("zorb", "typed", 4),
    ]


def test_a_full_strip_has_no_room_for_the_word_as_typed():
    engine = ListedEngine({"zorbing": 0.3, "zorbed": 0.2, "zorbs": 0.1})
    assert shown(Strip(), engine, "zorb") == ["zorbing", "zorbed", "zorbs"]


def test_a_known_or_very_short_word_is_not_offered_as_typed():
    assert shown(Strip(), ListedEngine({}, known=("tea",)), "tea") == []
    assert shown(Strip(), ListedEngine({}), "zo") == []
    assert shown(Strip(), ListedEngine({}), "zor") == ["zor"]


def test_the_word_as_typed_follows_the_typing():
    strip, engine = Strip(), ListedEngine({})
    assert shown(strip, engine, "zor") == ["zor"]
    assert shown(strip, engine, "zorb") == ["zorb"]


def test_on_the_ladder_of_the_real_engine_a_word_is_invisible_then_new_then_trusted(engine):
    session = engine.session()
    session.commit("the quuxly thing")
    assert [s.text for s in session.suggest("a quu") if s.kind == "completion"] == []
    assert "quuxly" in [s.text for s in engine.suggest("a quu")]
    for new in (True, False):
        session.commit("one quuxly more")
        offered = [s for s in session.suggest("a quu") if s.kind == "completion"]
        assert [(s.text, s.new) for s in offered] == [("quuxly", new)]


def test_a_word_that_the_base_knows_is_never_new(engine):
    offered = engine.candidates("how are ", 8, trusted=10**6)
    assert offered
    assert not any(suggestion.new for suggestion in offered)


@pytest.mark.parametrize(
    ("before", "contraction"),
    [
        ("I don", "don't"),
        ("I can", "can't"),
        ("he did", "didn't"),
        ("I'", "I'm"),
        ("you'", "you're"),
    ],
)
def test_contractions_stay_within_reach_of_their_first_letters(engine, before, contraction):
    assert contraction in [s.text for s in engine.session().suggest(before)]


@pytest.mark.parametrize(
    ("before", "written"),
    [
        ("", "I"),
        ("That is good. ", "I"),
        ("we went to Lon", "London"),
        ("see you on Mon", "Monday"),
        ("see you on mon", "monday"),
    ],
)
def test_capitals_are_those_of_the_sentence_and_of_names_and_letters_typed_stay(
    engine, before, written
):
    assert written in [s.text for s in engine.session().suggest(before)]


@pytest.mark.parametrize("before", ["so what we t", "he said th", "and then t"])
def test_no_stray_capital_stands_inside_a_sentence(engine, before):
    assert all(s.text.islower() for s in engine.session().suggest(before))


def test_the_strip_of_the_real_engine_offers_an_unknown_word_as_typed(engine):
    offered = engine.session().suggest("see zorblaxian")
    assert [(s.text, s.kind) for s in offered] == [("zorblaxian", "typed")]


# What holds whatever is typed ---------------------------------------------------------------------

ENGINE = ListedEngine(
    {
        "ab": 0.3,
        "aba": 0.25,
        "abab": 0.2,
        "b": 0.15,
        "ba": 0.1,
        "baa": 0.05,
        "bab": 0.04,
        "aa": 0.001,
    },
    seen={"aba": 2, "baa": 1},
    meant={"aab": ("ab", 0.9), "bb": ("ba", 0.3), "aa": ("b", 0.6)},
)
KEYS = st.lists(st.sampled_from(["a", "b", " ", "<"]), max_size=14)  # < takes a letter back


@given(KEYS, st.integers(1, 4), st.booleans())
def test_whatever_is_typed_the_slots_hold_each_word_once_and_no_confirmed_word_moves(
    keys, k, corrections
):
    strip, before, old = Strip(), "", {}
    for key in keys:
        before = before[:-1] if key == "<" else before + key
        prefix = before.rsplit(" ", 1)[-1]
        if not prefix:
            strip.clear()
            old = {}
        found = fill(strip, ENGINE, before, k, corrections=corrections)
        places = strip.places
        assert list(places) == sorted(set(places) & set(range(k)))
        assert len({s.text for s in found}) == len(found) == len(places) <= k
        now = dict(zip(places, found, strict=True))
        likely = {s.text for s in ENGINE.candidates(before, 2 * k, sightings=2)}
        for place, s in old.items():
            if s.kind == "completion" and s.text in likely:
                if now[place].kind == "correction" and place == k - 1:
                    continue  # the one thing that a confirmed word makes room for
                if s.text not in {c.text for c in now.values() if c.kind == "correction"}:
                    assert now[place].text == s.text
        old = now
