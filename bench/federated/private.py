"""Time to target along few public directions, with DP on and off, beside the baselines, which promise nothing."""

import argparse
from collections.abc import Sequence

from bench.document import table
from bench.federated.nats import nats_of, nats_under
from bench.federated.quick import FASTER, KEPT, MARGIN, gains_of
from bench.federated.setting import Setting, command_of, paragraph, setting
from bench.federated.timing import saved, timing_of
from bench.learning.means import mean_of
from hushkey.sync.simulation.algorithms import (
    ALGORITHMS,
    ALONE,
    HUSHKEY,
    Algorithm,
    algorithm,
    along,
    nobody_of,
    with_epsilon,
)

EPSILONS = (8.0, 1.0)
BESIDE = ("fedavg", "fedavg-deadline", "fedavg-subset", "fedbuff", "fedadam")

Named = tuple[str, Algorithm]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    parser.add_argument("--epsilons", type=float, nargs="+", default=list(EPSILONS))
    parser.add_argument("--directions", type=int, nargs="+", default=[ALONE])
    parser.add_argument("--algorithms", nargs="*", choices=list(ALGORITHMS), default=list(BESIDE))


def run(options: argparse.Namespace) -> str:
    """Run and tell."""
    held = setting(options)
    ours = [
        pair for count in options.directions for pair in directed(count, tuple(options.epsilons))
    ]
    least, few = min(options.epsilons), options.directions[0]
    nobody = (
        f"nobody, epsilon {least:g}, {told_of(few)}",
        with_epsilon(nobody_of(HUSHKEY), least, directions=few),
    )
    beside = [(f"{name}, DP off", algorithm(name)) for name in options.algorithms]
    more = []
    if tuple(options.epsilons) != EPSILONS:
        more += ["--epsilons", *(f"{epsilon:g}" for epsilon in options.epsilons)]
    if options.directions != [ALONE]:
        more += ["--directions", *map(str, options.directions)]
    if tuple(options.algorithms) != BESIDE:
        more += ["--algorithms", *options.algorithms]
    return section(held, ours, nobody, beside, command_of(options, *more))


def directed(count: int = ALONE, epsilons: Sequence[float] = EPSILONS) -> list[Named]:
    """Return hushkey whose reports are how far to go along the first public directions: with DP on, then off."""
    private = [
        (
            f"hushkey, epsilon {epsilon:g}, {told_of(count)}",
            with_epsilon(HUSHKEY, epsilon, directions=count),
        )
        for epsilon in epsilons
    ]
    return [*private, (f"hushkey, DP off, {told_of(count)}", along(HUSHKEY, count))]


def told_of(count: int) -> str:
    """Write how many directions."""
    return f"{count} direction{'s' if count > 1 else ''}"


def section(
    held: Setting, ours: Sequence[Named], nobody: Named, beside: Sequence[Named], command: str
) -> str:
    """Write the section."""
    head = ["algorithm", "seconds to target", "recall@3 gain, points", "nats", "B a report"]
    rows = [_row(held, name, one) for name, one in (*ours, nobody, *beside)]
    public = held.world.of_public_text()
    base = held.world.base_recalled().by_person
    after = held.world.held_out.of_tensor(held.world.group, public).by_person
    gains = mean_of([float(100 * gain) for gain in after - base])
    rows.append(
        [
            "public text alone",
            "",
            gains.told(),
            mean_of(nats_under(held, [public])).told(),
            "none",
        ]
    )
    goal = held.goal
    return "\n".join(
        [
            f"## Time to target along few directions, DP on and off: {held.trained()}",
            "",
            paragraph(
                f"`{command}`: {held.told()}",
                f"{held.trained()} is trained. Epsilon at delta 1e-6 over the ten reports that a device may send in",
                "all, by one aggregator's noise, in batches as these devices fill them; a report of hushkey is how far",
                "the delta goes along the first public directions. The baselines are those above, which send float32",
                "numbers as they are and promise nothing. The target is 80% of what centralised training gains,",
                f"{100 * (goal.target or goal.base) - 100 * goal.base:+.2f} points.",
                "Nats are hundredths of one a piece less than with the base. *Nobody*: reports of zeros under the same",
                "noise. *Public text alone*: the same adapter trained in one place on the writers whose text the",
                "group's own directions are found on and the gate's.",
            ),
            "",
            table(head, rows),
            "",
            *(line for name, one in ours for line in _verdicts(held, name, one, beside)),
            *(line for name, one in ours for line in _kept(held, name, one, beside)),
        ]
    )


def _row(held: Setting, name: str, one: Algorithm) -> list[str]:
    is_full = one.trained == "full"
    nats = "–" if is_full else mean_of(nats_of(held, one)).told()
    gain = mean_of(gains_of(held, one)).told()
    return [name, timing_of(held, one).told(), gain, nats, f"{held.world.job(one).up_bytes:,}"]


def _kept(held: Setting, name: str, one: Algorithm, beside: Sequence[Named]) -> list[str]:
    """Say what of the centralised gain is kept at the end, and what is lost beside FedBuff."""
    gains = gains_of(held, one)
    share = held.goal.kept(held.goal.base + sum(gains) / len(gains) / 100)
    asked, held_to = f"{100 * KEPT:.0f}% asked", "reached" if share >= KEPT else "short"
    said = [f"- {name}: of the centralised gain {100 * share:.0f}% is kept, {asked}: **{held_to}**"]
    for other, baseline in beside:
        if baseline.name == "fedbuff":
            pairs = zip(gains, gains_of(held, baseline), strict=True)
            gap = mean_of([mine - theirs for mine, theirs in pairs])
            held_to = "reached" if gap.low >= -MARGIN else "short"
            said.append(
                f"- {name}, less {other}, paired over writers: {gap.told()} points, not inferior within {MARGIN} "
                f"points: **{held_to}**"
            )
    return said


def _verdicts(held: Setting, name: str, one: Algorithm, beside: Sequence[Named]) -> list[str]:
    """Say by how much an algorithm comes to the target before each baseline."""
    mine = timing_of(held, one)
    if not mine.is_reached:
        return [f"- {name}: the target was not reached by every seed: **short**"]
    said = []
    for other, baseline in beside:
        gap, told = saved(mine, timing_of(held, baseline))
        asked = FASTER if baseline.name == "fedavg" else 0.0
        wanted = f", {100 * FASTER:.0f}% asked" if asked else ""
        held_to = "reached" if gap > asked else "short"
        said.append(f"- {name}: time to target {told} {other}{wanted}: **{held_to}**")
    return said
