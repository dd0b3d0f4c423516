"""Every algorithm over one population, seed by seed; what was run before is not run again."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hushkey.sync.simulation.algorithms import Algorithm, suited
from hushkey.sync.simulation.learners import Learner
from hushkey.sync.simulation.results import Costs, Outcome, outcome, told
from hushkey.sync.simulation.running import Kept, Limits, Point, Trace, run
from hushkey.sync.simulation.schedule import Schedule
from hushkey.sync.simulation.world import Goal, World

Say = Callable[[str], None]


def compare(
    world: World, algorithms: Sequence[Algorithm], folder: Path, *, say: Say
) -> Iterator[dict[str, Any]]:
    """Yield one line an algorithm, as soon as its seeds are run."""
    goal = world.goal(folder / f"{world.digest('goal')}.json")
    wanted = "none: it gained nothing" if goal.target is None else f"{goal.target:.4f}"
    say(f"recall@3: base {goal.base:.4f}, centralised {goal.centralised:.4f}, target {wanted}")
    for algorithm in algorithms:
        outcomes = [
            outcome_of(world, algorithm, seed, goal, folder, say=say) for seed in world.preset.seeds
        ]
        yield told(algorithm, outcomes, world.preset, goal)


def outcome_of(  # noqa: PLR0913
    world: World, algorithm: Algorithm, seed: int, goal: Goal, folder: Path, *, say: Say
) -> Outcome:
    """Run one algorithm with one seed, or take up what was kept of it."""
    trace = trace_of(world, algorithm, seed, goal, folder, say=say)
    aggregation = world.aggregation(algorithm, seed)
    costs = Costs(world.job(algorithm), world.preset.devices, aggregation.epsilon)
    return outcome(trace, goal, costs)


def trace_of(  # noqa: PLR0913
    world: World, algorithm: Algorithm, seed: int, goal: Goal, folder: Path, *, say: Say
) -> Trace:
    """Return the versions of a run."""

    def tell(point: Point) -> None:
        say(
            f"{algorithm.name}, seed {seed}: version {point.version} at {point.at_s:,.0f} s, "
            f"recall@3 {100 * (point.recall_at_3 - goal.base):+.2f} points"
        )

    is_full = algorithm.trained == "full"
    versions = world.preset.full_versions if is_full else world.preset.versions
    every = 1 if is_full else world.preset.measured_every
    return run(
        schedule_of(world, algorithm, seed),
        world.learner(algorithm, seed),
        Limits(versions, every, until_target=is_full),
        goal.target,
        _kept(world, algorithm, seed, folder),
        on_version=tell,
    )


def final_of(world: World, algorithm: Algorithm, seed: int, folder: Path) -> Learner:
    """Return what a kept run had learned at its end: the base where it made no version."""
    learner = world.learner(algorithm, seed)
    held = _kept(world, algorithm, seed, folder).read()
    if held is not None:
        learner.restore(held[1])
    return learner


def _kept(world: World, algorithm: Algorithm, seed: int, folder: Path) -> Kept:
    found = world.directions if algorithm.directed else None
    along = () if found is None else (found.digest.hex(),)
    run_of = suited(algorithm, world.group) if algorithm.coding else algorithm
    gated = (world.public.gate_digest(),) if algorithm.gated and world.gate else ()
    blank = ("blank",) if algorithm.blank else ()
    return Kept(folder / f"{world.digest(run_of, seed, *along, *gated, *blank)}.npz")


def schedule_of(world: World, algorithm: Algorithm, seed: int) -> Schedule:
    """Return the events of an algorithm and a seed; who spends a budget stops where it ends."""
    coding = algorithm.coding
    return Schedule(
        world.devices(seed),
        world.preset.terms,
        world.job(algorithm),
        algorithm,
        world.preset.batch,
        seed,
        coding.reports if coding is not None and coding.epsilon is not None else None,
    )
