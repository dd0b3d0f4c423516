"""Demands 9, 10, 16 to 22 and those close behind: what it is like to type with it, on the shipped base."""

from pathlib import Path

import pytest
from real_desk import at_the_desk
from textual.widgets import Static

DONT = "don't"
LINE = "please water the dahlias"


async def test_a_correction_is_put_back_also_after_typing_on(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"see you tommorow ")
        await desk.press(f"alt+{desk.slot_of('tomorrow')}", *"at")
        assert desk.text == "see you tomorrow at"
        await desk.press("f7")
        assert desk.text == "see you tommorow at"


async def test_ctrl_z_takes_a_correction_back_and_it_is_offered_no_more(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"see you tommorow ")
        await desk.press(f"alt+{desk.slot_of('tomorrow')}", "ctrl+z")
        await desk.idle()
        assert desk.text == "see you tommorow "
        await desk.press("enter", *"see you tommorow ")
        assert "correction" not in [s.kind for s in desk.offered]


async def test_nothing_is_corrected_unasked(tmp_path: Path) -> None:
    slips = "teh recieve tommorow alot "
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*slips)
        assert desk.text == slips


async def test_a_word_that_the_next_letter_confirms_stays_in_its_slot(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        slots: dict[str, int] = {}
        for key in "see you tomorrow":
            await desk.press(key)
            typed = desk.text.rsplit(" ", 1)[-1]
            still = {word: slot for word, slot in slots.items() if word.startswith(typed)}
            now = {word: desk.slot_of(word) for word in desk.words if typed and word != typed}
            moved = {word for word in still.keys() & now.keys() if still[word] != now[word]}
            assert moved == set(), desk.text
            slots = now


async def test_the_screen_keeps_its_shape_from_key_to_key(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        fixed = desk.app.typing.query("HeadLine, GhostEditor, SlotView, StatusLine, Footer")
        places = [widget.region for widget in fixed]
        assert len(places) == 7
        for key in "see you tom":
            await desk.press(key)
            assert [widget.region for widget in fixed] == places


async def test_a_mark_swallows_the_space_of_an_accepted_word(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"see you tom")
        await desk.press(f"alt+{desk.slot_of('tomorrow')}", *", then")
        assert desk.text == "see you tomorrow, then"


async def test_a_contraction_is_offered_for_its_letters(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"I dont")
        assert DONT in desk.words
        await desk.press(f"alt+{desk.slot_of(DONT)}")
        assert desk.text == "I don't "


async def test_no_stray_capital_stands_inside_a_sentence_and_those_typed_stay(
    tmp_path: Path,
) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"We will meet at the ")
        assert desk.words
        assert [word for word in desk.words if word[0].isupper()] == []
        await desk.press(*"gate on Mon")
        assert "Monday" in desk.words


async def test_the_word_as_typed_is_offered_where_nobody_knows_it(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"the zorblatq")
        assert {s.text: s.kind for s in desk.offered}["zorblatq"] == "typed"


async def test_a_phrase_is_taken_whole_or_word_by_word(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, *[LINE] * 4) as desk:
        for keys in (["right"], ["alt+right", "alt+right"]):
            await desk.press("enter", *"please water ")
            await desk.until(lambda: desk.ghost == "the dahlias")
            await desk.pilot.press(*keys)
            assert desk.text.endswith("\n" + LINE + " ")


async def test_more_than_one_word_of_context_decides(tmp_path: Path) -> None:
    async with at_the_desk(
        tmp_path, *["feed the cat quickly"] * 3, *["walk the dog slowly"] * 3
    ) as desk:
        await desk.press(*"feed the ")
        assert "cat" in desk.words
        await desk.press("enter", *"walk the ")
        assert desk.words[0] == "dog"


async def test_tab_and_enter_do_what_they_always_did_where_nothing_shows(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"see")
        await desk.pilot.press("escape", "tab")
        assert desk.text == "see\t"
        await desk.press(*"see you tom", "enter")
        assert desk.text == "see\tsee you tom\n"


async def test_digits_type_digits(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"see you at 12")
        assert desk.text == "see you at 12"


async def test_what_is_being_kept_is_said_from_the_first_start(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        mode = desk.app.typing.query_one("#mode", Static)
        await desk.until(lambda: "learning as you type" in str(mode.render()))


@pytest.mark.parametrize("chosen", [False, True])
async def test_backspace_reverts_a_correction_just_taken_where_that_was_chosen(
    tmp_path: Path, chosen: bool
) -> None:
    async with at_the_desk(tmp_path, backspace_reverts=chosen) as desk:
        await desk.press(*"see you tommorow ")
        await desk.press(f"alt+{desk.slot_of('tomorrow')}", "backspace")
        assert desk.text == ("see you tommorow " if chosen else "see you tomorrow")
        await desk.press("backspace")
        assert desk.text == ("see you tommorow" if chosen else "see you tomorro")


async def test_backspace_only_deletes_once_something_was_typed_behind_a_correction(
    tmp_path: Path,
) -> None:
    async with at_the_desk(tmp_path, backspace_reverts=True) as desk:
        await desk.press(*"see you tommorow ")
        await desk.press(f"alt+{desk.slot_of('tomorrow')}", "a", "backspace", "backspace")
        assert desk.text == "see you tomorrow"
