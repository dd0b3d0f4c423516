"""Demands 1 to 4 and 24: forget, block, stay forgotten, typos are not learned, rude words are one's own choice."""

from pathlib import Path

from real_desk import DeskAt, at_the_desk, profile_at

OWN = "the zorblat sleeps"
RUDE = "what a shitty damn day"


async def forget(desk: DeskAt, word: str) -> None:
    """Forget a word where it is suggested."""
    await desk.mark(word)
    await desk.press("shift+delete")
    await desk.idle()


async def test_a_learned_word_is_forgotten_where_it_is_suggested(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, OWN, OWN, OWN) as desk:
        await desk.press(*"the zor")
        await forget(desk, "zorblat")
        await desk.gone("zorblat")
        assert "Forgot “zorblat” in 3 lines" in desk.told
        assert "zorblat" not in " ".join(desk.kept())


async def test_a_word_of_the_base_is_blocked_by_the_second_press_and_unblocked_again(
    tmp_path: Path,
) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"see you tom")
        await forget(desk, "tomorrow")
        assert "did not come from your history" in desk.told
        await forget(desk, "tomorrow")
        await desk.gone("tomorrow")
        desk.profile.unblock("tomorrow")
        await desk.press("o", "backspace")
        assert "tomorrow" in desk.words


async def test_what_was_forgotten_or_blocked_stays_so_at_the_next_start(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, OWN, OWN, OWN) as desk:
        await desk.press(*"the zor")
        await forget(desk, "zorblat")
        desk.profile.block("tomorrow")
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*"see you tom")
        assert "tomorrow" not in desk.words
        await desk.press("enter", *"the zor")
        assert "zorblat" not in desk.words


async def test_a_word_climbs_from_invisible_to_marked_as_new_to_trusted(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        for rung in (None, True, False):
            await desk.write(OWN)
            await desk.press(*"the zorb")
            assert {s.text: s.new for s in desk.offered}.get("zorblat") is rung
            await desk.press(*["backspace"] * 8)


async def test_the_rungs_are_the_owners_to_set(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, OWN, sightings_offered=1) as desk:
        await desk.press(*"the zorb")
        assert {s.text: s.new for s in desk.offered}["zorblat"]


async def test_a_rude_word_is_never_replaced_and_blocked_only_by_its_owner(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, RUDE, RUDE) as desk:
        for key in RUDE:
            await desk.press(key)
            assert "correction" not in [s.kind for s in desk.offered], desk.text
        await desk.press("enter", *"what a shi")
        assert desk.text.startswith(RUDE + "\n")
        assert "shitty" in desk.words
        desk.profile.block("shitty")
        await desk.press("t")
        assert "shitty" not in desk.words
        assert "damn" not in desk.profile.engine.blocked


async def test_an_unfinished_line_is_kept_as_it_was_typed(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.press(*RUDE)
    with profile_at(tmp_path) as profile:
        assert [entry.text for entry in profile.history.entries()] == [RUDE]
