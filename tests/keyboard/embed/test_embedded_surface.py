"""A surface: what it is offered, what private mode keeps out, why a word was offered, forgetting from there."""

import threading

import pytest

from hushkey.keyboard.embed import Surface
from hushkey.keyboard.profile import open_profile


@pytest.fixture
def profile(shipped_base):
    with open_profile(in_memory=True, base=shipped_base) as held:
        yield held


@pytest.fixture
def notes(profile):
    return Surface(profile, "notes")


def test_what_is_accepted_takes_the_place_of_what_was_typed(notes):
    (first, *_) = notes.suggest("See you tom")
    assert (first.text, first.replaces, notes.accept(first)) == ("tomorrow", 3, "tomorrow ")


def test_ghost_text_only_adds_to_what_stands_there(notes):
    assert notes.ghost("See you tom") == "orrow"
    for _ in range(3):
        notes.commit("We met Zorblax")
    assert notes.ghost("We met Zorb") == "lax"
    assert notes.ghost("We met Zorblax") == ""


def test_ghost_text_is_the_likeliest_word_also_where_the_slots_keep_another_in_front(notes):
    line = "See you tom"
    ghosts = [notes.ghost(line[: end + 1]) for end in range(len(line))]
    assert ghosts[-1] == "orrow"
    assert notes.ghost("Thanks for the help, see you tomo", look_ahead=False) == "rrow"


def test_a_committed_line_is_kept_under_the_name_of_its_surface(notes, profile):
    assert notes.commit("Zorblax is here")
    assert [(e.surface, e.text) for e in profile.history.entries()] == [
        ("notes", "Zorblax is here")
    ]


def test_a_secret_is_cut_out_of_a_committed_line(notes, profile):
    notes.commit("my card is 4111 1111 1111 1111")
    assert "4111" not in profile.history.entries()[0].text


def test_nothing_is_kept_in_private_nor_of_a_line_that_was_begun_in_it(notes, profile):
    notes.private = True
    assert notes.suggest("See you tom")
    assert not notes.commit("Zorblax one")
    notes.private = False
    assert not notes.commit("Zorblax two")
    assert notes.commit("Quuxley three")
    assert [entry.text for entry in profile.history.entries()] == ["Quuxley three"]
    assert not profile.engine.knows("zorblax")


def test_a_line_that_private_mode_caught_half_way_is_not_kept(notes, profile):
    notes.suggest("Zorbl")
    notes.private = True
    notes.private = False
    assert not notes.commit("Zorblax")
    assert profile.history.count() == 0


def test_a_correction_that_is_taken_back_in_private_is_written_nowhere(notes, profile):
    notes.private = True
    (meant,) = [word for word in notes.suggest("see teh") if word.kind == "correction"]
    line = "see " + notes.accept(meant)
    change = notes.undo(line)
    assert change is not None
    assert line[: len(line) - change.replaces] + change.text == "see teh "
    assert profile.history.kept_as_typed.words() == []


def test_why_tells_how_often_and_where_a_word_was_written(notes, profile):
    notes.commit("Zorblax met Zorblax")
    Surface(profile, "mail").commit("dear zorblax, hello")
    (offered,) = [word for word in notes.suggest("I met Z") if word.text == "Zorblax"]
    reasons = notes.why(offered)
    assert (reasons.uses, reasons.lines) == (3, {"notes": 1, "mail": 1})
    assert reasons.first_at is not None
    assert reasons.first_at <= (reasons.last_at or 0)
    assert reasons.experts["memory-1"] > 0


def test_why_of_a_word_of_the_base_names_no_line(notes):
    reasons = notes.why(notes.suggest("See you tom")[0])
    assert (reasons.uses, reasons.lines, reasons.first_at) == (0, {}, None)


def test_what_is_forgotten_from_one_surface_is_forgotten_on_all(notes, profile):
    notes.commit("Zorblax here")
    Surface(profile, "mail").commit("Zorblax there")
    assert notes.forget("zorblax") == 2
    assert not profile.engine.knows("zorblax")


def test_several_engines_in_one_process_learn_apart(shipped_base):
    with (
        open_profile(in_memory=True, base=shipped_base) as one,
        open_profile(in_memory=True, base=shipped_base) as other,
    ):
        Surface(one, "notes").commit("Zorblax is here")
        Surface(other, "notes").commit("Quuxley is here")
        assert [one.engine.knows(word) for word in ("zorblax", "quuxley")] == [True, False]
        assert [other.engine.knows(word) for word in ("zorblax", "quuxley")] == [False, True]


def test_threads_take_turns(notes, profile):
    def type_some(number: int) -> None:
        for line in range(10):
            notes.suggest("See you tom")
            notes.commit(f"line {line} of thread {number}")

    threads = [threading.Thread(target=type_some, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert profile.history.count() == 40
