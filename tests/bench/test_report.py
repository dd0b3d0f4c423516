"""The document's section says what was measured, by whom it is compared and who was lost."""

import xml.etree.ElementTree as ET

import pytest

from bench.typing import pictures, tables
from bench.typing.ablation import rows_of
from bench.typing.clock import Timing
from bench.typing.comparison import Result
from bench.typing.report import Found, section
from bench.typing.systems import Peer
from hushkey.model.evaluation import Counts

REGIMES = ("cold", "warm", "online")


def result(label: str, keys: int, corpora=("irc", "sms"), users=3) -> Result:
    made = Result(label)
    for place, regime in enumerate(REGIMES):
        for corpus in corpora:
            for number in range(users):
                counts = Counts(50, 5, 12 + place, 100, keys - 3 * place + number, keys + number)
                made.add(regime, f"{corpus}/{number}", counts)
    return made


@pytest.fixture
def found() -> Found:
    peer = result("Onboard", 70)
    peer.add("online", "sms/7", None, "its process ended by signal 6")
    return Found(
        command="python -m bench.typing",
        results=[result("hushkey, ranking", 50), result("hushkey, shown", 52), peer],
        missing={"Presage": "it cannot be run"},
        curve={"hushkey, ranking": {0: 0.48, 100: 0.5}, "Onboard": {0: 0.28, 100: 0.3}},
        timings=[Timing("hushkey, ranking", [1e-4, 2e-4], 120.0, 1)],
        load=1.5,
    )


@pytest.fixture
def text(found, tmp_path) -> str:
    return section(found, [Peer("onboard", "Onboard", None, tmp_path)])


def test_each_system_has_a_row_in_each_regime(text):
    for regime in REGIMES:
        for label in ("hushkey, ranking", "hushkey, shown", "Onboard"):
            assert f"| {regime}: {label} |" in text
    assert "| cold: hushkey, ranking | 49.0 | 49.0 | 10.0 | 24.0 | 6 |" in text


def test_who_was_not_measured_and_who_was_lost_is_said(text):
    assert "Presage is not measured here (it cannot be run)" in text
    assert "Onboard lost 1 users (its process ended by signal 6)" in text


def test_a_system_that_was_asked_about_few_users_is_said_to_be(tmp_path):
    few = Found("x", [result("hushkey, ranking", 50), result("Itb", 60, users=1)], {}, {}, [], 0.1)
    text = section(few, [Peer("itb", "Itb", None, tmp_path)])
    assert "- Itb: 2 users of 6, and it is compared on them alone." in text


def test_the_comparison_has_intervals_and_win_rates(text):
    assert (
        "| online: Onboard | +20.00 (+20.00 to +20.00) | +0.00 (+0.00 to +0.00) | 100% | 6 |"
        in text
    )


def test_each_corpus_is_beside_the_best_of_the_others(found):
    weaker = result("Weaker", 80)
    told = tables.by_corpus(found.ours[0], [weaker, *found.others], "online")
    assert "| irc | 55.0 | 35.0 (Onboard) | +20.0 |" in told


def test_what_learning_brings_is_told_by_corpus(found):
    assert "| sms | +3.0 | +3.0 | +3.0 |" in tables.what_learning_brings(found.results)


def test_a_part_that_brings_something_has_a_negative_row_where_it_is_left_out():
    rows = rows_of(result("whole", 50), {"recency": result("without", 51)})
    assert "| recency | -1.00 (-1.00 to -1.00) | +0.00 (+0.00 to +0.00) | 6 of 6 |" in (
        tables.ablations(rows)
    )


def test_the_pictures_are_whole_and_show_every_system(found):
    for drawn in (
        pictures.bars({"cold": {"a": 0.5, "b & c": 0.3}, "warm": {"a": 0.6}}, "KSR"),
        pictures.curves(found.curve, "KSR", "words"),
    ):
        ET.fromstring(drawn)  # noqa: S314  our own
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 4


def test_a_higher_share_is_a_taller_bar():
    drawn = pictures.bars({"cold": {"a": 0.2, "b": 0.4}}, "KSR")
    bars = [
        float(one.attrib["height"])
        for one in ET.fromstring(drawn).iter()  # noqa: S314  our own
        if one.tag.endswith("rect") and one.attrib["width"] != "11"
    ]
    assert bars[1] == pytest.approx(2 * bars[0], abs=0.2)
