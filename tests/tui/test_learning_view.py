"""What the learning room says, held to values made by hand."""

from dataclasses import replace

import pytest
from scripted_learning import AUDIT, NOW, PLANS, QUIET, RUNS, report, run

from hushkey.keyboard.audit.own import LastAudit
from hushkey.keyboard.audit.verdict import LOWERS
from hushkey.keyboard.background import BUSY_SHARE, QUIET_S, Machine, may_run
from hushkey.keyboard.learner import LearnProgress
from hushkey.keyboard.settings import Settings
from hushkey.tui import learning_view
from hushkey.tui.audit_runs import AuditStep
from hushkey.tui.cli.learning_told import run_rows
from hushkey.tui.learning_curves import RUNS_PLOTTED, Plot, curve, memory
from hushkey.tui.learning_runs import WORTH_LEARNING
from hushkey.tui.learning_view import LearningState, Snapshot, UnderWay, view_of
from hushkey.tui.sharing_view import Section

SEEN = Snapshot(
    RUNS, lines=WORTH_LEARNING, idle_s=QUIET_S, machine=QUIET, plans=PLANS, audit=LastAudit(**AUDIT)
)
FRESH = replace(SEEN, runs=(), audit=None)
STILL = UnderWay()


def told(sections: tuple[Section, ...]) -> str:
    return "\n".join(
        f"{section.title}\n" + "\n".join(f"{fact.head} {fact.text}" for fact in section.facts)
        for section in sections
    )


def points(plot: Plot, name: str) -> list[tuple[float, float]]:
    (found,) = (series for series in plot.series if series.name == name)
    return list(found.points)


def test_before_anything_was_looked_at_it_says_that_it_looks() -> None:
    assert view_of(LearningState()).headline == "looking"


# Under way ----------------------------------------------------------------------------------------


def test_a_run_is_a_bar_with_the_time_left_and_its_step() -> None:
    under_way = UnderWay(learning=True, step=LearnProgress(30, 120, 5.02, 200.0))
    view = view_of(LearningState(SEEN, under_way))
    assert view.doing == "learning ▇▇▇········· 25% · about 3 min left"
    assert view.detail == "step 30 of 120 · loss of the batch 5.02 nats"
    assert (view.headline, view.learn, view.busy) == ("a run is under way", "Stop learning", True)


def test_a_run_says_that_it_starts_and_that_it_is_judged() -> None:
    started = view_of(LearningState(SEEN, UnderWay(learning=True)))
    assert started.doing == "learning · the trainer starts"
    ends = UnderWay(learning=True, step=LearnProgress(120, 120, 4.9))
    assert view_of(LearningState(SEEN, ends)).doing.endswith("100% · it is being judged")


def test_an_audit_is_a_bar_with_what_is_done() -> None:
    under_way = UnderWay(auditing=True, audit_step=AuditStep("training", 5, 20))
    view = view_of(LearningState(SEEN, under_way))
    assert view.doing == "auditing ▇▇▇········· 25% · training"
    assert view.audit == "Stop the audit"
    assert view_of(LearningState(SEEN, UnderWay(auditing=True))).doing.startswith("auditing ····")


def test_why_an_audit_came_to_nothing_is_told_until_something_else_is_asked_for() -> None:
    assert view_of(LearningState(SEEN, UnderWay(audit_refusal="too short"))).refusal == "too short"


# Runs ---------------------------------------------------------------------------------------------


def test_runs_are_the_rows_of_the_log_newest_first_where_there_is_room() -> None:
    view = view_of(LearningState(SEEN, columns=160))
    heads, *rows = run_rows(RUNS[::-1])
    assert (view.heads, list(view.rows)) == (heads, rows)
    assert "3,600" in view.rows[0]


@pytest.mark.parametrize(("columns", "cells"), [(60, 4), (80, 4), (100, 7), (160, 8)])
def test_narrow_rows_leave_out_only_what_the_sentence_says(columns: int, cells: int) -> None:
    view = view_of(LearningState(SEEN, columns=columns))
    assert {len(row) for row in (view.heads, *view.rows)} == {cells}
    widest = [max(map(len, column)) for column in zip(view.heads, *view.rows, strict=True)]
    assert sum(widest) + 2 * cells <= columns - 4
    assert "37.0 min (25 MB of memory for training)" in view.told[0]
    assert "plan full" in view.told[0]


def test_each_run_is_a_sentence_in_the_order_of_the_rows() -> None:
    view = view_of(LearningState(SEEN))
    assert len(view.told) == len(view.rows) == len(RUNS)
    assert "loss 5.02 -> 4.81 nats a word; kept." in view.told[0]
    assert "its time was over" in view.told[1]
    assert "not better, so what was learned before stays" in view.told[3]
    assert "too few to tell" in view.told[-1]


def test_without_runs_it_says_what_a_run_does_and_draws_nothing() -> None:
    view = view_of(LearningState(FRESH))
    assert (view.rows, view.told) == ((), ())
    assert view.empty == learning_view.NO_RUN
    assert [plot.series for plot in view.plots] == [(), ()]
    assert all(plot.told.startswith("No run") for plot in view.plots)


