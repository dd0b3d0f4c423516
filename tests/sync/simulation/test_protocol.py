"""Through the real leader and helper comes what plain sums come to, but for the noise of a demonstration."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from hushkey.sync.simulation.algorithms import HUSHKEY, algorithm
from hushkey.sync.simulation.comparing import schedule_of
from hushkey.sync.simulation.protocol import learner_of, through_protocol
from hushkey.sync.simulation.refusals import SimulationRefused


@pytest.mark.parametrize("which", ["world", "directed"])
def test_leader_and_helper_come_to_the_plain_sum(which, request, tmp_path):
    world = request.getfixturevalue(which)
    rng = np.random.default_rng(7)
    fine = replace(
        HUSHKEY,
        coding=replace(HUSHKEY.coding, scale=1 << 18, directions=None if which == "world" else 64),
    )
    learner, operators = learner_of(world, fine, tmp_path, rng.bytes)
    plain = world.learner(fine, 1)
    for collected in islice(schedule_of(world, fine, 1).collected(), 3):
        learner.take(collected)
        plain.take(collected)
    operators.close()
    assert (operators.task.subspace is None) == (which == "world")
    signed, summed = learner.state()["versions"], plain.state()["versions"]
    unit = 1.0 / operators.task.scale
    assert np.abs(signed - summed).max() < 3 * 6 * unit  # rounding, and sigma 1 twice, a version
    assert np.abs(signed[-1]).max() > 20 * 6 * unit


def test_what_is_no_task_of_this_project_is_refused(world, tmp_path):
    with pytest.raises(SimulationRefused, match="hushkey"):
        next(through_protocol(world, [algorithm("fedbuff")], tmp_path, say=print))
