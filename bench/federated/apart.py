"""What devices teach where public text is of their kind, and where it is of another: chat beside other writing."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bench.document import table
from bench.federated.nats import nats_of, nats_under
from bench.federated.quick import gains_of
from bench.federated.setting import Setting, command_of, paragraph, say, setting
from bench.learning.means import mean_of
from hushkey.model.base import load_base
from hushkey.sync.simulation.algorithms import (
    ALGORITHMS,
    ALONE,
    HUSHKEY,
    Algorithm,
    with_epsilon,
)
from hushkey.sync.simulation.people import People, writers_of
from hushkey.sync.simulation.presets import Preset
from hushkey.sync.simulation.world import World

CHAT: Final = ("bytecode_zulip", "duraspace_irc", "freecodecamp_gitter", "nus_sms")
PRIVATE = 8.0  # epsilon
LARGE = 4  # times as many reports a version, of the same devices
VERSIONS = 16  # of so large batches: a device has ten reports


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take no options."""


def run(options: argparse.Namespace) -> str:
    """Run and tell."""
    alike = setting(options)
    people = apart(options, alike.preset)
    world = World(load_base(), people, alike.preset, say=say, kept=options.kept)
    goal = world.goal(options.kept / f"{world.digest('goal')}.json")
    other = Setting(world, goal, options.kept)
    return section(alike, list(_rows(alike)), list(_rows(other)), command_of(options))


def apart(options: argparse.Namespace, held: Preset) -> People:
    """Return people who chat, as devices and to be measured on, and others of other kinds, whose text is public."""
    everybody = writers_of(options.users)
    chat = [person for person in everybody if person.corpus in CHAT]
    others = [person for person in everybody if person.corpus not in CHAT]
    wanted = held.held_out + held.devices
    return People(
        [person.newest(held.words) for person in chat[held.held_out : wanted]],
        [person.newest(held.test_words) for person in chat[: held.held_out]],
        [person.newest(held.words) for person in others[: held.public]],
    )


def section(held: Setting, alike: list[list[str]], other: list[list[str]], command: str) -> str:
    """Write the section."""
    both = [[*first, *second[1:]] for first, second in zip(alike, other, strict=True)]
    larger = held.preset.batch * LARGE
    return "\n".join(
        [
            "## What public text cannot teach",
            "",
            paragraph(
                f"`{command}`: {held.told()}",
                "Of their kind: devices, those who are measured on and the public writers are drawn from the same",
                f"corpora. Of another kind: devices and those who are measured on chat ({', '.join(CHAT)}), the public",
                "writers do not (written conversations, posts, requests), so that directions are found on other text.",
                f"{held.preset.versions} versions, {VERSIONS} where batches are of {larger} of the same devices'",
                "reports. Gains over the base: hundredths of a nat a piece, and points of recall@3.",
            ),
            "",
            table(
                [
                    "learned by",
                    "of their kind: nats",
                    "recall@3",
                    "of another kind: nats",
                    "recall@3",
                ],
                both,
            ),
        ]
    )


def _rows(held: Setting) -> Iterator[list[str]]:
    world, base = held.world, held.world.base_recalled().by_person
    for told, tensor in (
        ("all devices' lines in one place", world.centralised()),
        ("public text alone", world.of_public_text()),
    ):
        after = world.held_out.of_tensor(world.group, tensor).by_person
        gains = [float(100 * gain) for gain in after - base]
        yield [told, mean_of(nats_under(held, [tensor])).told(), mean_of(gains).told()]
    large = _large(held)
    chosen: list[tuple[str, Setting, Algorithm]] = [
        ("fedbuff, DP off", held, ALGORITHMS["fedbuff"]),
        ("hushkey, DP off", held, HUSHKEY),
        (f"hushkey, DP off, batches of {large.preset.batch}", large, HUSHKEY),
        ("hushkey, epsilon 8, one direction", held, _private(ALONE)),
        ("hushkey, epsilon 8, 64 directions", held, with_epsilon(HUSHKEY, PRIVATE)),
        (
            f"hushkey, epsilon 8, every number, batches of {large.preset.batch}",
            large,
            _private(None),
        ),
    ]
    for told, where, one in chosen:
        nats, gains = nats_of(where, one), gains_of(where, one)
        yield [told, mean_of(nats).told(), mean_of(gains).told()]


def _private(directions: int | None) -> Algorithm:
    return with_epsilon(HUSHKEY, PRIVATE, directions=directions)


def _large(held: Setting) -> Setting:
    """Return the same people with larger batches: the goal does not depend on them, nor does what was read."""
    batch = min(LARGE * held.preset.batch, held.preset.devices)
    preset = replace(held.preset, batch=batch, versions=min(VERSIONS, held.preset.versions))
    return Setting(held.world.with_preset(preset), held.goal, held.kept)
