"""The Textual example under its pilot: ghost text in an Input, taken with Right, learned with Enter."""

import importlib.util
from pathlib import Path

import pytest
from textual.widgets import Input

from hushkey.keyboard.embed import Surface
from hushkey.keyboard.profile import open_profile

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "textual_input.py"
_SPEC = importlib.util.spec_from_file_location("textual_input", EXAMPLE)
example = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(example)


async def test_right_takes_what_is_shown_and_enter_keeps_the_line(shipped_base):
    with open_profile(in_memory=True, base=shipped_base) as profile:
        app = example.Notes(Surface(profile, "notes"))
        async with app.run_test() as pilot:
            field = app.query_one(Input)
            for key in ("S", "e", "e", "space", "y", "o", "u", "space", "t", "o", "m"):
                await pilot.press(key)
            for _ in range(1000):
                if field._suggestion == "See you tomorrow":
                    break
                await pilot.pause(0.01)
            else:
                pytest.fail(f"shown instead: {field._suggestion}")
            await pilot.press("right")
            assert field.value == "See you tomorrow"
            await pilot.press("enter")
            await pilot.pause()
            assert field.value == ""
            await app.suggester.aclose()
        (entry,) = profile.history.entries()
        assert (entry.surface, entry.text) == ("notes", "See you tomorrow")


async def test_a_silent_surface_shows_nothing(shipped_base):
    with open_profile(in_memory=True, base=shipped_base) as profile:
        profile.set(surfaces_silent="notes")
        suggester = example.HushkeySuggester(Surface(profile, "notes"))
        assert await suggester.get_suggestion("See you tom") is None
        await suggester.aclose()
