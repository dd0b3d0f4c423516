"""What every section shares: a world of a preset, the goal, and runs that are kept."""

import argparse
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

from hushkey.model.base import load_base
from hushkey.model.training.held_out import Recalled
from hushkey.sync.simulation.algorithms import Algorithm
from hushkey.sync.simulation.comparing import final_of, trace_of
from hushkey.sync.simulation.people import People, read_people
from hushkey.sync.simulation.presets import Preset, preset
from hushkey.sync.simulation.results import Costs, Outcome, outcome
from hushkey.sync.simulation.running import Trace
from hushkey.sync.simulation.world import Goal, World


@dataclass(frozen=True, slots=True)
class Setting:
    """A world, its goal, and where its runs are kept."""

    world: World
    goal: Goal
    kept: Path

    @property
    def preset(self) -> Preset:
        """What the world is of."""
        return self.world.preset

    def traces(self, algorithm: Algorithm) -> list[Trace]:
        """Return an algorithm's runs, one a seed."""
        return [
            trace_of(self.world, algorithm, seed, self.goal, self.kept, say=say)
            for seed in self.preset.seeds
        ]

    def outcomes(self, algorithm: Algorithm) -> list[Outcome]:
        """Return their figures."""
        job = self.world.job(algorithm)
        found = []
        for seed, trace in zip(self.preset.seeds, self.traces(algorithm), strict=True):
            epsilon = self.world.aggregation(algorithm, seed).epsilon
            found.append(outcome(trace, self.goal, Costs(job, self.preset.devices, epsilon)))
        return found

    def finals(self, algorithm: Algorithm) -> list[Recalled]:
        """Return how each seed's last version does on everybody who is held out."""
        self.traces(algorithm)
        seeds = self.preset.seeds
        return [final_of(self.world, algorithm, seed, self.kept).measured() for seed in seeds]

    def trained(self) -> str:
        """Name what is trained: groups and their ranks."""
        return ", ".join(f"{name} {rank}" for name, rank in self.preset.ranks.items())

    def told(self) -> str:
        """Say in a sentence whom this is over."""
        held, terms = self.preset, self.preset.terms
        return (
            f"{held.devices:,} devices with at most {held.words:,} words each, {100 * terms.stragglers:.0f}% of them "
            f"{terms.slowdown:g} times slower, {held.batch} reports a version; {held.held_out} other writers, "
            f"{held.test_words} words each, are measured on; seeds: {', '.join(map(str, held.seeds))}."
        )


def setting(
    options: argparse.Namespace, people: People | None = None, **changes: object
) -> Setting:
    """Make a world ready."""
    held = preset_of(options, **changes)
    found = people or people_of(options, held)
    world = World(load_base(), found, held, say=say, kept=options.kept)
    goal = world.goal(options.kept / f"{world.digest('goal')}.json")
    return Setting(world, goal, options.kept)


def preset_of(options: argparse.Namespace, **changes: object) -> Preset:
    """Return the preset that was asked for."""
    held = preset("smoke" if options.smoke else options.preset)
    changed: Preset = replace(held, seeds=tuple(options.seeds or held.seeds), **changes)
    return changed


def people_of(options: argparse.Namespace, held: Preset) -> People:
    """Return the preset's people."""
    return read_people(
        options.users,
        devices=held.devices,
        held_out=held.held_out,
        words=held.words,
        test_words=held.test_words,
        public=held.public,
        further=held.further,
    )


def command_of(options: argparse.Namespace, *more: str) -> str:
    """Return the command that makes the same section."""
    parts = ["python -m bench.federated", options.name]
    parts += ["--preset", options.preset] if options.preset != "quick" else []
    parts += ["--seeds", *map(str, options.seeds)] if options.seeds else []
    return " ".join([*parts, *more])


def paragraph(*sentences: str) -> str:
    """Return sentences as one paragraph of lines as long as the documents'."""
    return textwrap.fill(" ".join(sentences), 118, break_long_words=False, break_on_hyphens=False)


def say(text: str) -> None:
    """Tell progress."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
