"""Where trainings run changes nothing of what is learned. What Ray's workers do, workers in this process do here."""

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.simulation.__main__ import main
from hushkey.sync.simulation.algorithms import algorithm
from hushkey.sync.simulation.comparing import compare
from hushkey.sync.simulation.engines import Sharded, homes
from hushkey.sync.simulation.over_ray import Held, OverRay, share
from hushkey.sync.simulation.refusals import SimulationRefused
from hushkey.sync.simulation.world import World

without_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: [ray]")


@dataclass
class Later:
    """A worker that computes when it is waited for, and notes what it was asked."""

    held: Held
    asked: list

    def begin(self, starts, devices):
        self.asked.append(list(devices))
        return Waiting(lambda: self.held.train(starts, devices))

    def begin_total(self, weights, devices):
        self.asked.append(list(devices))
        return Waiting(lambda: self.held.total(weights, devices))


@dataclass
class Waiting:
    compute: object

    def wait(self):
        return self.compute()


@pytest.fixture(autouse=True)
def _floats_stay_as_they_are(monkeypatch):
    """What a worker's or a simulation's own process does to its floats would stay with the tests that come after."""
    for module in ("__main__", "over_ray"):
        monkeypatch.setattr(f"hushkey.sync.simulation.{module}.be_a_good_neighbour", lambda: None)


class InThisProcess:
    """An engine of several workers, each with its own devices' lines and no others."""

    def __init__(self, workers):
        self.count, self.works, self.asked = workers, [], []

    def trainer(self, work):
        self.works.append(work)
        owners = homes(work.sizes, self.count)
        workers = [Held(share(work, owners, number)) for number in range(self.count)]
        return Sharded([Later(held, self.asked) for held in workers], owners)


def lines_of(world, folder, *names):
    return list(compare(world, [algorithm(name) for name in names], folder, say=lambda _: None))


def equal_within_floats(ours, theirs):
    """Whether lines tell the same: times, bytes and counts to the bit, recall within a piece's place."""
    for one, other in zip(ours, theirs, strict=True):
        assert one.keys() == other.keys()
        for key in one.keys() - {"bytes_down", "bytes_down_low", "bytes_down_high"}:
            assert one[key] == pytest.approx(other[key], abs=1e-6), key


@given(st.lists(st.integers(0, 900), min_size=1, max_size=60), st.integers(1, 9))
def test_every_device_has_one_home_and_the_homes_are_about_as_full(sizes, workers):
    found = homes(sizes, workers)
    assert found == homes(sizes, workers)
    assert all(0 <= home < workers for home in found)
    loads = [
        sum(size for size, home in zip(sizes, found, strict=True) if home == one)
        for one in range(workers)
    ]
    assert max(loads) - min(loads) <= 2 * max(sizes)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_deltas_come_in_the_order_asked_and_are_those_of_one_process(
    world, tiny_base, people, small, workers
):
    engine = InThisProcess(workers)
    split = World(tiny_base, people, small, engine=engine)
    moved = world.start + 0.01
    devices = [7, 0, 11, 3, 4, 7]
    starts = [world.start, moved, world.start, moved, moved, moved]
    expected = world.trainer.train(starts, devices)
    found = split.trainer.train(starts, devices)
    assert all(np.allclose(*pair, atol=1e-6) for pair in zip(found, expected, strict=True))
    assert not np.allclose(expected[0], expected[5], atol=1e-6)
    assert sorted(chain.from_iterable(engine.asked)) == sorted(devices)
    assert len(engine.asked) <= workers


def test_whole_runs_tell_the_same_on_either_engine(world, tiny_base, people, small, tmp_path):
    engine = InThisProcess(3)
    split = World(tiny_base, people, small, engine=engine)
    names = ("fedavg", "fedbuff", "hushkey")
    found = lines_of(split, tmp_path / "split", *names)
    equal_within_floats(found, lines_of(world, tmp_path / "local", *names))
    assert len(engine.works) == 1  # lines are read once for every algorithm and seed


def test_an_engine_is_told_of_every_device_what_reading_its_lines_would_tell(
    world, tiny_base, people, small
):
    split = World(tiny_base, people, small, engine=InThisProcess(1))
    assert split.sizes == world.sizes
    assert split.devices(1) == world.devices(1)


def test_a_worker_is_given_its_own_lines_alone_and_as_piece_ids(world, tiny_base, people, small):
    engine = InThisProcess(2)
    _ = World(tiny_base, people, small, engine=engine).trainer
    (work,) = engine.works
    owners = homes(work.sizes, 2)
    one, other = (share(work, owners, number) for number in range(2))
    for device, owner in enumerate(owners):
        assert len((one, other)[owner].histories[device]) == len(work.histories[device]) > 0
        assert len((other, one)[owner].histories[device]) == 0
    assert all(
        isinstance(line, np.ndarray) and line.dtype.kind in "ui"
        for lines in work.histories
        for line in lines
    )


def test_a_host_with_another_base_is_refused(world, tiny_base, people, small):
    engine = InThisProcess(1)
    _ = World(tiny_base, people, small, engine=engine).trainer
    with pytest.raises(SimulationRefused, match="another base"):
        Held(replace(engine.works[0], base="0" * 64))


def test_ray_is_imported_for_nobody_who_did_not_ask_for_it():
    modules = "hushkey.sync.simulation.__main__, hushkey.sync.simulation.over_ray"
    command = f"import sys, {modules}; print('ray' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", command], check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == "False"


def test_without_ray_a_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)  # as Python marks what cannot be imported
    with pytest.raises(SimulationRefused, match=r"nothing was run; pip install 'hushkey\[ray\]'"):
        OverRay()


@pytest.mark.parametrize(
    ("more", "told"), [((), "hushkey[ray]"), (("--through", "protocol"), "--engine local")]
)
def test_the_command_refuses_in_a_line_before_anything_is_read(
    more, told, tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "ray", None)
    asked = ["--users", str(tmp_path), "--engine", "ray", "--threads", "1", *more]
    assert main(asked) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


@pytest.mark.slow
@without_ray
def test_rays_workers_come_to_what_one_process_comes_to_and_leave_nothing(
    world, tiny_base, people, small, tmp_path
):
    token = Path("~/.ray/auth_token").expanduser()  # which Ray would keep if it were given none
    before = token.exists()
    with OverRay(workers=2) as engine:
        folder = Path(engine.folder)
        assert folder.stat().st_mode & 0o077 == 0
        split = World(tiny_base, people, small, engine=engine)
        found = lines_of(split, tmp_path / "split", "fedavg", "hushkey")
        assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    equal_within_floats(found, lines_of(world, tmp_path / "local", "fedavg", "hushkey"))
    assert not folder.exists()
    assert token.exists() == before


@pytest.mark.slow
@without_ray
def test_a_worker_that_died_ends_the_run_in_a_line(tiny_base, people, small):
    with OverRay(workers=1) as engine:
        split = World(tiny_base, people, small, engine=engine)
        (worker,) = split.trainer.workers
        worker.ray.kill(worker.actor)
        with pytest.raises(SimulationRefused, match="goes on from the last version"):
            split.trainer.train([split.start], [0])


@pytest.mark.slow
@without_ray
def test_a_cluster_that_is_not_there_is_refused_in_a_line():
    with pytest.raises(SimulationRefused, match="nothing was run"), OverRay(address="127.0.0.1:9"):
        pytest.fail("there is no such cluster")
