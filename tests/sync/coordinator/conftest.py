"""Databases of both kinds, and a world of both roles over them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from coordinator_stand_ins import World
from postgres import cluster, postgres

__all__ = ["cluster", "postgres"]

NewUrl = Callable[[], str]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Makes empty databases of one kind."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres").new
    numbers = iter(range(100))
    return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> NewUrl:
    numbers = iter(range(1000))
    return lambda: f"sqlite:///{tmp_path}/lite-{next(numbers)}.db"


@pytest.fixture
def world(new_url: NewUrl) -> Iterator[World]:
    """A leader and a helper with the task published."""
    made = World(new_url(), new_url())
    made.publish()
    yield made
    made.close()
