"""The app on the real engine and store: what is typed is suggested, kept, encrypted and closed."""

from pathlib import Path

import pytest

from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.tui.app import HushkeyApp
from hushkey.tui.offer import in_slot
from hushkey.tui.opening import KeyChoice, Survey
from hushkey.tui.picture import take

SECRET = "the heron sleeps at noon"


class Opener:
    """Opens the same home again and again."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def survey(self) -> Survey:
        return Survey(self.home, False, "passphrase")

    def open(self, choice: KeyChoice) -> Profile:
        return open_profile(self.home, passphrase=Passphrase("a pass phrase"))


async def typed(home: Path, *keys: str) -> HushkeyApp:
    """Run the app, press keys one by one as a person does, and leave."""
    app = HushkeyApp(Opener(home))
    async with app.run_test() as pilot:
        while not app.typing.begun:
            await pilot.pause(0.02)
        for key in keys:
            await pilot.press(key)
            for _ in range(250):
                if app.typing.editor.offer.asked == app.typing.editor.before:
                    break
                await pilot.pause(0.02)
    app.finish()
    return app


def bytes_under(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}


async def test_a_suggestion_taken_by_key_stands_in_the_text_and_in_the_history(
    tmp_path: Path,
) -> None:
    shown = await typed(tmp_path, *"see you tom")
    offer = shown.typing.editor.offer
    likeliest = in_slot(offer, offer.first)
    assert likeliest is not None
    first = likeliest.text
    again = tmp_path / "again"
    app = await typed(again, *"see you tom", "tab")
    with Opener(again).open(KeyChoice()) as profile:
        (entry,) = profile.history.entries()
    assert app.typing.editor.text == f"see you {first} "
    assert (entry.text, entry.surface) == (f"see you {first}", "app")


async def test_what_the_session_gives_is_what_the_editor_inserts(tmp_path: Path) -> None:
    with Opener(tmp_path).open(KeyChoice()) as profile:
        session = profile.session("app")
        for suggestion in session.suggest("see you tom"):
            assert session.accept(suggestion) == suggestion.text + " "


async def test_a_word_of_the_owners_is_suggested_in_the_next_run(tmp_path: Path) -> None:
    await typed(tmp_path, *SECRET, "enter", *SECRET, "enter")
    app = await typed(tmp_path, *"the her")
    assert "heron" in [suggestion.text for suggestion in app.typing.editor.offer.suggestions]


async def test_a_correction_put_back_is_kept_across_runs_and_offered_no_more(
    tmp_path: Path,
) -> None:
    offered = await typed(tmp_path / "other", *"see you tommorow ")
    kinds = [s.kind for s in offered.typing.editor.offer.suggestions]
    slot = offered.typing.editor.offer.filled[kinds.index("correction")] + 1
    app = await typed(tmp_path, *"see you tommorow ", f"alt+{slot}", *"zz", "f7")
    assert app.typing.editor.text == "see you tommorow zz"
    again = await typed(tmp_path, *"see you tommorow ")
    assert "correction" not in [s.kind for s in again.typing.editor.offer.suggestions]


async def test_no_file_holds_a_word_that_was_typed(tmp_path: Path) -> None:
    await typed(tmp_path, *SECRET, "enter", "f8", *SECRET)
    contents = bytes_under(tmp_path)
    assert {"history.db", "keystore.json"} <= contents.keys()
    assert [name for name, content in contents.items() if b"heron" in content] == []


async def test_private_mode_leaves_no_line_behind(tmp_path: Path) -> None:
    await typed(tmp_path, "f8", *SECRET, "enter", *"more")
    with Opener(tmp_path).open(KeyChoice()) as profile:
        assert profile.history.count() == 0
        assert profile.engine.words_learned == 0


def test_the_picture_shows_the_text_and_three_suggestions() -> None:
    picture = take("Thanks a lot\nsee you tom", columns=80, rows=24)
    assert picture.startswith("<svg")
    for shown in ("tomorrow", "Thanks", "saved"):
        assert shown in picture


@pytest.mark.parametrize(("columns", "pixels"), [(60, 750), (160, 1970)])
def test_the_picture_has_the_width_that_was_asked_for(columns: int, pixels: int) -> None:
    assert f'viewBox="0 0 {pixels} ' in take("so ", columns=columns, rows=16)


async def test_a_word_that_another_process_learned_is_suggested_with_the_next_key(
    tmp_path: Path,
) -> None:
    app = HushkeyApp(Opener(tmp_path))
    async with app.run_test() as pilot:
        while not app.typing.begun:
            await pilot.pause(0.02)
        with Opener(tmp_path).open(KeyChoice()) as elsewhere:
            for _ in range(2):
                elsewhere.commit("the heron sleeps", "shell")
        for key in "the her":
            await pilot.press(key)
        editor = app.typing.editor
        for _ in range(250):
            if editor.offer.asked == "the her":
                break
            await pilot.pause(0.02)
        assert "heron" in [suggestion.text for suggestion in editor.offer.suggestions]
    app.finish()
