"""A demonstration over real operators on loopback, on a base of a few kilobytes and with a training of a moment."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hushkey.keyboard.learner import LearningCancelled
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.sync.coordinator.gate import Verdict
from hushkey.sync.demonstration import BatchSeen, Demonstration, Moment, Plan, Samples
from hushkey.sync.demonstration import operators as running
from hushkey.sync.errors import Unreachable
from hushkey.sync.task_terms import unflatten

RANKS = {"lstm_bias": 1, "output": 4}
SAMPLES = Samples(
    (("the cat is on the theatre",) * 3, ("how are you today",) * 4, ("to the theatre",) * 5),
    ("are you together", "the cat can"),
)
PLAN = Plan(SAMPLES, versions=2, rejected_most=3, ranks=RANKS)


class Passing:
    """A gate that says what it is told to."""

    passed = True

    def __init__(self, *_: object) -> None:
        pass

    def verdict(self, before: Adapter, *candidates: Adapter) -> Verdict:
        return Verdict(self.passed, 5.0, 4.5, reason="" if self.passed else "worse")


class Strict(Passing):
    passed = False


@pytest.fixture(autouse=True)
def _small_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small a base has too few words for made-up secrets; the real gate is in the slow test of the command."""
    monkeypatch.setattr(running, "TextGate", Passing)


def scripted(
    base: Base, start: Adapter, lines: Any, *, cancelled: Any, on_progress: Any
) -> Adapter:
    """A delta at once."""
    if cancelled():
        raise LearningCancelled("stopped")
    rng = np.random.default_rng(len(lines))
    size = start.shape.parameters(start.ranks)
    return unflatten(
        rng.normal(0.0, 0.02, size), start.ranks, start.shape, base=start.base, seed=start.seed
    )


def shown(plan: Plan, base: Base, **options: Any) -> tuple[Moment, list[BatchSeen], list[Moment]]:
    batches: list[BatchSeen] = []
    moments: list[Moment] = []
    made = Demonstration(
        plan, base, on_batch=batches.append, on_moment=moments.append, train=scripted, **options
    )
    return made.run(), batches, moments


def test_devices_report_and_receive_what_is_released(tiny_base: Base):
    over, batches, moments = shown(PLAN, tiny_base)
    assert (over.version, over.over, over.doing) == (2, True, "done")
    assert [batch.version for batch in batches] == [1, 2]
    for batch in batches:
        assert (batch.accepted, batch.receipts_verified, batch.gate) == (3, 3, "passed")
        assert set(batch.as_dict()) == {
            "version", "accepted", "epsilon_per_report", "receipts_verified", "gate", "note",
        }  # fmt: skip
        assert batch.as_dict()["note"] == "demonstration, not private"
        assert batch.epsilon_per_report > 100
    for device in over.devices:
        assert (device.version, device.reports, device.receipts) == (2, 2, 2)
        assert device.epsilon > batches[0].epsilon_per_report
    assert max(moment.pending for moment in moments) == 3
    assert {moment.batch_min for moment in moments} == {0, 3}


def test_it_gives_up_after_so_many_rejected_batches(tiny_base: Base, monkeypatch):
    monkeypatch.setattr(running, "TextGate", Strict)
    over, batches, _ = shown(replace(PLAN, rejected_most=2), tiny_base)
    assert (over.version, over.rejected, over.doing) == (0, 2, "given up")
    assert [batch.gate for batch in batches] == ["worse", "worse"]
    assert [batch.receipts_verified for batch in batches] == [3, 3]
    assert [batch.version for batch in batches] == [0, 0]


def test_nothing_is_left_on_the_disk_and_nothing_of_the_owner_is_touched(
    tiny_base: Base, tmp_path: Path, monkeypatch
):
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("HUSHKEY_HOME", str(home))
    monkeypatch.setenv("DO_NOT_TRACK", "1")  # of the owner; no owner takes part
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    there: list[int] = []
    shown(
        replace(PLAN, versions=1),
        tiny_base,
        cancelled=lambda: there.append(len(list(temporary.iterdir()))) or False,
    )
    assert max(there) == 1
    assert list(temporary.iterdir()) == []
    assert list(home.iterdir()) == []


def test_it_can_be_stopped_and_leaves_no_thread(tiny_base: Base):
    before = {thread.name for thread in threading.enumerate()}
    stopping: list[Moment] = []
    made = Demonstration(
        PLAN,
        tiny_base,
        on_moment=stopping.append,
        cancelled=lambda: any(moment.version for moment in stopping),
        train=scripted,
    )
    with pytest.raises(LearningCancelled):
        made.run()
    assert made.moment.version == 1
    _until(lambda: {thread.name for thread in threading.enumerate()} <= before)


def test_a_device_that_cannot_report_ends_it_with_the_reason(tiny_base: Base):
    calls: list[int] = []

    def failing(*given: Any, **options: Any) -> Adapter:
        calls.append(1)
        if len(calls) == 2:
            raise Unreachable("the wire is cut")
        return scripted(*given, **options)

    made = Demonstration(PLAN, tiny_base, train=failing)
    with pytest.raises(Unreachable, match="device 2 did not report: the wire is cut"):
        made.run()


def test_the_operators_answer_until_what_stays_is_over(tiny_base: Base):
    made = Demonstration(replace(PLAN, versions=1), tiny_base, train=scripted)
    import httpx  # noqa: PLC0415

    answers: list[int] = []
    made.run(lambda: answers.append(httpx.get(f"{made.moment.leader}/healthz").status_code))
    assert answers == [200]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{made.moment.leader}/healthz")


def _until(done: Callable[[], bool]) -> None:
    for _ in range(200):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError([thread.name for thread in threading.enumerate()])
