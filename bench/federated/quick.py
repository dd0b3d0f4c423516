"""Time to target of each algorithm, what it keeps of centralised training's gain, and what it costs a device."""

import argparse
from collections.abc import Sequence

from bench.document import table
from bench.federated.picture import progress
from bench.federated.setting import Setting, command_of, paragraph, setting
from bench.federated.timing import Timing, saved, timing_of
from bench.learning.means import Mean, mean_of
from hushkey.sync.simulation.algorithms import ALGORITHMS, Algorithm, algorithm
from hushkey.sync.simulation.pace import Job
from hushkey.sync.simulation.results import Outcome

FASTER, LEANER, LIGHTER, KEPT = 0.81, 0.80, 0.95, 0.90  # what is to be shown, fixed before
MARGIN = 0.1  # points of recall@3 that hushkey may stand below FedBuff and not be called inferior


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    parser.add_argument("--algorithms", nargs="+", choices=list(ALGORITHMS))


def run(options: argparse.Namespace) -> str:
    """Run and tell."""
    held = setting(options)
    names = options.algorithms or held.preset.algorithms
    chosen = [algorithm(name) for name in names]
    outcomes = {one.name: held.outcomes(one) for one in chosen}
    gains = {one.name: gains_of(held, one) for one in chosen}
    lines = {one.name: held.traces(one)[0] for one in chosen}
    if not options.smoke:
        picture = progress(lines, held.goal)
        (options.document.parent / "federated.svg").write_text(picture, encoding="utf-8")
    more = ["--algorithms", *options.algorithms] if options.algorithms else []
    return section(held, chosen, outcomes, gains, command_of(options, *more))


def gains_of(held: Setting, one: Algorithm) -> list[float]:
    """Return each held-out writer's gain in points of recall@3 at the end, seeds taken together."""
    base = held.world.base_recalled().by_person
    finals = [found.by_person for found in held.finals(one)]
    return [float(100 * gain) for gain in sum(finals) / len(finals) - base]


def section(
    held: Setting,
    chosen: Sequence[Algorithm],
    outcomes: dict[str, list[Outcome]],
    gains: dict[str, list[float]],
    command: str,
) -> str:
    """Write the section."""
    head = ["algorithm", "seconds to target", "recall@3 gain, points", "of centralised"]
    head += ["MB to train", "MB up", "MB down", "versions"]
    rows = [_row(one, outcomes[one.name], gains[one.name], timing_of(held, one)) for one in chosen]
    goal = held.goal
    wanted = "none, for it gained nothing" if goal.target is None else f"{100 * goal.target:.2f}%"
    return "\n".join(
        [
            "## Time to target",
            "",
            paragraph(
                f"`{command}`: {held.told()}",
                "Devices train as in production (one pass, Adam, batches of about",
                f"128 pieces) and share {_trained(held)}; full-model FedAvg trains every weight the same way and is",
                f"followed for {held.preset.full_versions}",
                f"versions at the most, the others for {held.preset.versions}: the stated cap on training. DP is off.",
                f"Recall@3 is {100 * goal.base:.2f}% with the base and",
                f"{100 * goal.centralised:.2f}% after centralised training of",
                f"the same adapter; the target, 80% of that gain: {wanted}. Intervals",
                "are bootstraps over held-out writers at 95%;",
                "bytes are of one device in the mean, to the target or to the end of the run.",
            ),
            "",
            table(head, rows),
            "",
            "![Recall@3 by virtual time](federated.svg)",
            "",
            *_verdicts(held, chosen, outcomes, gains),
        ]
    )


def _row(
    one: Algorithm, outcomes: Sequence[Outcome], gains: Sequence[float], timing: Timing
) -> list[str]:
    first = outcomes[0]
    return [
        one.name,
        timing.told(),
        mean_of(gains).told(),
        f"{100 * sum(each.gain_kept for each in outcomes) / len(outcomes):.0f}%",
        f"{first.device_training_bytes / 1e6:.1f}",
        f"{sum(each.bytes_up for each in outcomes) / len(outcomes) / 1e6:.3f}",
        f"{sum(each.bytes_down for each in outcomes) / len(outcomes) / 1e6:.3f}",
        str(max(each.versions for each in outcomes)),
    ]


