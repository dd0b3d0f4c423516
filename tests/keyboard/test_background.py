"""When the trainer may run unasked."""

import sys

import pytest

from hushkey.keyboard.background import QUIET_S, may_run, may_run_in_background


@pytest.mark.parametrize(
    ("idle_s", "on_mains", "load_share", "allowed"),
    [
        (QUIET_S, True, 0.1, True),
        (QUIET_S - 1, True, 0.1, False),
        (QUIET_S, False, 0.1, False),
        (QUIET_S, True, 0.9, False),
    ],
)
def test_it_needs_quiet_mains_power_and_spare_cores(idle_s, on_mains, load_share, allowed):
    assert may_run(idle_s=idle_s, on_mains=on_mains, load_share=load_share) is allowed


def test_while_somebody_types_it_may_not_run_whatever_the_machine_does():
    assert may_run_in_background(idle_s=0.0) is False


def test_a_machine_that_cannot_be_asked_runs_nothing_unasked(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert may_run_in_background(idle_s=1e9) is False
