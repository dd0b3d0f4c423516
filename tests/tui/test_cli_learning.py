"""`learn` on real profiles over a base of a few kilobytes, with the real trainer."""

import json
import signal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from stand_ins import WORDS
from test_cli import Shell

from hushkey.keyboard import background
from hushkey.keyboard.learner import FullReport, LearnReport
from hushkey.keyboard.learning.judge import Figures
from hushkey.keyboard.notes import LearnRun
from hushkey.tui.cli import learning, learning_told, output
from hushkey.tui.cli.exits import Exit

KEYS = {
    "plan", "words", "seconds", "peak_training_bytes", "process_bytes", "full_training_bytes",
    "update_bytes", "full_bytes", "before", "after", "keyboard_before", "keyboard_after",
    "full_after", "keyboard_full_after", "full_seconds", "kept", "finished",
}  # fmt: skip


@pytest.fixture
def shell(tmp_path: Path, capsys, monkeypatch, tiny_base) -> Shell:
    monkeypatch.setattr("hushkey.keyboard.engine.load_base", lambda: tiny_base)
    return Shell(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def filled(shell: Shell, tmp_path: Path) -> Shell:
    rng = np.random.default_rng(1)
    chances = np.square(list(WORDS.values()))
    chances /= chances.sum()
    lines = [" ".join(rng.choice(list(WORDS), size=6, p=chances)) for _ in range(40)]
    file = tmp_path / "typed.txt"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert shell("import", str(file))[0] == Exit.OK
    return shell


@pytest.fixture
def plan(tmp_path: Path) -> str:
    """A plan that so small a base has room for."""
    file = tmp_path / "mine.json"
    file.write_text('{"name": "mine", "ranks": {"output": 4, "lstm_bias": 1}}', encoding="utf-8")
    return str(file)


@pytest.mark.slow
def test_it_says_what_became_of_a_run_in_a_sentence_in_json_and_in_the_log(
    filled: Shell, plan: str
) -> None:
    code, out, err = filled("learn", "--plan", plan)
    assert (code, err) == (Exit.OK, "")
    assert out.startswith("240 words in ")
    assert "MB of memory for training): next word in three " in out
    assert out.endswith("nats a word; kept\n")
    assert out.count("\n") == 1
    code, out, _ = filled("learn", "--plan", plan, "--json")
    said = json.loads(out)
    assert code == Exit.OK
    assert set(said) == KEYS
    assert (said["plan"], said["words"], said["kept"], said["finished"]) == (
        "mine",
        240,
        True,
        True,
    )
    assert said["after"]["nats"] < said["before"]["nats"]
    assert said["keyboard_after"]["nats"] < said["keyboard_before"]["nats"]
    assert 0 < said["update_bytes"] < said["full_bytes"]
    assert 0 < said["peak_training_bytes"] < said["process_bytes"]
    assert said["full_training_bytes"] is said["full_after"] is said["full_seconds"] is None
    code, out, _ = filled("learn", "--log")
    heads, newest, oldest = out.splitlines()
    assert heads.split()[:5] == ["when", "words", "took", "memory", "plan"]
    for row in (newest, oldest):
        assert " 240 " in row
        assert " mine " in row
        assert row.endswith("kept")
    assert len(filled("learn", "--log", "--limit", "1")[1].splitlines()) == 2
    lines = filled("learn", "--log", "--json")[1].splitlines()
    runs = [json.loads(line) for line in lines]
    assert [run["words"] for run in runs] == [240, 240]
    assert runs[0]["at"] >= runs[1]["at"]
    assert runs[0]["keyboard_after"] == said["keyboard_after"]


@pytest.mark.slow
def test_full_fine_tuning_is_compared_where_it_is_asked_for(filled: Shell, plan: str) -> None:
    code, out, err = filled("learn", "--plan", plan, "--compare", "full", "--json")
    assert code == Exit.OK
    assert "to compare" in err
    said = json.loads(out.splitlines()[-1])
    assert set(said) == KEYS
    assert said["full_training_bytes"] > 0
    assert said["full_after"]["nats"] > 0
    assert 0.0 <= said["keyboard_full_after"]["recall_at_3"] <= 1.0
    assert len(filled("learn", "--log", "--json")[1].splitlines()) == 1  # it is no run of its own


@pytest.mark.slow
def test_an_interruption_says_that_the_next_learning_goes_on_from_there(
    filled: Shell, plan: str, monkeypatch
) -> None:
    steps: list[int] = []

    def bar(_label: str, done: int, _total: int, _note: str = "") -> None:
        steps.append(done)
        if len(steps) == 4:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("hushkey.tui.cli.output.bar", bar)
    code, out, err = filled("learn", "--plan", plan)
    assert (code, out) == (Exit.INTERRUPTED, "")
    assert "goes on from there" in err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    reached = steps[-1]
    assert filled("learn", "--plan", plan)[0] == Exit.OK
    assert steps[steps.index(reached) + 1] == reached + 1


def test_too_little_text_is_no_failure(shell: Shell, plan: str, tmp_path: Path) -> None:
    code, out, _ = shell("learn", "--plan", plan)
    assert code == Exit.OK
    assert "nothing to learn from yet" in out


@pytest.mark.parametrize("named", ["huge", "shared", "../plans/tiny", ""])
def test_a_plan_that_is_none_is_refused_and_those_there_are_are_told(
    shell: Shell, named: str
) -> None:
    code, out, err = shell("learn", "--plan", named)
    assert (code, out) == (Exit.FAILED, "")
    assert "tiny, small, full" in err
    assert "nothing was trained" in err


@pytest.mark.parametrize("written", [b"{}", b"\xff\xfe", b'{"name": "x", "ranks": {"input": 99}}'])
def test_a_plan_file_that_says_something_else_is_refused(
    shell: Shell, tmp_path: Path, written: bytes
) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(written)
    code, _, err = shell("learn", "--plan", str(file))
    assert code == Exit.FAILED
    assert "nothing was trained" in err


@pytest.mark.parametrize(
    "arguments", [("--minutes", "0"), ("--compare", "half"), ("--limit", "3"), ("--plan",)]
)
def test_options_that_make_no_sense_are_not_understood(shell: Shell, arguments) -> None:
    assert shell("learn", *arguments)[0] == Exit.USAGE


def test_while_somebody_types_it_waits_and_says_so(filled: Shell) -> None:
    code, out, err = filled("learn", "--when-idle")
    assert (code, out) == (Exit.OK, "")
    assert "not now: somebody typed a moment ago; nothing was done" in err
    assert filled("learn", "--log")[1] == ""


@pytest.mark.parametrize(
    ("battery", "load", "reason"),
    [
        (SimpleNamespace(power_plugged=False), 0.0, "battery"),
        (None, 999.0, "busy"),
    ],
)
def test_on_a_battery_or_a_busy_machine_it_waits_and_says_so(
    shell: Shell, monkeypatch, battery, load, reason
) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    monkeypatch.setattr(psutil, "getloadavg", lambda: (load, load, load))
    code, _, err = shell("learn", "--when-idle")
    assert code == Exit.OK
    assert reason in err
    assert "nothing was done" in err


def test_on_an_idle_machine_on_mains_it_runs(shell: Shell, plan: str, monkeypatch) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: None, raising=False)
    monkeypatch.setattr(psutil, "getloadavg", lambda: (0.0, 0.0, 0.0))
    code, out, err = shell("learn", "--when-idle", "--plan", plan)
    assert (code, err) == (Exit.OK, "")
    assert "nothing to learn from yet" in out
    monkeypatch.setattr(background, "QUIET_S", float("inf"))
    assert (
        "not now" not in shell("learn", "--when-idle", "--plan", plan)[2]
    )  # nothing was ever typed


