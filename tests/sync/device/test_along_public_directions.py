"""A device along public directions: what it sends, what it shows of it, and that it takes only those that it has."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from operators import WEAK, Wire, World, scripted_delta, with_directions, world_on
from protocol_stand_ins import receiver

from hushkey.model.adapter import Adapter
from hushkey.model.base import Base
from hushkey.sync.codec import packed_bytes
from hushkey.sync.device.attack import Attacker
from hushkey.sync.device.checks import Views
from hushkey.sync.device.reporting import Place, weight_of
from hushkey.sync.errors import TaskRefused
from hushkey.sync.messages import Subspace
from hushkey.sync.task_terms import flatten

COUNT = 10


@pytest.fixture(scope="module")
def directed(tmp_path_factory: pytest.TempPathFactory, tiny_base: Base) -> Base:
    return with_directions(tiny_base, tmp_path_factory.mktemp("directed") / "base")


@pytest.fixture(scope="module")
def along(tmp_path_factory: pytest.TempPathFactory, directed: Base) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("along")
    with world_on(folder, directed, subspace=Subspace(COUNT, directed.directions.digest)) as made:
        yield made


def lying(world: World, delta: np.ndarray) -> np.ndarray:
    """What of a delta (d,) lies along the directions of the task."""
    rows = world.base.directions.rows[:COUNT].astype(np.float64)
    return rows.T @ (rows @ delta)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_the_shared_version_moves_by_what_of_the_delta_lies_along_them(along: World, home: Path):
    trained: list[Adapter] = []

    def train(*given, **options) -> Adapter:
        trained.append(scripted_delta(*given, **options))
        return trained[-1]

    with along.profile(home) as profile, along.joined(profile, train=train) as sharing:
        assert sharing.now().live.stage == "acknowledged"
        along.settle()
        sharing.now()
        moved = flatten(sharing.shared_adapter(), along.task.ranks)
    delta = flatten(trained[0], along.task.ranks)
    assert cosine(moved, lying(along, delta)) > 0.99  # but for the noise of a demonstration
    length = along.task.clip_norm * weight_of(_place(along), delta)
    assert np.linalg.norm(moved) == pytest.approx(length, rel=0.1)


def test_a_preview_tells_how_much_of_it_is_sent(along: World, home: Path):
    wire = Wire()
    with along.profile(home) as profile, along.joined(profile, transport=wire) as sharing:
        seen = sharing.preview()
    task = along.task
    assert seen.terms.numbers == COUNT
    assert sum(seen.histogram) * 4 == seen.size.delta > 4 * COUNT
    assert 0.0 < seen.norm_along < 0.5 * seen.norm_before
    assert seen.norm_after == pytest.approx(task.clip_norm * seen.weight)
    assert seen.size.packed == packed_bytes(task.kept + 1, task.bits)
    assert seen.size.wire < 3_000


@pytest.mark.parametrize("held", ["none", "others"])
def test_an_offer_whose_directions_it_does_not_have_is_refused_and_nothing_is_sent(
    held: str, along: World, directed: Base, tiny_base: Base, tmp_path: Path
):
    """An older installation: the same base, by its identity, with another file of directions or none."""
    base = tiny_base if held == "none" else with_directions(tiny_base, tmp_path / "base", 11)
    assert base.identity == directed.identity
    wire = Wire()
    elsewhere = dataclasses.replace(along, base=base)
    with (
        elsewhere.profile(tmp_path / "home") as profile,
        elsewhere.sharing(profile, transport=wire) as sharing,
    ):
        with pytest.raises(TaskRefused, match="does not come with"):
            sharing.invite(along.code(), budget=WEAK)
        assert sharing.status().phase == "off"
    assert {each.split()[0] for each in wire.asked} == {"GET"}


def test_a_device_that_lost_the_directions_since_it_agreed_sends_nothing(
    along: World, tiny_base: Base, home: Path
):
    with along.profile(home) as profile, along.joined(profile):
        pass
    wire = Wire()
    elsewhere = dataclasses.replace(along, base=tiny_base)
    with elsewhere.profile(home) as profile, elsewhere.sharing(profile, transport=wire) as sharing:
        status = sharing.now()
        assert (status.live, status.spent.reports) == (None, 0)
        assert status.phase == "suspended"
    assert not wire.uploads


def test_the_weight_is_of_what_is_sent(along: World):
    place = _place(along)
    loud_beside = np.random.default_rng(1).standard_normal(place.codec.size)
    loud_beside -= lying(along, loud_beside)
    assert weight_of(place, loud_beside) < 0.1
    assert weight_of(place, loud_beside + 10.0 * lying(along, np.ones(place.codec.size))) == 1.0


def _place(world: World) -> Place:
    shape = world.base.shape()
    return Place(world.task, world.identity, shape, 0, receiver("leader"), receiver("helper"))


def test_both_operators_together_see_what_lies_along_them_and_no_more(along: World):
    views = Views(along.task, _place(along).codec, along.adapter)
    delta = np.random.default_rng(2).standard_normal(views.codec.size)
    seen = flatten(views.of_delta(delta), along.task.ranks)
    assert cosine(seen, lying(along, delta)) == pytest.approx(1.0)
    assert cosine(seen, delta) < 0.5


def test_chance_is_that_of_the_same_directions(along: World):
    """A delta of noise along them is as likely as any other to look like a person's."""
    codec = _place(along).codec
    attacker = Attacker(along.base, along.adapter, codec=codec)
    drawn_ones = [flatten(attacker._noise(), along.task.ranks) for _ in range(3)]
    for noise in drawn_ones:
        assert cosine(noise, lying(along, noise)) == pytest.approx(1.0, abs=1e-3)
    assert abs(cosine(drawn_ones[0], drawn_ones[1])) < 0.999
    beside: Adapter = Attacker(along.base, along.adapter)._noise()
    numbers = flatten(beside, along.task.ranks)
    assert cosine(numbers, lying(along, numbers)) < 0.5
