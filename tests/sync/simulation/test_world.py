"""Whole runs over a tiny base: they learn, they repeat, they go on where they were cut off."""

import json
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from hushkey.sync.device.training import SETTINGS
from hushkey.sync.simulation.algorithms import HUSHKEY, algorithm, with_epsilon
from hushkey.sync.simulation.comparing import compare, schedule_of, trace_of
from hushkey.sync.simulation.running import Kept, Limits, run
from hushkey.sync.simulation.world import DEVICE, Goal, World

NAMES = ("fedavg", "fedavg-deadline", "fedavg-subset", "fedbuff", "fedadam", "hushkey")


def quiet(_text):
    pass


def versions(world, name, seed, path, limit=4):
    learner = world.learner(algorithm(name), seed)
    limits, kept = Limits(limit), Kept(path)
    trace = run(schedule_of(world, algorithm(name), seed), learner, limits, None, kept)
    return trace, learner.state()


def test_devices_train_as_the_device_does():
    assert set(SETTINGS) == {"epochs", "share"}
    assert (DEVICE.epochs, DEVICE.share) == (SETTINGS["epochs"], SETTINGS["share"])


def test_every_algorithm_gives_a_line_with_the_promised_fields(world, tmp_path):
    lines = list(compare(world, [algorithm(name) for name in NAMES], tmp_path, say=quiet))
    assert [line["algorithm"] for line in lines] == list(NAMES)
    for line in lines:
        figures = ("seconds_to_target", "recall_at_3", "device_training_bytes", "bytes_up")
        for name in (*figures, "bytes_down", "epsilon"):
            assert {name, f"{name}_low", f"{name}_high"} <= set(line)
        assert (line["devices"], line["stragglers"], line["dp"]) == (12, 0.9, False)
        assert line["epsilon"] is None
        json.dumps(line, allow_nan=False)
    by_name = {line["algorithm"]: line for line in lines}
    assert by_name["fedavg"]["bytes_up"] > 2 * by_name["fedavg-subset"]["bytes_up"]
    assert by_name["fedavg"]["device_training_bytes"] > by_name["hushkey"]["device_training_bytes"]


@pytest.mark.parametrize("name", ["fedavg", "fedadam", "hushkey"])
def test_a_run_that_was_cut_off_comes_to_the_same_numbers(world, tmp_path, name):
    whole, expected = versions(world, name, 1, tmp_path / "whole.npz")
    versions(world, name, 1, tmp_path / "cut.npz", limit=2)
    resumed, found = versions(world, name, 1, tmp_path / "cut.npz")
    assert resumed == whole
    assert expected.keys() == found.keys()
    assert all((expected[key] == found[key]).all() for key in expected)


def test_a_finished_run_is_not_run_again(world, tmp_path):
    goal = Goal(0.1, 0.2)
    first = trace_of(world, HUSHKEY, 1, goal, tmp_path, say=quiet)
    said = []
    assert trace_of(world, HUSHKEY, 1, goal, tmp_path, say=said.append) == first
    assert said == []


def test_a_damaged_file_begins_the_run_anew(world, tmp_path):
    path = tmp_path / "run.npz"
    expected, _ = versions(world, "hushkey", 1, path)
    path.write_bytes(path.read_bytes()[:100])
    assert versions(world, "hushkey", 1, path)[0] == expected


def test_another_seed_is_another_run(world, tmp_path):
    (one, a), (other, b) = (
        versions(world, "hushkey", seed, tmp_path / f"{seed}.npz") for seed in (1, 2)
    )
    assert one != other
    assert not np.allclose(a["versions"][-1], b["versions"][-1])


def test_one_version_is_the_mean_of_what_each_device_learned(world):
    name = algorithm("fedavg-subset")
    learner = world.learner(name, 1)
    (collected,) = islice(schedule_of(world, name, 1).collected(), 1)
    learner.take(collected)
    start = world.zero.tensors["output"]
    alone = [
        world.fleet.train([start], [world.readings[one.device]])[0] for one in collected.reports
    ]
    assert np.allclose(learner.state()["versions"][1], np.mean(alone, axis=0), atol=1e-6)


def test_the_digest_names_what_a_result_depends_on(world, tiny_base, people, small):
    other = World(tiny_base, people, replace(small, words=7))
    longer = World(tiny_base, people, replace(small, versions=99))
    assert world.digest(HUSHKEY) != other.digest(HUSHKEY)
    assert world.digest(HUSHKEY) != world.digest(with_epsilon(HUSHKEY, 8.0))
    assert world.digest(HUSHKEY) == longer.digest(HUSHKEY)


def test_the_target_is_a_share_of_the_centralised_gain_or_there_is_none():
    assert Goal(0.3, 0.4).target == pytest.approx(0.38)
    assert Goal(0.3, 0.4).kept(0.35) == pytest.approx(0.5)
    assert Goal(0.3, 0.3).target is None


def test_with_dp_on_a_device_stops_at_its_budget(world, tmp_path):
    private = with_epsilon(HUSHKEY, 8.0)
    (line,) = compare(world, [private], tmp_path, say=quiet)
    assert line["dp"] is True
    assert 0.0 < line["epsilon"] <= 8.0 + 1e-6


def test_a_reports_bytes_are_those_of_a_sealed_one(world):
    job, plain = world.job(HUSHKEY), world.job(algorithm("fedbuff"))
    assert plain.up_bytes == 4 * world.zero.parameters
    sealed = 2 * 1136 + 32 + world.zero.parameters * world.task(HUSHKEY).bits / 8
    assert sealed < job.up_bytes < sealed + 200
    assert job.training_bytes == plain.training_bytes
