"""The table of actions, and what the config file makes of it."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding, BindingsMap
from textual.keys import Keys, _character_to_key
from textual.widgets import TextArea

from hushkey.tui.actions import ACTIONS, BY_ID, meet
from hushkey.tui.app import HushkeyApp
from hushkey.tui.bound import bound
from hushkey.tui.key_names import CHARACTERS, UnknownKey, brief, caution, parse, spoken
from hushkey.tui.keymap import Keymap, resolve
from hushkey.tui.keys_told import fill
from hushkey.tui.rooms import ROOMS
from hushkey.tui.screens.consent import ConsentScreen
from hushkey.tui.screens.help import HelpScreen
from hushkey.tui.screens.key_choice import KeyChoiceScreen
from hushkey.tui.screens.neighbours import NeighboursScreen
from hushkey.tui.screens.preview import PreviewScreen
from hushkey.tui.screens.sharing import SharingScreen
from hushkey.tui.screens.typing import TypingScreen
from hushkey.tui.screens.unlearn import UnlearnScreen
from hushkey.tui.screens.unlock import UnlockScreen
from hushkey.tui.screens.welcome import WelcomeScreen
from hushkey.tui.screens.why import WhyScreen
from hushkey.tui.widgets.editing_keys import EDITING, TEXT_AREA
from hushkey.tui.widgets.editor import GhostEditor

PAGE = Path(__file__).resolve().parents[2] / "docs" / "keys.md"
OWNERS = (
    HushkeyApp,
    TypingScreen,
    GhostEditor,
    SharingScreen,
    NeighboursScreen,
    ConsentScreen,
    HelpScreen,
    KeyChoiceScreen,
    PreviewScreen,
    UnlearnScreen,
    UnlockScreen,
    WelcomeScreen,
    WhyScreen,
)
CHANGEABLE = [each.id for each in ACTIONS if not each.fixed]


def test_as_shipped_no_key_is_for_two_actions_that_may_both_be_meant() -> None:
    for one, other in combinations(ACTIONS, 2):
        if meet(one, other):
            assert not set(one.keys) & set(other.keys), (one.id, other.id)
    assert len(BY_ID) == len(ACTIONS)


def test_every_key_of_the_table_is_written_by_its_one_name() -> None:
    assert all(parse(key) == key for each in ACTIONS for key in each.keys)


def test_the_names_of_characters_are_those_of_textual() -> None:
    assert {name: _character_to_key(c) for name, c in CHARACTERS.items()} == {
        n: n for n in CHARACTERS
    }


def test_every_key_that_textual_names_alone_or_with_a_modifier_is_known_or_refused() -> None:
    unknown = set()
    for key in Keys:
        try:
            parse(key.value)
        except UnknownKey:
            unknown.add(key.value)
    assert {"f1", "ctrl+q", "shift+delete", "ctrl+shift+left", "pageup"} & unknown == set()
    assert {"<any>", "<scroll-up>"} <= unknown


@pytest.mark.parametrize(
    ("written", "name", "said", "shown"),
    [
        ("F8", "f8", "F8", "F8"),
        ("Ctrl+Q", "ctrl+q", "Ctrl+Q", "^Q"),
        ("right+alt", None, "", ""),
        ("shift+ctrl+K", "ctrl+shift+k", "Ctrl+Shift+K", "^⇧K"),
        ("alt+Right", "alt+right", "Alt+Right", "Alt+→"),
        ("?", "question_mark", "?", "?"),
        ("ctrl++", "ctrl+plus", "Ctrl++", "^+"),
        ("+", "plus", "+", "+"),
        ("", None, "", ""),
        ("hyper+a", None, "", ""),
        ("ctrl+h", None, "", ""),
        ("ctrl+i", None, "", ""),
        ("f25", None, "", ""),
    ],
)
def test_a_key_is_read_however_it_is_written(
    written: str, name: str | None, said: str, shown: str
) -> None:
    if name is None:
        with pytest.raises(UnknownKey):
            parse(written)
    else:
        assert (parse(written), spoken(name), brief(name)) == (name, said, shown)


def test_keys_that_terminals_keep_are_noted() -> None:
    assert "tabs" in caution("alt+1")
    assert caution("ctrl+shift+k")
    assert not caution("f8")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"privat": "f12"}, "Did you mean “private”?"),
        ({"": "f12"}, "there is no such action"),
        ({"private": "f99"}, "“f99” is no key"),
        ({"private": ""}, "is no key"),
        ({"private": []}, "write a key"),
        ({"private": 8}, "write a key"),
        ({"private": ["f12", 8]}, "write a key"),
        ({"private": "f5"}, "F5 is the key of why, where you type; it keeps F8."),
        ({"private": "ctrl+z"}, "Ctrl+Z is the key of undo, in the text"),
        ({"private": "f1"}, "F1 is the key of help, everywhere"),
        ({"private": "enter"}, "Enter is the key of finish_line"),
        ({"private": "p"}, "p types a character"),
        ({"private": "ctrl+m"}, "a terminal cannot tell it from Enter"),
        ({"why": "tab"}, "Tab is for accept_first alone"),
        ({"quit": "escape"}, "Esc is needed in every field"),
        ({"back": "f12"}, "cannot be changed; it keeps Esc."),
        ({"sharing_now": "o"}, "o is the key of sharing_switch, in sharing"),
    ],
)
def test_what_is_wrong_is_told_and_the_action_keeps_its_keys(
    written: dict[str, object], told: str
) -> None:
    keymap = resolve({**written, "learn": "f11"})
    (fault,) = keymap.faults
    assert told in fault
    assert keymap.chosen == {"learn": ("f11",)}  # what is right holds


def test_of_two_lines_that_want_one_key_the_later_gives_way() -> None:
    keymap = resolve({"why": "f12", "private": "f12"})
    assert keymap.chosen == {"why": ("f12",)}
    assert keymap.faults == ("[keys] private: F12 is the key of why, where you type; it keeps F8.",)


def test_two_actions_can_change_places() -> None:
    keymap = resolve({"why": "f8", "private": "f5"})
    assert (keymap.of("why"), keymap.of("private"), keymap.faults) == (("f8",), ("f5",), ())


def test_one_key_serves_different_rooms() -> None:
    assert not meet(BY_ID["sharing_switch"], BY_ID["undo"])


def test_keys_as_shipped_need_nothing_of_textual() -> None:
    assert resolve({}).overrides() == {}
    assert resolve({"private": "f8"}).overrides() == {}


def test_who_shares_a_key_with_one_that_is_changed_keeps_it() -> None:
    given_to_textual = resolve({"accept": "ctrl+g"}).overrides()
    assert given_to_textual["accept"] == "ctrl+g"
    assert given_to_textual["cursor_right"] == "right"
    assert "cursor_left" not in given_to_textual  # which each press of a key would pay for


KEYS = st.sampled_from(["f11", "f12", "ctrl+g", "ctrl+t", "alt+x", "f5", "f8", "tab", "o", "enter"])


@given(
    st.dictionaries(st.sampled_from(CHANGEABLE), st.lists(KEYS, min_size=1, max_size=2), max_size=6)
)
def test_whatever_is_written_no_key_is_for_two_and_textual_binds_what_the_table_says(
    written: dict[str, object],
) -> None:
    keymap = resolve(written)
    for one, other in combinations(ACTIONS, 2):
        if meet(one, other):
            assert not set(keymap.of(one.id)) & set(keymap.of(other.id))
    for owner in (GhostEditor, TypingScreen, HushkeyApp, SharingScreen):
        mine = [each for each in owner.BINDINGS if isinstance(each, Binding) and each.id]
        held = BindingsMap(mine)
        held.apply_keymap(keymap.overrides())
        got = {(key, each.id) for key, each in held}
        assert got == {(key, each.id) for each in mine for key in keymap.of(str(each.id))}


@given(st.dictionaries(st.text(), st.none() | st.text() | st.integers() | st.lists(st.text())))
def test_no_file_is_so_wrong_that_reading_it_fails(written: dict[str, object]) -> None:
    keymap = resolve(written)
    assert len(keymap.faults) + len(keymap.chosen) <= len(written)


def test_the_bindings_of_screens_and_text_take_their_keys_from_the_table() -> None:
    for owner in OWNERS:
        for binding in owner.BINDINGS:
            assert isinstance(binding, Binding)
            if not binding.system:
                assert binding.id in BY_ID, (owner, binding)
                assert set(binding.key.split(",")) == set(BY_ID[binding.id].keys)


def test_every_action_of_the_text_area_is_bound_or_is_another_key_of_ours() -> None:
    theirs = {b.action for b in TextArea.BINDINGS if isinstance(b, Binding)}
    assert theirs - set(TEXT_AREA.values()) == {"select_line", "select_all"}  # F6 and F7 are ours
    assert {b.id for b in EDITING} | {"finish_line"} == {
        a.id for a in ACTIONS if a.where == "editing"
    }


def test_every_room_has_its_key_in_the_table() -> None:
    assert {room.name: (room.key,) for room in ROOMS} == {r.name: BY_ID[r.name].keys for r in ROOMS}


def test_an_action_that_is_not_in_the_table_cannot_be_bound() -> None:
    with pytest.raises(KeyError):
        bound("fly", "fly")
    with pytest.raises(KeyError):
        Keymap().of("fly")


def test_the_page_of_keys_has_the_tables_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert fill(page) == page
    assert all(f"`{name}`" in page for name in CHANGEABLE)
