"""What was shown on one surface: stable slots, the skip rule, accepting, committing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.session import Session
from hushkey.keyboard.settings import Settings as AllSettings
from hushkey.keyboard.types import Suggestion
from hushkey.keyboard.undo import Undo

PHRASE = "I think we can meet tomorrow at the station"


def texts(offered: list[Suggestion]) -> list[str]:
    return [suggestion.text for suggestion in offered]


def typed_out(line: str) -> list[str]:
    """What stands before the cursor after each key."""
    return [line[:place] for place in range(len(line) + 1)]


def test_a_suggestion_that_the_next_letter_confirms_stays_in_its_slot(engine):
    session = engine.session()
    shown = texts(session.suggest("I will see you t"))
    kept = 0
    for before in ("I will see you to", "I will see you tom", "I will see you tomo"):
        now = texts(session.suggest(before))
        prefix = before.rsplit(" ", 1)[-1]
        for place, word in enumerate(shown):
            if word.startswith(prefix) and word != prefix:
                assert now[place] == word
                kept += 1
        shown = now
    assert kept > 0


def test_nothing_jumps_in_any_word_of_a_line_typed_key_by_key(engine):
    session = engine.session()
    before, shown = "", {}
    for now in typed_out(PHRASE):
        offered = dict(zip(texts(session.suggest(now)), session.places, strict=True))
        if now[:-1] == before and " " not in now[-1:]:
            for word in shown.keys() & offered.keys():
                assert offered[word] == shown[word]
        before, shown = now, offered


class FewWords:
    """An engine of three words, so that a letter can leave slots with nothing to show."""

    blocked: frozenset[str] = frozenset()
    forgettings = 0

    def candidates(self, text_before_cursor, k, *, leave_out=(), sightings=0, trusted=0):
        prefix = text_before_cursor.rsplit(" ", 1)[-1]
        words = [w for w in ("table", "tea", "tomorrow") if w.startswith(prefix)]
        return [Suggestion(w, "completion", 0.5, {}, len(prefix)) for w in words][:k]

    def corrections(self, text_before_cursor, k=1, *, finished=False):
        return []

    def knows(self, word):
        return False


def test_a_word_confirmed_in_the_third_slot_stays_there_though_the_first_two_are_empty():
    session = Session(FewWords(), "app")
    assert texts(session.suggest("see you t")) == ["table", "tea", "tomorrow"]
    assert session.places == (0, 1, 2)
    assert texts(session.suggest("see you to")) == ["tomorrow"]
    assert session.places == (2,)
    assert texts(session.suggest("see you tom")) == ["tom", "tomorrow"]  # the first as typed
    assert session.places == (1, 2)


def test_the_places_are_those_of_the_last_answer_also_once_it_was_taken():
    session = Session(FewWords(), "app")
    assert session.places == ()
    session.suggest("see you t")
    (offered,) = session.suggest("see you to")
    session.accept(offered)
    assert session.places == (2,)
    session.suggest("see you q")
    assert session.places == ()


def test_the_bare_ranking_fills_the_slots_in_turn():
    session = Session(FewWords(), "app", policy="ranking")
    session.suggest("see you t")
    assert session.places == (0, 1, 2)
    assert len(session.suggest("see you to")) == len(session.places) == 1
    assert session.places == (0,)


def test_no_slot_shows_a_word_that_another_shows(engine):
    session = engine.session()
    for now in typed_out(PHRASE):
        offered = [text.lower() for text in texts(session.suggest(now))]
        assert len(set(offered)) == len(offered) <= 3


def test_a_new_word_starts_with_fresh_slots(engine):
    fresh = texts(engine.session().suggest("how are "))
    session = engine.session()
    session.suggest("how a")
    session.suggest("how are")
    assert texts(session.suggest("how are ")) == fresh


def test_asking_twice_shows_the_same(engine):
    session = engine.session()
    assert session.suggest("I will t") == session.suggest("I will t")


def test_two_surfaces_do_not_know_of_each_other(engine):
    one, another = engine.session("app"), engine.session("shell")
    one.suggest("I will see you t")
    one.suggest("I will see you to")
    assert texts(another.suggest("how are ")) == texts(engine.session().suggest("how are "))
    assert (one.surface, another.surface) == ("app", "shell")


def test_the_bare_ranking_leaves_out_what_was_shown_for_this_word_and_not_taken(engine):
    session = engine.session(policy="ranking")
    shown: set[str] = set()
    for before in ("we will t", "we will th", "we will the"):
        offered = {text.lower() for text in texts(session.suggest(before))}
        assert not offered & shown
        shown |= offered


def test_a_letter_taken_back_makes_possible_again_what_was_passed_over_behind_it(engine):
    session = engine.session(policy="ranking")
    first = set(texts(session.suggest("we will t")))
    behind = set(texts(session.suggest("we will to")))
    assert not set(texts(session.suggest("we will t"))) & first
    assert behind & set(texts(session.suggest("we will to")))
    assert not set(texts(session.suggest("we will to"))) & first


def test_letters_replaced_at_once_make_it_possible_again_too(engine):
    session = engine.session(policy="ranking")
    session.suggest("we will t")
    behind = texts(session.suggest("we will to"))
    session.suggest("we will ta")
    assert texts(session.suggest("we will to")) == behind != []


def test_the_next_word_may_offer_again_what_the_last_one_passed_over(engine):
    session = engine.session(policy="ranking")
    first = texts(session.suggest("I think "))
    session.suggest("I think t")
    assert texts(session.suggest("I think ")) == first
    session.suggest("how are ")
    assert texts(session.suggest("I think ")) == first


def test_the_same_place_on_the_next_line_is_a_new_word(engine):
    session = engine.session(policy="ranking")
    first = texts(session.suggest(""))
    session.suggest("t")
    session.commit("t")
    engine.forget("t")
    assert {text.lower() for text in texts(session.suggest(""))} == {t.lower() for t in first}


def test_an_accepted_suggestion_takes_the_place_of_the_letters_and_brings_its_blank(engine):
    session = engine.session()
    before = "how are yo"
    (offered, *_) = session.suggest(before)
    given_ = session.accept(offered)
    assert given_ == offered.text + " "
    assert before[: len(before) - offered.replaces] + given_ == f"how are {offered.text} "


def test_accepting_is_tallied_in_letters_and_blanks_that_needed_no_key(engine):
    session = engine.session()
    session.accept(Suggestion("tomorrow", "completion", 0.5, {}, 3))
    assert (session.tally.accepted, session.tally.characters_given) == (1, 5)  # 9 - 3 - 1 key
    session.accept(Suggestion("you", "prediction", 0.5, {}, 0))
    assert (session.tally.accepted, session.tally.characters_given) == (2, 8)


def test_a_word_that_saves_nothing_is_never_tallied_as_a_loss(engine):
    session = engine.session()
    session.accept(Suggestion("it", "typed", 0.0, {}, 2))
    assert session.tally.characters_given == 0
    session.accept(Suggestion("it", "typed", 0.0, {}, 5))
    assert session.tally.characters_given == 0


def test_after_accepting_the_slots_are_those_of_a_fresh_word(engine):
    session = engine.session(policy="ranking")
    (offered, *_) = session.suggest("I t")
    session.accept(offered)
    assert session.suggest("I t")[0] == offered


def test_a_committed_line_is_learned(engine):
    session = engine.session()
    session.commit("the zorblax zorblax")
    assert engine.words_learned == 3
    assert engine.knows("zorblax")


def test_several_lines_are_learned_one_by_one_and_blank_ones_not_at_all(engine):
    session = engine.session()
    session.commit("one two\n\n   \nthree\r\nfour")
    assert engine.words_learned == 4
    session.commit("")
    session.commit(" \n ")
    assert engine.words_learned == 4


def test_an_owner_who_takes_commits_gets_the_text_and_the_engine_learns_nothing(engine):
    received = []
    session = engine.session(on_commit=received.append)
    session.commit("my secret line\nand another")
    assert received == ["my secret line\nand another"]
    assert engine.words_learned == 0


def test_suggesting_and_accepting_teach_nothing(engine):
    session = engine.session()
    for now in typed_out("how are you"):
        offered = session.suggest(now)
        if offered:
            session.accept(offered[0])
    assert engine.words_learned == 0
    assert engine.trust == []


def test_fewer_slots_show_fewer_words(engine):
    assert len(engine.session().suggest("how are ", 1)) == 1


# Corrections, taken and taken back -----------------------------------------------------------------


class Corrector(FewWords):
    """Corrects `teh` and `adn` unless told to keep them."""

    def __init__(self):
        self.kept = []

    def corrections(self, text_before_cursor, k=1, *, finished=False):
        token = text_before_cursor.rsplit(" ", 1)[-1]
        meant = {"teh": "the", "adn": "and"}.get(token)
        if meant is None or token in self.kept:
            return []
        return [Suggestion(meant, "correction", 0.9, {}, len(token))]

    def keep_as_typed(self, word):
        self.kept.append(word)

    def learn(self, lines):
        list(lines)


def corrected(session: Session, before: str) -> str:
    """What stands before the cursor once the correction that is offered is taken."""
    (offer,) = (s for s in session.suggest(before) if s.kind == "correction")
    return before[: len(before) - offer.replaces] + session.accept(offer)


def undone(session: Session, before: str, **how) -> str | None:
    change = session.undo(before, **how)
    return None if change is None else before[: len(before) - change.replaces] + change.text


@pytest.mark.parametrize("before", ["in teh", "in teh "])
def test_a_correction_is_taken_and_taken_back_and_offered_no_more(before):
    session = Session(engine := Corrector(), "app")
    assert corrected(session, before) == "in the "
    assert session.undo() == Undo("teh ", 4)
    assert engine.kept == ["teh"]
    assert "correction" not in {s.kind for s in session.suggest(before)}
    assert session.undo() is None


def test_a_correction_is_taken_back_also_after_typing_on_while_the_corrected_word_stands():
    session = Session(Corrector(), "app")
    now = corrected(session, "in teh") + "end"
    session.suggest(now)
    assert undone(session, now) == "in teh end"
    now = corrected(session, "in adn")
    session.suggest("in an")
    assert undone(session, "in an") is None


def test_the_newest_correction_that_stands_is_taken_back_first():
    session = Session(Corrector(), "app")
    now = corrected(session, corrected(session, "teh") + "adn")
    assert now == "the and "
    now = undone(session, now)
    assert now == "the adn "
    assert undone(session, now) == "teh adn "
    assert undone(session, "teh adn ") is None


def test_whoever_keeps_words_is_told_and_where_nothing_is_to_be_kept_only_the_engine_is():
    told = []
    session = Session(engine := Corrector(), "app", on_keep=told.append)
    undone(session, corrected(session, "teh"))
    assert (told, engine.kept) == (["teh"], [])
    undone(session, corrected(session, "adn"), remember=False)
    assert (told, engine.kept) == (["teh"], ["adn"])


def test_a_corrected_word_is_remembered_without_the_punctuation_behind_it():
    session = Session(engine := Corrector(), "app")
    assert corrected(session, "in teh, ") == "in the, "
    assert undone(session, "in the, and") == "in teh, and"
    assert engine.kept == ["teh"]


def test_a_finished_line_leaves_nothing_to_take_back():
    session = Session(Corrector(), "app")
    now = corrected(session, "teh")
    session.commit(now)
    assert session.undo(now) is None


def test_settings_count_from_the_next_question_on():
    wanted = [AllSettings()]
    session = Session(Corrector(), "app", settings=lambda: wanted[0])
    assert "correction" in {s.kind for s in session.suggest("in teh")}
    wanted[0] = AllSettings(corrections=False)
    assert "correction" not in {s.kind for s in session.suggest("in teh")}


@pytest.mark.parametrize("policy", ["shown", "ranking"])
@settings(max_examples=25)
@given(st.lists(st.text(st.characters(), max_size=12), max_size=6))
def test_no_order_of_questions_makes_a_session_raise(tiny_base, policy, questions):
    session = SuggestionEngine(tiny_base).session(policy=policy)
    for before in questions:
        offered = session.suggest(before)
        assert len(session.places) == len(offered)
        assert list(session.places) == sorted(set(session.places) & {0, 1, 2})
        for suggestion in offered:
            assert suggestion.replaces <= len(before)
            session.accept(suggestion)
        session.phrase()
        session.undo()
        session.commit(before)
