"""A population of a dozen writers over a base of a few kilobytes."""

from dataclasses import replace

import pytest
import torch

from hushkey.model.base import Base
from hushkey.sync.simulation.people import People, Person
from hushkey.sync.simulation.presets import Preset, preset
from hushkey.sync.simulation.world import World

torch.set_num_threads(1)

LINES = (
    "I can see the cat, the cat can see you",
    "how are you today? then tomorrow",
    "tea and ice and tea and ice",
    "are you there? I'm there!",
    "to the theatre together",
)
DEVICES = 12


@pytest.fixture(scope="session")
def small() -> Preset:
    return replace(
        preset("smoke"), devices=DEVICES, batch=4, versions=4, ranks={"output": 3}, measured_every=1
    )


@pytest.fixture(scope="session")
def people() -> People:
    owners = [
        Person(f"made-up/{number}", [LINES[(number + at) % len(LINES)] for at in range(3 + number)])
        for number in range(DEVICES)
    ]
    return People(owners, [Person("made-up/held", LINES), Person("made-up/other", LINES[1:3])])


@pytest.fixture(scope="session")
def with_public(people: People) -> People:
    """The same, and ten more writers whose lines are public."""
    public = [
        Person(
            f"made-up/public {number}", [LINES[(2 * number + at) % len(LINES)] for at in range(4)]
        )
        for number in range(10)
    ]
    return replace(people, public=public)


@pytest.fixture(scope="session")
def directed(tiny_base: Base, with_public: People, small: Preset) -> World:
    return World(tiny_base, with_public, small)


@pytest.fixture(scope="session")
def world(tiny_base: Base, people: People, small: Preset) -> World:
    return World(tiny_base, people, small)
