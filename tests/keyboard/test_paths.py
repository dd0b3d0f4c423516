"""Where a profile lies, by the environment that is given."""

from pathlib import Path

import pytest

from hushkey.keyboard.paths import places, places_in


def test_hushkey_home_holds_everything():
    found = places({"HUSHKEY_HOME": "/somewhere/else", "XDG_DATA_HOME": "/xdg"})
    assert found == places_in(Path("/somewhere/else"))
    for path in (
        found.keystore,
        found.history,
        found.adapter,
        found.state,
        found.memory,
        found.config,
    ):
        assert path.is_relative_to("/somewhere/else")


def test_a_relative_hushkey_home_is_made_absolute_at_once(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert places({"HUSHKEY_HOME": "profile"}).data == tmp_path / "profile"


def test_xdg_folders_are_used_apart():
    found = places({"XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "/k"})
    assert (found.data, found.config, found.cache) == (
        Path("/d/hushkey"),
        Path("/c/hushkey"),
        Path("/k/hushkey"),
    )


@pytest.mark.parametrize("value", ["", "relative/path"])
def test_an_empty_or_relative_xdg_folder_is_ignored(value, monkeypatch):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    found = places({"XDG_DATA_HOME": value})
    assert found.data.is_absolute()
    assert found.data.name == "hushkey"
    assert found == places({})


def test_an_empty_hushkey_home_is_as_none():
    assert places({"HUSHKEY_HOME": ""}) == places({})


def test_the_files_of_a_profile_have_names_of_their_own():
    found = places_in(Path("/home"))
    kept = {found.keystore, found.history, found.adapter, found.state, found.memory}
    assert len(kept) == 5