def test_a_run_noted_by_another_version_is_told_as_far_as_it_goes() -> None:
    old = replace(RUNS[0], report={"words": 90, "kept": True, "something_else": 3})
    assert "90 words" in learning_view.run_told(old)


# Plots --------------------------------------------------------------------------------------------


def test_the_curve_goes_by_words_and_tells_kept_from_not_kept() -> None:
    drawn = curve(RUNS, "nats")
    assert points(drawn, "kept") == [(650, 5.55), (1210, 5.29), (2840, 4.97), (3600, 4.81)]
    assert points(drawn, "not kept") == [(1900, 5.36)]
    assert points(drawn, "without it")[-1] == (3600, 5.02)
    assert points(drawn, "")[2] == (1900, 5.33)  # what was not kept changed nothing
    assert drawn.legend == "o without it   x not kept   ● kept"


def test_the_curve_is_said_in_words() -> None:
    said = curve(RUNS, "nats").told
    assert "From 650 to 3,600 words, over 5 runs that were judged" in said
    assert "went from 5.55 to 4.81 nats a word; lower is better" in said
    assert "Without what the last one learned it was 5.02. 4 of 5 were kept." in said
    hits = curve(RUNS, "recall_at_3").told
    assert "higher is better" in hits
    assert "from 20.6% to 29.9% of words" in hits


def test_hits_are_drawn_in_hundredths() -> None:
    drawn = curve(RUNS, "recall_at_3")
    assert drawn.title.endswith("% of words")
    assert points(drawn, "kept")[-1][1] == pytest.approx(100 * (0.9 - 4.81 / 8))


def test_markers_differ_so_that_no_colour_is_needed() -> None:
    for plot in (curve(RUNS, "nats"), memory(RUNS, PLANS)):
        markers = [series.marker for series in plot.series]
        assert len(set(markers)) == len(markers)


def test_one_judged_run_is_no_curve_but_a_sentence() -> None:
    drawn = curve(RUNS[:2], "nats")
    assert drawn.series == ()
    assert "One run was judged, on 650 words: 5.62 nats a word without" in drawn.told
    assert "A curve needs two." in drawn.told


def test_runs_that_could_not_be_judged_are_no_curve() -> None:
    assert "none with enough words to be judged" in curve(RUNS[:1], "nats").told


def test_where_the_history_became_shorter_the_line_still_goes_from_left_to_right() -> None:
    shrunk = (run(1, report(900, 5.5, 5.3)), run(2, report(400, 5.6, 5.5)))
    assert [words for words, _ in points(curve(shrunk, "nats"), "")] == [400, 900]


def test_memory_stands_beside_the_budget_of_each_runs_own_plan() -> None:
    drawn = memory(RUNS, PLANS)
    assert [number for number, _ in points(drawn, "held at most")] == [2, 3, 4, 5, 6, 7]
    assert points(drawn, "held at most")[-1] == (7, 25.2)
    budgets = [megabytes for _, megabytes in points(drawn, "budget of its plan")]
    assert budgets == [5, 5, 16, 16, 16, 33]


def test_memory_is_said_in_words_with_what_the_budget_counts() -> None:
    said = memory(RUNS, PLANS).told
    assert "at most 25 MB in the newest run, 25 MB in the largest of 6" in said
    assert "Its plan, full, was made for 33 MB, counted from its shapes" in said
    alone = memory(RUNS[:1], PLANS)
    assert alone.series == ()
    assert "at most 9.1 MB in the newest run, beyond torch" in alone.told


def test_a_plan_of_the_owners_own_has_no_budget_to_be_held_to() -> None:
    own = tuple(run(n, report(900, 5.5, 5.3, plan="mine")) for n in (1, 2))
    drawn = memory(own, PLANS)
    assert points(drawn, "budget of its plan") == []
    assert "budget" not in drawn.legend
    assert "made for" not in drawn.told


def test_of_many_runs_the_newest_are_drawn() -> None:
    many = tuple(run(n, report(300 + n, 5.5, 5.4)) for n in range(1, 61))
    numbers = [number for number, _ in points(memory(many, PLANS), "held at most")]
    assert numbers == list(range(61 - RUNS_PLOTTED, 61))
    assert len(points(curve(many, "nats"), "")) == RUNS_PLOTTED


# When it may run ----------------------------------------------------------------------------------


def reasons(seen: Snapshot, under_way: UnderWay = STILL) -> list[str]:
    return [each.text for each in learning_view.conditions(seen, under_way) if not each.met]


