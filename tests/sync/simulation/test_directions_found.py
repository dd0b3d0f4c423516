"""Directions that a population's reports go along: found on public writers, kept, and part of what a run is of."""

from dataclasses import replace

import numpy as np
import pytest

from hushkey.model.directions import Directions
from hushkey.sync.simulation.algorithms import (
    DIRECTIONS,
    HUSHKEY,
    algorithm,
    along,
    with_epsilon,
)
from hushkey.sync.simulation.comparing import _kept, schedule_of
from hushkey.sync.simulation.people import People, Person
from hushkey.sync.simulation.world import World

ALONG = replace(HUSHKEY, coding=replace(HUSHKEY.coding, directions=DIRECTIONS))  # without noise


def test_under_noise_deltas_go_along_directions_and_without_it_every_number_is_sent():
    assert with_epsilon(HUSHKEY, 8.0).directed
    assert not with_epsilon(HUSHKEY, 8.0, directions=None).directed
    assert not HUSHKEY.directed
    without = along(HUSHKEY, 1)
    assert without.directed
    assert not without.is_private
    assert replace(without.coding, epsilon=8.0) == with_epsilon(HUSHKEY, 8.0, directions=1).coding
    assert along(algorithm("fedbuff"), 1) == algorithm("fedbuff")


def test_without_public_writers_every_number_is_sent_and_it_is_said(tiny_base, people, small):
    said: list[str] = []
    world = World(tiny_base, people, small, say=said.append)
    assert world.directions is None
    assert "every number is sent" in said[-1]
    assert world.task(ALONG).subspace is None


def test_a_report_is_of_as_many_numbers_as_there_are_directions(world, directed):
    assert directed.task(ALONG).subspace.count == len(directed.directions.rows) <= 10
    few, all_of_them = (each.aggregation(ALONG, 1).codec.terms for each in (directed, world))
    assert few.dimension == len(directed.directions.rows)
    assert all_of_them.dimension == world.zero.parameters
    assert directed.job(algorithm("fedbuff")) == world.job(algorithm("fedbuff"))


def test_what_is_learned_lies_in_the_directions(directed):
    collected = next(iter(schedule_of(directed, ALONG, 1).collected()))
    learner = directed.learner(ALONG, 1)
    learner.take(collected)
    start, after = (version.ravel().astype(np.float64) for version in learner.versions)
    moved = after - start
    found = directed.directions
    assert np.linalg.norm(moved) > 0.0
    inside = found.back(found.along(moved, len(found.rows)))
    assert np.linalg.norm(moved - inside) < 0.01 * np.linalg.norm(moved)


def test_directions_are_kept_and_others_are_another_run(tiny_base, with_public, small, tmp_path):
    first = World(tiny_base, with_public, small, kept=tmp_path)
    digest = first.directions.digest
    (file,) = tmp_path.glob("*.safetensors")
    assert Directions.from_bytes(file.read_bytes()).digest == digest
    again = World(tiny_base, with_public, small, kept=tmp_path, say=pytest.fail)
    assert again.directions.digest == digest
    others = [Person(each.name, each.lines[1:]) for each in with_public.public]
    other = World(tiny_base, replace(with_public, public=others), small, kept=tmp_path)
    runs = [_kept(each, ALONG, 1, tmp_path)._path for each in (first, again, other)]
    assert runs[0] == runs[1] != runs[2]
    plain = [_kept(each, algorithm("fedbuff"), 1, tmp_path)._path for each in (first, other)]
    assert plain[0] == plain[1]


def test_the_base_s_own_directions_are_taken_where_they_are_of_the_group(
    with_public, small, tiny_base
):
    found = World(tiny_base, with_public, small).directions
    own = World(tiny_base, People(with_public.devices, with_public.held_out), small)
    own._base = _Having(tiny_base, found)
    assert own.directions is found


class _Having:
    """A base that comes with directions."""

    def __init__(self, base, directions):
        self._base, self.directions = base, directions

    def __getattr__(self, name):
        return getattr(self._base, name)
