"""The rules of the slots, over an engine that answers from a list."""

from hushkey.keyboard.strip import FLOOR, SIGHTINGS, Strip
from hushkey.keyboard.types import Suggestion


def word(text: str, score: float = 0.5, replaces: int = 0) -> Suggestion:
    return Suggestion(text, "completion" if replaces else "prediction", score, {}, replaces)


class ListedEngine:
    """Offers from a list by prefix; knows the words it is told to know."""

    def __init__(self, offered: dict[str, float], known: tuple[str, ...] = ()) -> None:
        self.offered = offered
        self.known = known
        self.asked: list[tuple[int, int]] = []

    def candidates(self, text_before_cursor, k, *, leave_out=(), sightings=0):
        self.asked.append((k, sightings))
        prefix = text_before_cursor.rsplit(" ", 1)[-1]
        found = [
            word(text, score, len(prefix))
            for text, score in sorted(self.offered.items(), key=lambda item: -item[1])
            if text.startswith(prefix) and text != prefix
        ]
        return found[:k]

    def knows(self, text):
        return text in self.known or text in self.offered


def shown(strip: Strip, engine: ListedEngine, before: str, k: int = 3) -> list[str]:
    prefix = before.rsplit(" ", 1)[-1]
    return [suggestion.text for suggestion in strip.fill(engine, before, prefix, k)]


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
    strip.fill(engine, "t", "t", 3)
    offered = {s.text: s for s in strip.fill(engine, "to", "to", 3)}
    assert offered["tomorrow"].replaces == 2


def test_before_the_first_letter_nothing_below_the_floor_is_shown():
    engine = ListedEngine({"likely": FLOOR, "hardly": FLOOR * 0.99})
    assert shown(Strip(), engine, "so ") == ["likely"]


def test_once_a_letter_is_typed_the_floor_is_gone():
    engine = ListedEngine({"likely": FLOOR, "lately": FLOOR / 100})
    assert shown(Strip(), engine, "so l") == ["likely", "lately"]


def test_the_engine_is_asked_for_words_used_often_enough():
    engine = ListedEngine(TO)
    shown(Strip(), engine, "t")
    assert engine.asked == [(6, SIGHTINGS)]


def test_an_unknown_word_is_offered_as_it_was_typed_where_a_slot_is_left():
    offered = Strip().fill(ListedEngine({"zorbing": 0.2}), "the zorb", "zorb", 3)
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


def test_on_the_ladder_one_sighting_is_invisible_and_two_are_offered(engine):
    session = engine.session()
    session.commit("the quuxly thing")
    assert [s.text for s in session.suggest("a quu") if s.kind != "typed"] == []
    assert "quuxly" in [s.text for s in engine.suggest("a quu")]
    session.commit("one quuxly more")
    assert [s.text for s in session.suggest("a quu") if s.kind != "typed"] == ["quuxly"]


def test_the_strip_of_the_real_engine_offers_an_unknown_word_as_typed(engine):
    offered = engine.session().suggest("see zorblaxian")
    assert [(s.text, s.kind) for s in offered] == [("zorblaxian", "typed")]
