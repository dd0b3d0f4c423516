"""What to share: the group of the plan `shared`, the output residual, and what public text alone teaches either."""

import argparse
from collections.abc import Iterator

from bench.document import table
from bench.federated.nats import nats_of, nats_under
from bench.federated.quick import gains_of
from bench.federated.setting import Setting, command_of, paragraph, people_of, preset_of, setting
from bench.learning.means import mean_of
from hushkey.model import plans
from hushkey.sync.simulation.algorithms import ALGORITHMS, GATED, HUSHKEY, Algorithm, with_epsilon
from hushkey.sync.simulation.presets import RANKS

PRIVATE = 8.0  # epsilon
POPULATION = 2_000  # devices, whose batches the noise is that of


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(options: argparse.Namespace) -> str:
    """Run and tell."""
    shared = plans.preset("shared").ranks
    people = people_of(options, preset_of(options))
    plan = setting(options, people, ranks=shared, measured_every=4)  # as the preset "shared"
    held = setting(options, people, ranks=RANKS)
    rows = [row for each in (plan, held) for row in _rows(each)]
    return section(held, rows, command_of(options))


def section(held: Setting, rows: list[list[str]], command: str) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## What to share",
            "",
            paragraph(
                f"`{command}`: {held.told()}",
                f"{held.preset.versions} versions; under noise that of epsilon {PRIVATE:g} in batches as",
                f"{POPULATION:,} devices would fill them, along 64 public directions. Nats are hundredths of one",
                "a piece less than with the base. *Public text alone*: the same adapter trained in one place on the",
                f"lines of {held.preset.public} further writers, who have no device.",
            ),
            "",
            table(["trained", "by", "nats", "recall@3, points"], rows),
        ]
    )


def _rows(held: Setting) -> Iterator[list[str]]:
    trained, larger = held.trained(), POPULATION / held.preset.devices
    chosen: list[tuple[str, Algorithm]] = [
        ("hushkey-gated, epsilon 8", with_epsilon(GATED, PRIVATE, larger=larger)),
        ("hushkey, DP off", HUSHKEY),
        ("fedbuff, DP off", ALGORITHMS["fedbuff"]),
    ]
    for told, one in chosen:
        yield [
            trained,
            told,
            mean_of(nats_of(held, one)).told(),
            mean_of(gains_of(held, one)).told(),
        ]
    world = held.world
    for told, tensor in (
        ("all devices' lines in one place", world.centralised()),
        ("public text alone", world.of_public_text()),
    ):
        base = world.base_recalled().by_person
        after = world.held_out.of_tensor(world.group, tensor).by_person
        gains = [float(100 * gain) for gain in after - base]
        nats = nats_under(held, [tensor])
        yield [trained, told, mean_of(nats).told(), mean_of(gains).told()]
