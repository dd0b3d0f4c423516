"""What may be set: one value, read from what was saved and from what a person writes."""

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.errors import SettingRefused
from hushkey.keyboard.settings import Settings, parsed, settings_from
from hushkey.model.plans import PERSONAL_PRESETS


def test_what_was_saved_comes_back():
    chosen = Settings().replace(emoji=True, floor=0.02, sightings_offered=1, keep_days=30)
    assert settings_from(json.loads(json.dumps(chosen.as_dict()))) == chosen


@given(
    st.dictionaries(
        st.sampled_from([field.name for field in fields(Settings)]) | st.text(max_size=9),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    )
)
def test_whatever_was_saved_makes_settings_of_the_right_kinds(saved):
    made = settings_from(saved)
    for field in fields(Settings):
        assert type(getattr(made, field.name)) is type(getattr(Settings(), field.name))
    assert 0.0 <= made.floor <= 1.0
    assert made.sightings_offered >= 1
    assert made.learn_plan in PERSONAL_PRESETS
    assert 1 <= made.learn_minutes <= 1_440


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("emoji", "on", True),
        ("phrases", "OFF", False),
        ("corrections", "no", False),
        ("floor", "0.01", 0.01),
        ("floor", "0", 0.0),
        ("sightings-offered", "1", 1),
        ("Keep days", "30", 30),
        ("learn-plan", "Tiny", "tiny"),
        ("learn_plan", " full ", "full"),
        ("learn-minutes", "5", 5),
    ],
)
def test_a_setting_is_read_as_people_write_it(name, text, value):
    (read,) = parsed(name, text).values()
    assert (read, type(read)) == (value, type(value))


def test_a_whole_number_will_do_for_a_share():
    assert Settings().replace(floor=0).floor == 0.0


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("emoji", "perhaps", "on or off"),
        ("emoji", "1", "on or off"),
        ("floor", "2", "number from 0 to 1"),
        ("floor", "nan", "number from 0 to 1"),
        ("sightings_offered", "0", "whole number from 1"),
        ("sightings_offered", "1.5", "whole number"),
        ("learn_plan", "shared", "tiny, small or full"),
        ("learn_plan", "../plans/tiny", "tiny, small or full"),
        ("learn_plan", "", "tiny, small or full"),
        ("learn_minutes", "0", "whole number from 1 to 1440"),
        ("learn_minutes", "1441", "whole number from 1 to 1440"),
        ("learn_minutes", "2.5", "whole number"),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_refused_and_the_right_ones_told(name, text, wanted):
    with pytest.raises(SettingRefused, match=wanted):
        parsed(name, text)


@pytest.mark.parametrize(
    ("wrong", "right"), [("emojis", "emoji"), ("flor", "floor"), ("sighting", "sightings")]
)
def test_a_wrong_name_is_answered_with_the_nearest(wrong, right):
    with pytest.raises(SettingRefused, match=right):
        parsed(wrong, "on")


def test_a_name_that_is_near_to_none_is_answered_with_where_they_are_listed():
    with pytest.raises(SettingRefused, match="hushkey settings"):
        parsed("zzzzzz", "on")


def test_a_value_of_another_type_is_refused_and_a_name_that_is_none_too():
    with pytest.raises(SettingRefused):
        Settings().replace(emoji=1)
    with pytest.raises(TypeError):
        Settings().replace(colour="red")
    with pytest.raises(TypeError):
        Settings().replace(replace=True)


def test_a_switch_of_one_surface_leaves_the_others_as_they_are():
    settings = Settings(surfaces_off="lsp,shell", surfaces_silent="mail")
    turned = settings.replace(**settings.switched("shell", learns=True, suggests=False))
    assert (turned.surfaces_off, turned.surfaces_silent) == ("lsp", "mail,shell")
    assert settings.switched("shell") == {}
    assert settings.switched("lsp", learns=False) == {"surfaces_off": "lsp,shell"}
    assert turned.named_surfaces == {"lsp", "mail", "shell"}
