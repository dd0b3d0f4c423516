"""Lengths of time and moments, as they are written on a command line."""

import os
import time

import pytest

from hushkey.tui.cli.when import day_of, ends_of, minute_of, seconds_of


@pytest.fixture(autouse=True)
def _in_berlin(monkeypatch):
    monkeypatch.setitem(os.environ, "TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("2h", 7200), ("3d", 259_200), ("1w", 604_800), (" 1H30M ", 5400)],
)
def test_a_length_of_time_is_read(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "10", "m", "ten minutes", "-5m", "0s", "10m!", "1.5h", "10 y"]
)
def test_what_is_no_length_of_time_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="10m"):
        seconds_of(text)


def test_a_date_is_a_whole_local_day_also_where_the_clock_is_changed():
    begins, ends = ends_of("2026-11-02")
    assert (minute_of(begins), ends - begins) == ("2026-11-02 00:00", 86_400)
    begins, ends = ends_of("2026-10-25")
    assert ends - begins == 25 * 3600


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-02T14:30", 1793626200.0),
        ("2026-11-02 14:30:00", 1793626200.0),
        ("2026-11-02T14:30+01:00", 1793626200.0),
        ("2026-11-02T13:30Z", 1793626200.0),
    ],
)
def test_a_moment_is_local_unless_a_zone_is_said(text, at):
    assert ends_of(text) == (at, at)


def test_a_time_alone_is_today():
    begins, ends = ends_of("14:30")
    assert begins == ends
    assert minute_of(begins) == f"{day_of(time.time())} 14:30"


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "25:00", "02.11.2026"])
def test_what_is_no_moment_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="2026-11-02"):
        ends_of(text)
