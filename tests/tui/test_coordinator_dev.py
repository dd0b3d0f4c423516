"""`coordinator dev`: what it shows, on a screen and without one, and a whole run as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from textual.widgets import DataTable, Static

from hushkey.sync.demonstration import BatchSeen, DeviceSeen, Moment
from hushkey.tui.cli import root
from hushkey.tui.cli.exits import Exit
from hushkey.tui.demonstration import view
from hushkey.tui.demonstration.screen import DemonstrationApp, DemonstrationEnded, MomentSeen

DEVICES = tuple(DeviceSeen(number, 1_000, "sent", 0, 1, 5_430.0, 0) for number in (1, 2, 3))
RELEASED = BatchSeen(1, "released", 3, 5_430.0, 3, "", 5.79, 5.69)
REJECTED = BatchSeen(1, "rejected", 3, 5_430.0, 2, "worse than the last version", 5.69, 5.9)
MOMENT = Moment(
    "device 3 learns: step 1 of 9",
    DEVICES,
    (),
    2,
    3,
    0,
    2,
    "http://127.0.0.1:1",
    "http://127.0.0.1:2",
)


def test_each_thing_is_said_once_and_its_steps_are_not() -> None:
    lines = view.Lines()
    said = [line for _ in range(3) for line in lines.of(MOMENT)]
    assert said == ["version 0 of 2, 2 of 3 reports: device 3 learns"]


def test_a_batch_is_told_with_what_the_gate_found() -> None:
    assert view.batch_line(RELEASED) == (
        "version 1 is released: 3 reports, epsilon 5,430 each, 3 receipts checked; "
        "gate passed: 5.790 -> 5.690 nats a word"
    )
    assert view.batch_line(REJECTED).startswith("rejected; version 1 stays: ")
    assert "gate worse than the last version: " in view.batch_line(REJECTED)


async def test_the_screen_shows_devices_reports_and_batches_as_they_come() -> None:
    begun: list[bool] = []
    app = DemonstrationApp(lambda: begun.append(True))
    async with app.run_test(size=(100, 30)) as pilot:
        assert begun == [True]
        app.post_message(MomentSeen(MOMENT))
        await pilot.pause()
        headline = app.query_one("#headline", Static)
        assert "2 of 3 reports: device 3 learns: step 1 of 9" in str(headline.render())
        devices, batches = (
            app.query_one("#devices", DataTable),
            app.query_one("#batches", DataTable),
        )
        assert (devices.row_count, batches.row_count) == (3, 0)
        later = Moment("done", DEVICES, (RELEASED, REJECTED), 0, 3, 1, 2, over=True)
        app.post_message(MomentSeen(later))
        await pilot.pause()
        assert (devices.row_count, batches.row_count) == (3, 2)
        assert batches.get_row_at(0)[:2] == ["1", "3"]
        assert batches.get_row_at(1)[0] == "1 stays"
        assert "not private" in str(app.query_one("#note", Static).render())
        app.post_message(DemonstrationEnded("an operator did not start"))
        await pilot.pause()
        assert "an operator did not start" in str(headline.render())
        await pilot.press("q")
    assert not app.is_running


async def test_the_screen_ends_with_the_demonstration_where_it_is_asked_to() -> None:
    app = DemonstrationApp(lambda: None, leaves=True)
    async with app.run_test() as pilot:
        app.post_message(DemonstrationEnded())
        await pilot.pause()
    assert not app.is_running


@pytest.mark.parametrize(
    "arguments", [("--devices", "1"), ("--versions", "0"), ("--rejected-most", "0")]
)
def test_what_cannot_be_shown_is_not_understood(arguments: tuple[str, str], capsys) -> None:
    assert root.run(["coordinator", "dev", *arguments]) == Exit.USAGE
    capsys.readouterr()


@pytest.mark.slow
def test_a_version_is_released_by_real_devices_that_learn(tmp_path: Path) -> None:
    """The shipped base, torch, the real gate, HTTP: minutes on a busy machine, half of one on two quiet cores."""
    home = tmp_path / "home"
    command = "coordinator dev --devices 3 --versions 1 --exit --json"
    done = subprocess.run(
        [sys.executable, "-m", "hushkey", *command.split()],
        cwd=tmp_path,
        env=os.environ | {"HUSHKEY_HOME": str(home), "TMPDIR": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=1_800,
    )
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    released = records[-1]
    assert set(released) == {
        "version", "accepted", "epsilon_per_report", "receipts_verified", "gate", "note",
    }  # fmt: skip
    assert (released["version"], released["accepted"], released["receipts_verified"]) == (1, 3, 3)
    assert (released["gate"], released["note"]) == ("passed", "demonstration, not private")
    assert released["epsilon_per_report"] > 100
    assert not home.exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("hushkey-demo-")] == []