def _trained(held: Setting) -> str:
    numbers = held.world.zero.parameters
    (told,) = (f"{name} of rank {rank}" for name, rank in held.preset.ranks.items())
    return f"the group {told} ({numbers:,} numbers)"


def _verdicts(
    held: Setting,
    chosen: Sequence[Algorithm],
    outcomes: dict[str, list[Outcome]],
    gains: dict[str, list[float]],
) -> list[str]:
    if not {"fedavg", "hushkey"} <= outcomes.keys():
        return []
    ours, full = outcomes["hushkey"], outcomes["fedavg"]
    by_name = {one.name: held.world.job(one) for one in chosen}
    said = [_faster(held, ours, full, algorithm("fedavg"))]
    said += [
        _ahead(held, one)
        for one in chosen
        if one.name not in {"fedavg", "hushkey", "hushkey-gated"}
    ]
    leaner = 1 - by_name["hushkey"].training_bytes / by_name["fedavg"].training_bytes
    said.append(
        f"- training memory beside the frozen base, counted: {100 * leaner:.1f}% below full-model FedAvg, "
        f"{100 * LEANER:.0f}% asked: {_held(leaner >= LEANER)}"
    )
    lighter = 1 - _moved(ours) / _moved(full)
    said.append(
        f"- bytes of a device, up and down: {100 * lighter:.1f}% below, {100 * LIGHTER:.0f}% asked: "
        f"{_held(lighter >= LIGHTER)}; one report: {_one(by_name['hushkey'], by_name['fedavg'])}"
    )
    kept = sum(one.gain_kept for one in ours) / len(ours)
    said.append(
        f"- of the centralised gain hushkey keeps {100 * kept:.0f}%, {100 * KEPT:.0f}% asked: {_held(kept >= KEPT)}"
    )
    if "fedbuff" in gains:
        pairs = zip(gains["hushkey"], gains["fedbuff"], strict=True)
        gap: Mean = mean_of([one - other for one, other in pairs])
        said.append(
            f"- hushkey less FedBuff, paired over writers: {gap.told()} points, not inferior within {MARGIN} points: "
            f"{_held(gap.low >= -MARGIN)}"
        )
    return said


def _faster(
    held: Setting, ours: Sequence[Outcome], full: Sequence[Outcome], fedavg: Algorithm
) -> str:
    times = [one.seconds_to_target for one in ours]
    if any(time is None for time in times):
        return "- hushkey did not reach the target within its cap: **short**"
    mean = sum(time for time in times if time is not None) / len(times)
    slow = [one.seconds_to_target for one in full]
    is_capped = any(time is None for time in slow)
    ends = [trace.last.at_s for trace in held.traces(fedavg)]
    whole = sum(
        time if time is not None else end for time, end in zip(slow, ends, strict=True)
    ) / len(ends)
    faster = 1 - mean / whole
    least = "at least " if is_capped else ""
    why = " (FedAvg had not reached it when it was stopped)" if is_capped else ""
    return (
        f"- time to target: {least}{100 * faster:.1f}% below FedAvg waiting for all{why}, "
        f"{100 * FASTER:.0f}% asked: {_held(faster >= FASTER)}"
    )


def _ahead(held: Setting, other: Algorithm) -> str:
    """Say by how much hushkey comes to the target before another baseline, in the mean over seeds."""
    ours, theirs = timing_of(held, algorithm("hushkey")), timing_of(held, other)
    gap, told = saved(ours, theirs)
    return f"- time to target: {told} {other.name}: {_held(ours.is_reached and gap > 0.0)}"


def _moved(outcomes: Sequence[Outcome]) -> float:
    return sum(one.bytes_up + one.bytes_down for one in outcomes) / len(outcomes)


def _one(ours: Job, full: Job) -> str:
    return f"{ours.up_bytes:,} B for {full.up_bytes:,} B"


def _held(is_held: bool) -> str:
    return "**reached**" if is_held else "**short**"
