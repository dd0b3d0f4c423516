"""What the sharing screens say, held to values made by hand."""

from dataclasses import replace

import msgspec
import pytest
from scripted_sharing import (
    ALONG,
    LIVE,
    MOVED,
    NOTHING,
    ON,
    PREVIEW,
    RECEIPT,
    RECORDS,
    SUSPENDED,
    TASK,
    TERMS,
    record,
)

from hushkey.keyboard.learner import LearnProgress
from hushkey.sync.device.checks import Verdict
from hushkey.sync.messages import Metadata, Subspace
from hushkey.sync.privacy.prediction import FLOOR
from hushkey.tui import sharing_view
from hushkey.tui.cli import share_told
from hushkey.tui.cli.share_preview_told import number_lines, preview_as_dict, preview_text
from hushkey.tui.cli.share_told import consent_text
from hushkey.tui.sharing_view import Section, SharingState, Snapshot, view_of


def told(sections: tuple[Section, ...]) -> str:
    return "\n".join(
        f"{section.title}\n" + "\n".join(f"{fact.head} {fact.text}" for fact in section.facts)
        for section in sections
    )


def test_nothing_but_the_switch_is_offered_before_anything_was_looked_at() -> None:
    view = view_of(SharingState())
    assert (view.headline, view.pressable, view.joins) == ("looking", {"switch"}, False)


def test_off_says_that_nothing_leaves_and_how_to_join() -> None:
    view = view_of(SharingState(Snapshot(NOTHING)))
    assert view.headline == "off · nothing is sent"
    assert view.joins
    assert view.switch == "Turn on"
    assert told(view.sections).strip() == sharing_view.NOTHING_LEAVES
    assert view.pressable == {"switch"}


@pytest.mark.parametrize("phase", ["idle", "training", "queued", "sent", "recorded"])
def test_each_phase_of_sharing_that_is_on_says_so_and_can_be_turned_off(phase: str) -> None:
    view = view_of(SharingState(Snapshot(replace(ON, phase=phase))))
    assert view.headline.startswith("on · ")
    assert view.switch == "Turn off"
    assert {"switch", "now", "preview", "terms", "withdraw"} == view.pressable
    assert not view.joins


@pytest.mark.parametrize(
    "doing", [{"report"}, {"preview"}, {"terms"}, {"withdrawal"}, {"consent"}, {"off"}]
)
def test_off_can_be_asked_for_whatever_is_under_way(doing: set[str]) -> None:
    assert "switch" in sharing_view.pressable(ON, frozenset(doing))


def test_a_suspension_says_why_and_what_to_do() -> None:
    view = view_of(SharingState(Snapshot(SUSPENDED)))
    assert view.headline == "suspended · a report is asked back"
    assert "not those that were agreed to. Nothing is sent until" in told(view.sections)
    assert "now" not in view.pressable
    assert {"terms", "switch"} <= view.pressable


def test_a_suspension_by_the_environment_asks_for_no_consent() -> None:
    forbidden = replace(SUSPENDED, reason="DO_NOT_TRACK is set")
    text = told(view_of(SharingState(Snapshot(forbidden))).sections)
    assert "DO_NOT_TRACK is set. Nothing is sent as long as it is" in text
    assert "agreed again" not in text


def test_what_is_unconfirmed_is_said_until_it_is_confirmed() -> None:
    off = replace(ON, phase="off", live=replace(LIVE, withdrawal="wanted"))
    assert "Neither operator has confirmed" in told(view_of(SharingState(Snapshot(off))).sections)
    done = replace(off, live=replace(LIVE, withdrawal="withdrawn"))
    assert "confirmed" not in told(view_of(SharingState(Snapshot(done))).sections)


def test_a_report_asked_back_once_is_not_asked_back_again() -> None:
    asked = replace(ON, live=replace(LIVE, withdrawal="wanted"))
    assert "withdraw" not in sharing_view.pressable(asked, frozenset())


