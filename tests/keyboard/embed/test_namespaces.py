"""Each surface has a consent of its own: whether its lines are kept and learned, and whether it is offered anything."""

import pytest

from hushkey.keyboard.embed import Surface
from hushkey.keyboard.errors import SettingRefused
from hushkey.keyboard.profile import open_profile
from hushkey.keyboard.settings import Settings, parsed, settings_from

LINE = "We met Zorblax there"


@pytest.fixture
def profile(tmp_path, tiny_base):
    with open_profile(tmp_path, allow_bare_file=True, base=tiny_base) as held:
        yield held


def test_a_surface_that_is_off_keeps_and_learns_nothing_while_the_others_do(profile):
    profile.set(surfaces_off="shell")
    assert not Surface(profile, "shell").commit(LINE)
    profile.session("shell").commit(LINE)  # the older way in is held to it as well
    assert profile.import_lines([LINE], "shell").lines == 0
    assert profile.history.count() == 0
    assert not profile.engine.knows("zorblax")
    assert Surface(profile, "mail").commit(LINE)
    assert [entry.surface for entry in profile.history.entries()] == ["mail"]


def test_a_word_kept_as_typed_on_a_surface_that_is_off_is_not_written(profile):
    profile.set(surfaces_off="shell")
    profile.keep_as_typed("Zorblaxx", "shell")
    assert profile.engine.kept_as_typed == {"zorblaxx"}  # until the end of this run
    assert profile.history.kept_as_typed.words() == []


def test_a_silent_surface_is_offered_nothing_and_still_learns(profile):
    profile.set(surfaces_silent="shell")
    shell = Surface(profile, "shell")
    assert shell.suggest("the") == []
    assert shell.ghost("the") == ""
    assert shell.places == ()
    assert not shell.suggests
    assert Surface(profile, "mail").suggest("the")
    assert shell.commit(LINE)
    assert profile.engine.knows("zorblax")


def test_a_switch_works_on_the_session_that_is_open(profile):
    shell = Surface(profile, "shell")
    assert shell.suggest("the")
    profile.set(surfaces_silent="shell", surfaces_off="shell")
    assert shell.suggest("the") == []
    assert not shell.commit(LINE)
    profile.set(surfaces_silent="", surfaces_off="")
    assert shell.suggest("the")
    assert shell.commit(LINE)


def test_a_switch_that_another_process_sets_works_before_the_next_line(
    profile, tmp_path, tiny_base
):
    shell = Surface(profile, "shell")
    with open_profile(tmp_path, allow_bare_file=True, base=tiny_base) as other:
        other.set(surfaces_off="shell", surfaces_silent="shell")
    assert shell.suggest("the") == []
    assert not shell.commit(LINE)
    assert profile.history.count() == 0


def test_two_processes_that_set_different_things_lose_neither(profile, tmp_path, tiny_base):
    with open_profile(tmp_path, allow_bare_file=True, base=tiny_base) as other:
        other.set(surfaces_off="shell")
        profile.set(emoji=True)
    assert (profile.settings.surfaces_off, profile.settings.emoji) == ("shell", True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("shell", "shell"),
        (" Shell, lsp shell", "lsp,shell"),
        ("none", ""),
        ("", ""),
    ],
)
def test_surfaces_are_read_as_people_write_them(text, value):
    assert parsed("surfaces-off", text) == {"surfaces_off": value}


@pytest.mark.parametrize("text", ["a/b", "näh", "-x", "x" * 33])
def test_what_cannot_be_a_surface_is_refused(text):
    with pytest.raises(SettingRefused, match="names of surfaces") as refused:
        parsed("surfaces-off", text)
    assert text not in str(refused.value)


def test_off_is_said_by_whole_names():
    settings = settings_from({"surfaces_off": "shell,lsp"})
    assert settings.surfaces_off == "lsp,shell"
    assert settings.learns_from("sh")
    assert not settings.learns_from("lsp")
    assert not Settings(learning=False).learns_from("app")


@pytest.mark.parametrize("name", ["", "none", "Mail", "a b", "x" * 33])
def test_no_surface_has_a_name_that_cannot_be_switched_off(profile, name):
    with pytest.raises(ValueError, match="a surface is named"):
        Surface(profile, name)