# What is told ---------------------------------------------------------------------------------------


REPORT = LearnReport(
    2_009,
    16.24,
    12_340_000,
    290_000_000,
    655_360,
    33_000_000,
    Figures(5.9, 0.30),
    Figures(5.8, 0.31),
    Figures(5.63, 0.343),
    Figures(5.49, 0.351),
    "small",
    kept=True,
)


def test_a_run_is_told_in_one_sentence() -> None:
    assert learning_told.sentence(REPORT) == (
        "2,009 words in 16.2 s (12 MB of memory for training): next word in three 34.3% -> 35.1%, "
        "loss 5.63 -> 5.49 nats a word; kept"
    )


def test_other_ends_are_told_by_what_now_holds() -> None:
    few = LearnReport(90)
    later = LearnReport(2_009, 1_800.2, finished=False)
    worse = LearnReport(
        2_009, 9.0, keyboard_before=Figures(5.0, 0.3), keyboard_after=Figures(5.1, 0.3)
    )
    assert "90 words are too few" in learning_told.sentence(few)
    assert "stopped after 30.0 min" in learning_told.sentence(later)
    assert "goes on from there" in learning_told.sentence(later)
    assert "what was learned before stays" in learning_told.sentence(worse)


def test_the_comparison_is_told_in_a_second_sentence() -> None:
    full = FullReport(140_000_000, 33_000_000, 61.04, Figures(5.5, 0.32), Figures(5.47, 0.352))
    assert learning_told.compared(REPORT, full) == (
        "full fine-tuning: 61.0 s, 140 MB of memory for training, an update of 33 MB instead of "
        "0.66 MB: next word in three 35.2%, loss 5.47 nats a word"
    )
    said = learning_told.as_dict(REPORT, full)
    assert set(said) == KEYS
    assert said["full_after"] == {"nats": 5.5, "recall_at_3": 0.32}
    assert said["before"] == {"nats": 5.9, "recall_at_3": 0.30}


def test_the_log_tells_every_run_those_of_earlier_versions_too() -> None:
    runs = [
        LearnRun(
            3, 1_700_000_000.0, {"words": 9, "seconds": 70.0, "finished": False, "plan": "tiny"}
        ),
        LearnRun(2, 1_600_000_000.0, {"words": 9, "seconds": 1.0, "plan": "tiny", "kept": False}),
        LearnRun(
            1, 1_500_000_000.0, {"words": 7, "seconds": 2.0, "before_nats": 5.0, "kept": True}
        ),
    ]
    _, *rows = learning_told.run_rows(runs)
    assert [row[-1] for row in rows] == ["stopped, went on later", "not kept", "kept"]
    assert rows[0][2] == "1.2 min"
    assert rows[2][1:5] == ("7", "2.0 s", "-", "-")


def test_the_bar_tells_how_long_it_will_take(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    learning._progress(SimpleNamespace(step=3, steps=4, left_s=12.2))
    assert capsys.readouterr().err.endswith("3/4 about 12 s left\x1b[K")
    output.result("stopped early")
    assert capsys.readouterr() == ("stopped early\n", "\n")  # on a line of its own
