"""The app's config file: what is read of it, and the one thing that is written into it."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.errors import FileRefused
from hushkey.tui.preferences import THEMES, Preferences, keep_theme, parsed, read, with_theme


def test_without_a_file_everything_is_as_shipped(tmp_path: Path) -> None:
    assert read(tmp_path / "config.toml") == Preferences()


def test_keys_and_theme_are_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[app]\ntheme = "paper"\n[keys]\nprivate = "f12"\n', encoding="utf-8")
    held = read(path)
    assert (held.theme, held.keymap.of("private"), held.faults) == ("paper", ("f12",), ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[keys\n", "It is not TOML"),
        ("keys = 3\n", "keys: write a section"),
        ("app = 3\n", "app: write a section"),
        ("[app]\ntheme = 'mauve'\n", "no such theme; there are dusk, paper, contrast"),
        ("[app]\ntheme = 3\n", "no such theme"),
        ("[app]\nfont = 'big'\n", "there is only theme"),
        ("[colours]\n", "[colours]: there is no such section"),
        ("[keys]\nprivate = 'f99'\n", "“f99” is no key"),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence_and_leaves_the_rest(text: str, told: str) -> None:
    held = parsed(text)
    (fault,) = held.faults
    assert told in fault
    assert (held.theme, held.keymap.chosen) == ("", {})


def test_a_file_that_cannot_be_read_is_told_and_keys_are_as_shipped(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in read(path).faults[0]
    folder = tmp_path / "folder"
    folder.mkdir()
    assert "cannot be read" in read(folder).faults[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[app]\ntheme = "paper"\n'),
        ("[app]\n", '[app]\ntheme = "paper"\n'),
        ("[app]", '[app]\ntheme = "paper"\n'),
        ('[app]\ntheme = "dusk"  # mine\n', '[app]\ntheme = "paper"  # mine\n'),
        ("[ app ] # looks\ntheme='dusk'\n", '[ app ] # looks\ntheme="paper"\n'),
        (
            '# keys\n[keys]\nwhy = "f12"\n',
            '[app]\ntheme = "paper"\n\n# keys\n[keys]\nwhy = "f12"\n',
        ),
        (
            '[app]\n# theme = "dusk"\n\n[keys]\n',
            '[app]\ntheme = "paper"\n# theme = "dusk"\n\n[keys]\n',
        ),
    ],
)
def test_a_choice_is_written_and_the_rest_stays_as_it_is(before: str, after: str) -> None:
    assert with_theme(before, "paper") == after


@pytest.mark.parametrize(
    "text", ["[keys\n", 'app.theme = "dusk"\n', "app = {theme = 'dusk'}\n", "app = 3\n"]
)
def test_a_file_that_cannot_be_changed_safely_is_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused, match="stays as it is"):
        keep_theme(path, "paper")
    assert path.read_text(encoding="utf-8") == text


@given(st.text(st.sampled_from("[]app theme=\"'dusk#\n\\x"), max_size=80), st.sampled_from(THEMES))
def test_whatever_the_file_says_it_says_the_same_with_the_theme_in_it_or_is_left(
    text: str, theme: str
) -> None:
    try:
        after = tomllib.loads(with_theme(text, theme))
    except FileRefused:
        return
    before = tomllib.loads(text)
    assert after == {**before, "app": {**before.get("app", {}), "theme": theme}}


def test_a_link_to_a_file_kept_elsewhere_stays_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles.toml"
    elsewhere.write_text("# mine\n", encoding="utf-8")
    path = tmp_path / "hushkey" / "config.toml"
    path.parent.mkdir()
    path.symlink_to(elsewhere)
    keep_theme(path, "contrast")
    assert path.is_symlink()
    assert elsewhere.read_text(encoding="utf-8") == '[app]\ntheme = "contrast"\n\n# mine\n'


def test_the_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "config" / "config.toml"
    keep_theme(path, "paper")
    assert read(path).theme == "paper"
    assert [each.name for each in path.parent.iterdir()] == ["config.toml"]
