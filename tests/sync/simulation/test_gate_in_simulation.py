"""The gate of a simulation takes what part of a step public lines are read best under, and none that spoils them."""

from dataclasses import replace

import numpy as np
import pytest

from hushkey.sync.coordinator.gate import PARTS_TRIED, WORSE_BY
from hushkey.sync.messages import Optimizer
from hushkey.sync.releases.chain import PARTS
from hushkey.sync.simulation.algorithms import HUSHKEY, nobody_of, with_epsilon
from hushkey.sync.simulation.comparing import _kept, schedule_of
from hushkey.sync.simulation.people import Person
from hushkey.sync.simulation.world import World

GATED = replace(HUSHKEY, gated=True)


def uphill(world: World) -> np.ndarray:
    """A mean under which public lines are read worse by more than is let pass, and under a quarter of it too."""
    gate, quarter = world.gate, PARTS_TRIED[-1] / PARTS
    rng = np.random.default_rng(1)
    for _ in range(20):
        mean = 40.0 * rng.standard_normal(world.zero.parameters)
        least = (quarter * mean).astype(np.float32).reshape(world.start.shape)
        if gate.lines.together(world.group, least) > (1.0 + WORSE_BY) * gate.base:
            return mean
    raise AssertionError("no mean spoils the lines")


def test_the_part_is_taken_under_which_public_lines_are_read_best(directed):
    collected = next(iter(schedule_of(directed, GATED, 1).collected()))
    gated, whole = (directed.learner(each, 1) for each in (GATED, replace(GATED, gated=False)))
    for learner in (gated, whole):
        learner.take(collected)
    start, full = (version.astype(np.float64) for version in whole.versions)
    tried = [(start + part / PARTS * (full - start)).astype(np.float32) for part in PARTS_TRIED]
    nats = [directed.gate.lines.together(directed.group, each) for each in tried]
    assert np.allclose(gated.versions[-1], tried[int(np.argmin(nats))], atol=1e-7)


@pytest.mark.parametrize("optimizer", [Optimizer("fedavg", 1.0), Optimizer("fedadam", 40.0)])
def test_a_step_that_spoils_public_lines_is_not_taken_and_not_remembered(directed, optimizer):
    learner = directed.learner(replace(GATED, optimizer=optimizer), 1)
    mean = uphill(directed)
    learner.step(mean)
    assert len(learner.versions) == 2
    assert (learner.versions[1] == learner.versions[0]).all()
    assert not learner.moments.second.any()
    ungated = directed.learner(replace(GATED, gated=False, optimizer=optimizer), 1)
    ungated.step(mean)
    assert (ungated.versions[1] != ungated.versions[0]).any()


def test_reports_of_nobody_teach_nothing_but_noise(directed):
    nobody = nobody_of(HUSHKEY)
    collected = next(iter(schedule_of(directed, nobody, 1).collected()))
    quiet = directed.learner(nobody, 1)
    quiet.take(collected)
    assert (quiet.versions[1] == quiet.versions[0]).all()
    loud = directed.learner(with_epsilon(nobody, 8.0), 1)
    loud.take(collected)
    assert (loud.versions[1] != loud.versions[0]).any()


def test_what_a_gate_reads_is_part_of_what_a_run_is_of(tiny_base, with_public, small, tmp_path):
    first = World(tiny_base, with_public, small)
    head, *rest = with_public.public
    others = [Person(head.name, head.lines[1:]), *rest]
    other = World(tiny_base, replace(with_public, public=others), small)
    runs = [
        _kept(world, one, 1, tmp_path)._path
        for world in (first, other)
        for one in (GATED, replace(GATED, gated=False))
    ]
    assert runs[0] != runs[2]
    assert runs[0] != runs[1] == runs[3]
    blank = _kept(first, replace(GATED, blank=True), 1, tmp_path)._path
    assert blank not in runs


def test_without_public_writers_every_step_is_taken_whole_and_it_is_said(tiny_base, people, small):
    said: list[str] = []
    world = World(tiny_base, people, small, say=said.append)
    assert world.learner(GATED, 1).gate is None
    assert "every step is taken whole" in said[-1]