def test_the_budget_is_a_bar_in_what_adds_up_and_a_sentence() -> None:
    spent = ON.spent
    bar = sharing_view.budget_bar(ON)
    assert bar.endswith(f"{spent.rho / spent.budget.rho:.0%}")
    assert len(bar.split(" ")[0]) == sharing_view.BUDGET_CELLS
    assert sharing_view.budget_bar(NOTHING) == "·" * sharing_view.BUDGET_CELLS + " 0%"
    over = replace(ON, spent=replace(spent, rho=2 * spent.budget.rho))
    assert sharing_view.budget_bar(over) == "▇" * sharing_view.BUDGET_CELLS + " 100%"
    assert "4 more fit" in told(view_of(SharingState(Snapshot(ON))).sections)


def test_why_no_report_is_made_unasked_is_said_only_while_sharing_is_on() -> None:
    def shown(status) -> str:
        return told(view_of(SharingState(Snapshot(status, waits="the machine is busy"))).sections)

    assert "the machine is busy" in shown(ON)
    assert "the machine is busy" not in shown(SUSPENDED)


def test_records_and_receipts_are_told_newest_first_with_what_was_verified() -> None:
    snapshot = Snapshot(ON, (RECEIPT,), tuple(RECORDS))
    text = told(view_of(SharingState(snapshot)).sections)
    assert text.index("record 3") < text.index("record 2") < text.index("record 0")
    assert "rejected" in text
    assert "worse on held-out text" in text
    assert "receipt 1 listed by both operators" in text
    assert "one of 211" in text


def test_of_many_records_the_newest_are_told_and_how_to_see_the_others() -> None:
    facts = sharing_view.records([record(n, n) for n in range(20)])
    assert [fact.head for fact in facts[:-1]] == [f"record {n}" for n in range(19, 11, -1)]
    assert "12 older ones" in facts[-1].text


def test_the_terms_name_every_field_of_a_report_and_every_sentence() -> None:
    text = told(sharing_view.consent(TERMS, None))
    for name in (*Metadata.__struct_fields__, "leader_envelope", "helper_envelope"):
        assert name in text
    for said in (*TERMS.sentences, TASK.leader.url, TASK.helper.url, "8.00 over a lifetime"):
        assert said in text
    assert "not what you agreed to" not in text


def test_changed_terms_say_first_what_changed() -> None:
    first = sharing_view.consent(MOVED, TASK)[0]
    assert first.title == "This is not what you agreed to before"
    assert [fact.text for fact in first.facts] == [
        "leader's address: https://north.example -> https://elsewhere.example"
    ]


def test_the_terms_say_which_numbers_are_sent_and_that_no_other_is() -> None:
    every, along = (told(sharing_view.consent(terms, None)) for terms in (TERMS, ALONG))
    groups = "lstm_bias (rank 1), output (rank 16)"
    assert f"one part of {TERMS.numbers:,} numbers of {groups}, which is chance by itself" in every
    assert "directions" not in every
    assert (
        f"one part of 64 numbers (how far the change of {groups} goes along 64 directions that everybody knows; "
        "the rest of it stays here), which is chance by itself" in along
    )


def test_one_direction_is_one_number() -> None:
    task = msgspec.structs.replace(ALONG.task, subspace=Subspace(1, bytes(32)))
    terms = replace(ALONG, task=task)
    consented = told(sharing_view.consent(terms, None))
    assert "one part of one number (how far the change of " in consented
    assert "goes along one direction that everybody knows; the rest of it stays here)" in consented
    previewed = told(sharing_view.preview(replace(PREVIEW, terms=terms)))
    assert "this number in float32" in previewed
    assert "along the direction, normalized" in previewed


def test_a_change_to_directions_is_told_by_name() -> None:
    first = sharing_view.consent(ALONG, TASK)[0]
    assert [fact.text for fact in first.facts] == [
        f"kept: {TASK.kept} -> 64",
        "subspace: None -> 64 6464646464646464…",
    ]
    assert share_told.terms_as_dict(ALONG)["task"]["directions"] == 64
    assert share_told.terms_as_dict(TERMS)["task"]["directions"] is None


