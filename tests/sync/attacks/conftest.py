"""Real reports for attacks to be tried on, once a run; and both roles over real databases."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hushkey.model.base import Base

ROOT = Path(__file__).resolve().parents[3]
# The benchmarks are no part of the package; the roles' stand-ins are shared with the coordinator's own tests.
sys.path += [str(ROOT), str(ROOT / "tests" / "sync" / "coordinator")]

from blind_scene import Scene  # noqa: E402
from coordinator_stand_ins import World  # noqa: E402
from postgres import cluster, postgres  # noqa: E402

from bench.sharing import blind  # noqa: E402
from bench.sharing.tasks import place_of, sample_task, zero_of  # noqa: E402
from hushkey.sync.device.attack import Attacker  # noqa: E402
from hushkey.sync.task_terms import flatten  # noqa: E402

__all__ = ["cluster", "postgres"]


@pytest.fixture(scope="session")
def scene(shipped_base: Base) -> Scene:
    shape = shipped_base.runtime().shape
    task = sample_task(shipped_base, shape)
    start, place = zero_of(task, shape), place_of(task, shape)
    owners = blind.written(shipped_base, start)
    deltas = blind.mixed([flatten(each.delta, task.ranks) for each in owners], blind.REPORTS)
    built = blind.built(place, deltas)
    held = blind.opened(place, built)
    return Scene(
        shipped_base, start, place, owners, deltas, built, blind.shared(place, built), *held
    )


@pytest.fixture(scope="session")
def readings(scene: Scene) -> blind.Readings:
    return blind.Readings(scene.place, scene.start, Attacker(scene.base, scene.start))


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes empty databases of one kind."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres").new
    numbers = iter(range(100))
    return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"


@pytest.fixture
def world(new_url: Callable[[], str]) -> Iterator[World]:
    """A leader and a helper with the task published."""
    made = World(new_url(), new_url())
    made.publish()
    yield made
    made.close()