def test_when_all_holds_it_says_that_a_run_begins() -> None:
    assert reasons(SEEN) == []
    view = view_of(LearningState(SEEN))
    assert view.detail == "a run begins unasked within half a minute"
    assert "All of this holds" in told(view.when)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (replace(SEEN, settings=Settings(learning=False)), "learning is paused"),
        (replace(SEEN, settings=Settings(background_learning=False)), "learning unasked is off"),
        (replace(SEEN, lines=WORTH_LEARNING - 1), "29 of the 30 new lines"),
        (replace(SEEN, idle_s=10.0), "somebody typed less than a minute ago"),
        (replace(SEEN, idle_s=90.0), "somebody typed less than 2 minutes ago"),
        (replace(SEEN, machine=Machine(False, 0.1)), "the machine runs on its battery"),
        (replace(SEEN, machine=Machine(True, 0.81)), "the machine is busy: 80% of its cores"),
        (replace(SEEN, machine=None), "psutil, which would tell how busy the machine is"),
        (replace(SEEN, trains=False), "torch is not installed"),
    ],
)
def test_each_thing_that_stands_against_a_run_is_named_and_no_other(
    seen: Snapshot, why: str
) -> None:
    (reason,) = reasons(seen)
    assert reason.startswith(why)
    view = view_of(LearningState(seen))
    assert view.detail.startswith("no run begins unasked now: ")
    assert f"no {reason}" in told(view.when)
    assert "which it does not now" in told(view.when)


@pytest.mark.parametrize("idle_s", [0.0, QUIET_S - 1, QUIET_S, 1e6])
@pytest.mark.parametrize("on_mains", [True, False])
@pytest.mark.parametrize("load", [0.0, BUSY_SHARE, BUSY_SHARE + 0.01, 2.0])
def test_it_says_of_the_machine_what_is_decided(idle_s: float, on_mains: bool, load: float) -> None:
    seen = replace(SEEN, idle_s=idle_s, machine=Machine(on_mains, load))
    decided = may_run(idle_s=idle_s, on_mains=on_mains, load_share=load)
    assert (reasons(seen) == []) is decided


def test_an_audit_holds_a_run_back() -> None:
    assert reasons(SEEN, UnderWay(auditing=True)) == ["an audit is under way"]


def test_of_several_reasons_the_first_is_named_and_the_others_counted() -> None:
    seen = replace(SEEN, settings=Settings(background_learning=False), lines=0, idle_s=0.0)
    assert learning_view.unasked(seen, STILL) == (
        "no run begins unasked now: learning unasked is off, and 2 more"
    )


def test_the_switches_say_what_is_set() -> None:
    settings = Settings(background_learning=False, learn_plan="tiny", learn_minutes=1)
    view = view_of(LearningState(replace(SEEN, settings=settings)))
    assert (view.learning, view.background, view.minutes) == ("Learning: on", "Unasked: off", "1")
    assert view.plans == (("tiny", "● tiny"), ("small", "○ small"), ("full", "○ full"))
    text = told(view.when)
    assert "at most 1 minute a run; what is not done by then goes on the next time" in text
    assert "tiny trains input, output: 8,192 numbers, made for 5 MB of training memory" in text


def test_the_plan_behind_the_last_is_the_first() -> None:
    chosen = [
        learning_view.next_plan(replace(SEEN, settings=Settings(learn_plan=n))) for n in PLANS
    ]
    assert chosen == ["small", "full", "tiny"]


def test_paused_is_said_in_the_head() -> None:
    paused = replace(SEEN, settings=Settings(learning=False))
    assert view_of(LearningState(paused)).headline == "paused · nothing is kept"


# The last audit -----------------------------------------------------------------------------------


def test_the_last_audit_says_when_what_the_verdict_is_and_what_lowers_it() -> None:
    text = told(view_of(LearningState(SEEN)).audited)
    assert "on 3,600 words of yours in memory" in text
    assert "verdict what would be shared cannot be told from chance" in text
    assert "n-gram memory 10.0 bits of exposure, 1.4 is chance; 21 of 21 made-up" in text
    assert "adapter 4.2 bits of exposure, 1.4 is chance; 2 of 21" in text
    assert all(remedy in text for remedy in LOWERS)
    assert learning_view.WHOLE_AUDIT in text


def test_a_leak_is_the_verdict() -> None:
    figures = AUDIT["figures"]
    leaks = {**figures, "shared": {**figures["shared"], "is_chance": False}}
    assert "NOT WELL" in told(learning_view.audited(LastAudit(NOW, leaks)))


def test_an_audit_without_an_adapter_says_so() -> None:
    figures = AUDIT["figures"]
    untrained = {**figures, "adapter": {"count": 0}, "shared": {"count": 0}}
    text = told(learning_view.audited(LastAudit(NOW, untrained)))
    assert "no adapter was trained" in text
    assert "adapter none was trained" in text


def test_without_an_audit_it_says_what_one_does() -> None:
    assert told(view_of(LearningState(FRESH)).audited).strip() == learning_view.NO_AUDIT


def test_an_audit_of_another_version_is_not_told_as_if_it_were_one() -> None:
    assert learning_view.OLD_AUDIT in told(learning_view.audited(LastAudit(NOW, {"ngrams": 3})))
