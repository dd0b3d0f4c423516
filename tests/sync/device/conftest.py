"""Puts this folder on the path, so that its tests share operators; real operators on loopback, once a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from operators import World, world_on

from hushkey.model.base import Base


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, tiny_base: Base) -> Iterator[World]:
    """Both roles served on this machine, with a task of batches of one."""
    with world_on(tmp_path_factory.mktemp("operators"), tiny_base) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"
