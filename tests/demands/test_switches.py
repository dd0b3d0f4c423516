"""Demands 7, 8, 11, 23, 25: no secrets; private mode; two languages; emoji; a switch for each and an off that works."""

from pathlib import Path

import pytest
from real_desk import at_the_desk, profile_at

CARD = "my card is 4111 1111 1111 1111"
PASSWORD = "password: Tr0ub4dor&3"
GERMAN = "morgen gehen wir zusammen einkaufen"
ENGLISH = "tomorrow we go to the harbour wall"


async def test_what_looks_like_a_secret_is_neither_kept_nor_suggested(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, sightings_offered=1) as desk:
        await desk.write(CARD, PASSWORD)
        kept = "\n".join(desk.kept())
        assert "4111" not in kept
        assert "Tr0ub4dor" not in kept
        assert kept.startswith("my card is ")
        await desk.press(*"password: Tr")
        assert [word for word in desk.words if "0" in word] == []


async def test_private_mode_is_one_key_and_neither_keeps_nor_learns(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, sightings_offered=1) as desk:
        await desk.press("f8")
        await desk.write("the zorblat sleeps")
        assert desk.kept() == []
        await desk.press(*"the zorb")
        assert "zorblat" not in desk.words
        await desk.press("f8", "enter")
        await desk.write("see you soon")
        assert desk.kept() == ["see you soon"]


async def test_a_surface_that_is_off_is_private_until_its_owner_says_otherwise(
    tmp_path: Path,
) -> None:
    async with at_the_desk(tmp_path, surfaces_off="app") as desk:
        await desk.write("see you soon")
        assert desk.kept() == []
        desk.profile.set(surfaces_off="")
        await desk.write("see you later")
        assert desk.kept() == ["see you later"]


async def test_two_languages_are_offered_side_by_side_once_they_are_ones_own(
    tmp_path: Path,
) -> None:
    async with at_the_desk(tmp_path, *[GERMAN] * 3, *[ENGLISH] * 3) as desk:
        await desk.press(*"morgen gehen ")
        assert "wir" in desk.words
        await desk.press("enter", *"tomorrow we go to the harb")
        assert "harbour" in desk.words
        await desk.press("enter", *"einka")
        assert "einkaufen" in [word.lower() for word in desk.words]


async def test_no_correction_is_offered_for_a_word_of_ones_other_language(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, *[GERMAN] * 3) as desk:
        for key in GERMAN + " ":
            await desk.press(key)
            assert "correction" not in [s.kind for s in desk.offered], desk.text


async def test_emoji_are_off_and_offered_once_they_are_wanted(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"happy birthday ")
        assert "emoji" not in [s.kind for s in desk.offered]
        desk.profile.set(emoji=True)
        await desk.press("enter", *"happy birthday ")
        assert "emoji" in [s.kind for s in desk.offered]


async def test_learning_is_paused_by_a_key_while_suggestions_go_on(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press("f6")
        await desk.write("see you soon")
        assert desk.kept() == []
        await desk.press(*"see you tom")
        assert "tomorrow" in desk.words


async def test_suggestions_are_off_for_the_app_while_it_learns(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, surfaces_silent="app") as desk:
        await desk.write("see you soon")
        await desk.press(*"see you tom")
        assert desk.words == []
        assert desk.kept() == ["see you soon"]


@pytest.mark.parametrize("on", [True, False])
async def test_corrections_have_a_switch_of_their_own(tmp_path: Path, on: bool) -> None:
    async with at_the_desk(tmp_path, corrections=on) as desk:
        await desk.press(*"see you tommorow ")
        assert ("correction" in [s.kind for s in desk.offered]) is on
        assert desk.words


async def test_what_was_switched_off_is_off_at_the_next_start(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press("f6")
        await desk.idle()
    async with at_the_desk(tmp_path) as desk:
        await desk.write("see you soon")
    with profile_at(tmp_path) as profile:
        assert profile.history.count() == 0
