"""Line mode, as a transcript of what is entered and what is said."""

from scripted import ScriptedProfile

from hushkey.tui.plain import HELP, PlainTyping


def talk(profile: ScriptedProfile | None = None) -> tuple[PlainTyping, ScriptedProfile]:
    profile = profile or ScriptedProfile()
    return PlainTyping(profile), profile


def test_entered_words_are_answered_with_numbered_suggestions() -> None:
    plain, _ = talk()
    assert plain.step("see you") == ["1: the", "2: and", "3: then"]


def test_a_number_alone_takes_a_suggestion() -> None:
    plain, profile = talk()
    plain.step("see you")
    assert plain.step("2")[0] == "Took and."
    assert plain.step(":read") == ["see you and"]
    assert profile.accepted == ["and"]


def test_a_number_after_a_space_is_typed() -> None:
    plain, _ = talk()
    plain.step("at")
    plain.step(" 2")
    assert plain.step(":read") == ["at 2"]


def test_a_number_that_is_no_suggestion_is_typed() -> None:
    plain, _ = talk()
    assert plain.step("2")[0].startswith("1: ")
    assert plain.step(":read") == ["2"]


def test_a_plus_at_the_end_asks_for_the_rest_of_the_word() -> None:
    plain, _ = talk()
    assert plain.step("see you tom+") == ["1: tomorrow"]
    plain.step("1")
    assert plain.step(":read") == ["see you tomorrow"]


def test_a_mark_is_not_set_off_by_a_space() -> None:
    plain, _ = talk()
    plain.step("see you")
    plain.step("1")
    plain.step(".")
    assert plain.step(":read") == ["see you the."]


def test_an_empty_line_finishes_and_keeps_the_sentence() -> None:
    plain, profile = talk()
    plain.step("see you")
    assert plain.step("") == ["Finished and kept."]
    assert profile.committed == ["see you"]
    assert plain.step("") == ["The sentence is empty."]


def test_leaving_keeps_the_unfinished_sentence() -> None:
    plain, profile = talk()
    plain.step("half a")
    assert plain.step(":quit")[-1] == "Goodbye."
    assert plain.ended
    assert profile.committed == ["half a"]


def test_private_mode_keeps_nothing_of_the_sentence_it_begins_in() -> None:
    plain, profile = talk()
    plain.step("a secret")
    plain.step(":private")
    plain.step(":private")
    assert plain.step("") == ["Finished. Private: nothing was kept."]
    plain.step("open")
    plain.step("")
    assert profile.committed == ["open"]


def test_undo_takes_the_last_part_back() -> None:
    plain, _ = talk()
    plain.step("see")
    plain.step("you")
    assert plain.step(":undo") == ["see"]


def test_what_is_special_about_a_suggestion_is_said() -> None:
    plain, _ = talk()
    assert plain.step("zebr+") == ["1: zebra (new)"]
    assert talk()[0].step("in") == ["1: the", "2: and", "3: then", "4: the morning sun (a phrase)"]


def test_a_phrase_is_taken_whole_by_its_number() -> None:
    plain, _ = talk()
    plain.step("in")
    plain.step("4")
    assert plain.step(":read") == ["in the morning sun"]


def test_a_correction_is_taken_by_its_number_and_undone() -> None:
    plain, profile = talk()
    assert plain.step("in teh+") == ["1: the (a correction)"]
    plain.step("1")
    assert plain.step(":read") == ["in the"]
    assert plain.step(":undo") == ["in teh"]
    assert profile.kept_as_typed == ["teh"]


def test_only_the_correction_itself_is_taken_back_by_undo() -> None:
    plain, profile = talk()
    plain.step("teh+")
    plain.step("1")
    plain.step("end")
    assert plain.step(":undo") == ["the"]
    assert profile.undone == []


def test_a_correction_is_taken_back_also_after_going_on() -> None:
    plain, profile = talk()
    plain.step("teh+")
    plain.step("1")
    plain.step("end")
    assert plain.step(":uncorrect") == ["teh end"]
    assert profile.undone == [("the end", True)]
    assert plain.step(":undo") == ["the end"]
    assert talk()[0].step(":uncorrect") == ["There is no correction to take back."]


def test_what_is_taken_back_in_private_is_not_remembered() -> None:
    plain, profile = talk()
    plain.step(":private")
    plain.step("teh+")
    plain.step("1")
    plain.step(":undo")
    assert [remember for _, remember in profile.undone] == [False]


def test_a_suggestion_is_explained_and_forgotten_by_its_number() -> None:
    plain, profile = talk()
    plain.step("see you")
    assert "network: 40.0%" in plain.step(":why 1")
    assert plain.step(":forget 1") == ["Forgotten; 1 entries changed."]
    assert profile.forgotten == ["the"]
    assert plain.step(":why 9") == ["There is no suggestion of that number."]


def test_an_unknown_command_is_answered_with_the_help() -> None:
    plain, _ = talk()
    assert plain.step(":what") == list(HELP)