def test_a_preview_says_how_long_the_change_is_and_how_much_of_it_is_sent() -> None:
    every, *_ = number_lines(PREVIEW)
    assert every == (
        "norm 1.7712; normalized to 2, and counting 0.62 by its variance, the report has norm 1.2400"
    )
    made = replace(PREVIEW, terms=ALONG, norm_along=0.8123)
    along, *_ = number_lines(made)
    assert along.startswith(
        "norm 1.7712, along 64 directions that everybody knows 0.8123: only that is sent; normalized to 2"
    )
    assert "along the directions, normalized" in told(sharing_view.preview(made))
    assert preview_as_dict(made)["norm_along"] == 0.8123


def words(text: str) -> list[str]:
    return [word.strip(".,:") for word in text.split() if any(c.isalnum() for c in word)]


def test_the_app_says_of_terms_and_bundles_what_the_command_line_says() -> None:
    """Every word that `share on` and `share preview` print is on the cards too; only heads of columns are not."""
    heads = {"field", "tensor", "shape", "who", "would", "hold", "what"}
    for printed, shown in (
        ("\n".join(consent_text(TERMS, ())), sharing_view.consent(TERMS, None)),
        ("\n".join(consent_text(ALONG, ())), sharing_view.consent(ALONG, None)),
        ("\n".join(preview_text(PREVIEW)), sharing_view.preview(PREVIEW)),
    ):
        missing = set(words(printed)) - set(words(told(shown))) - heads
        assert missing == set()


def test_zeros_in_the_place_of_a_refused_delta_are_told() -> None:
    refused = replace(PREVIEW, verdict=Verdict("rare words surfaced"))
    assert "rare words surfaced" in told(sharing_view.preview(refused))
    assert "Zeros" not in told(sharing_view.preview(PREVIEW))


def test_the_line_of_what_is_under_way_names_the_most_urgent() -> None:
    state = SharingState(Snapshot(ON), frozenset({"report", "off"}))
    assert sharing_view.doing_line(state) == "asking for the report back"
    report = SharingState(Snapshot(ON), frozenset({"report"}), LearnProgress(1, 4, 5.0, 40.0))
    assert sharing_view.doing_line(report).endswith("about 40 s left")
    assert sharing_view.doing_line(SharingState(Snapshot(ON))) == ""


def test_a_suspension_is_news_once() -> None:
    assert sharing_view.newly_suspended(None, SUSPENDED)
    assert sharing_view.newly_suspended(ON, SUSPENDED)
    assert not sharing_view.newly_suspended(SUSPENDED, SUSPENDED)
    assert not sharing_view.newly_suspended(SUSPENDED, ON)
    assert SUSPENDED.reason in sharing_view.suspension(SUSPENDED)


def test_what_an_operator_wrote_is_shown_without_what_a_terminal_would_act_on() -> None:
    hostile = replace(SUSPENDED, reason="\x1b[2Jgone", notes=("\x1b]0;x\x07",))
    text = told(view_of(SharingState(Snapshot(hostile))).sections)
    assert "\x1b" not in text
    assert "\x07" not in text


@pytest.mark.parametrize(("times", "advised"), [(100, False), (1, True)])
def test_consent_advises_against_a_batch_that_is_mostly_noise(times: int, advised: bool) -> None:
    """What a task brings is said before it is agreed to, by the prediction that the floor of a task is made of."""
    signal = 0.5 * FLOOR / TERMS.signal_to_noise
    reports = max(1, round(TERMS.task.batch_min * signal)) * times
    task = msgspec.structs.replace(TERMS.task, batch_min=reports, batch_max=10 * reports)
    terms = replace(TERMS, task=task)
    assert (terms.signal_to_noise < FLOOR) is advised
    told = dict(row[:2] for row in share_told.prices_of(terms))["what it brings"]
    assert f"{terms.signal_to_noise:.1f} times" in told
    assert ("advises against it" in told) is advised
    assert share_told.terms_as_dict(terms)["signal_to_noise"] == terms.signal_to_noise
