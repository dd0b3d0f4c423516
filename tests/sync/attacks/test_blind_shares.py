"""What one role holds, decrypted, says nothing of a report; and each of these tests would notice a fault.

A test says so at ALPHA, one in a thousand; entropy repeats itself, so that none does by chance in one run of many.
"""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from blind_scene import Scene

from bench.sharing import blind
from bench.sharing.blind import ALPHA, FAULTS
from bench.sharing.blindness import TESTS, Held
from bench.sharing.tasks import NOW
from hushkey.sync.codec import Codec, join
from hushkey.sync.codec.ring import Ring
from hushkey.sync.device.reporting import build
from hushkey.sync.device.training import train_delta

pytestmark = pytest.mark.slow  # real deltas over the shipped base: half a minute, once

ROLES = ("leader", "helper")
PLANTED = tuple(FAULTS)


def chances(held: Held, truth: np.ndarray) -> dict[str, float]:
    return {name: test(held, truth) for name, test in TESTS.items()}


@pytest.mark.parametrize(("role", "test"), itertools.product(ROLES, TESTS))
def test_what_a_role_holds_alone_says_nothing(scene: Scene, role: str, test: str):
    assert TESTS[test](scene.held(role), scene.truth) > ALPHA


def test_both_together_are_the_report(scene: Scene):
    for leader, helper, built in zip(
        scene.leader.shares, scene.helper.shares, scene.built, strict=True
    ):
        assert (join(leader, helper, scene.place.task.bits) == built.shares.encoded).all()


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_noticed(scene: Scene, name: str):
    fault = FAULTS[name]
    found = chances(fault.plant(scene.leader, scene.encoded), scene.truth)
    assert all(found[test] <= ALPHA for test in fault.noticed_by), found


def test_every_test_notices_some_fault():
    assert {test for fault in FAULTS.values() for test in fault.noticed_by} == set(TESTS)


def test_a_seed_that_is_used_again_in_another_report_hides_as_well(scene: Scene):
    held = blind.seed_of_another_report(scene.leader, scene.encoded)
    assert all(chance > ALPHA for chance in chances(held, scene.truth).values())


# The word-recovery attack ------------------------------------------------------------------------


def test_the_attack_finds_words_in_plain_deltas(scene: Scene, readings: blind.Readings):
    assert readings.plain(scene.owners) <= ALPHA


@pytest.mark.parametrize("role", ROLES)
def test_the_attack_is_at_chance_on_what_a_role_holds(
    scene: Scene, readings: blind.Readings, role: str
):
    assert readings.chance(scene.held(role), scene.owners) > ALPHA


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.attacked])
def test_the_attack_finds_words_where_a_fault_was_planted(
    scene: Scene, readings: blind.Readings, name: str
):
    held = FAULTS[name].plant(scene.leader, scene.encoded)
    assert readings.chance(held, scene.owners) <= ALPHA


# Any other delta fits ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_any_other_delta_fits_a_roles_share_and_the_share_that_makes_it_fit_is_like_any(
    scene: Scene, role: str
):
    """Constructive: to each share a share of the other role that makes another delta of it, looking like all others."""
    held, ring = scene.held(role), Ring(scene.place.task.bits)
    codec = Codec(scene.place.codec.terms)
    others = np.stack(
        [
            codec.encode(delta, 0.5, blind.stream(f"another {number}"))
            for number, delta in enumerate(reversed(scene.deltas))
        ]
    )
    fitting = (others - held.shares) & ring.mask
    for share, counterpart, other in zip(held.shares, fitting, others, strict=True):
        assert (join(share, counterpart, ring.bits) == other).all()
    for truth in (ring.undo(others), scene.truth):
        found = chances(replace(held, shares=fitting), truth)
        assert all(chance > ALPHA for chance in found.values()), found


# Lengths -----------------------------------------------------------------------------------------


def test_a_report_has_the_same_bytes_whatever_it_holds(scene: Scene):
    d = scene.place.codec.terms.dimension
    wild = np.random.default_rng(1).normal(0.0, 1e200, d)
    one = np.zeros(d)
    one[7] = 1.0
    held = [np.zeros(d), np.full(d, 1e-300), wild, one, scene.deltas[0]]
    sizes = {
        len(
            build(
                scene.place, delta, zeros=zeros, now=NOW, entropy=blind.stream(f"{n} {zeros}")
            ).data
        )
        for n, delta in enumerate(held)
        for zeros in (False, True)
    }
    assert len(sizes) == 1


def test_zeros_in_a_deltas_place_look_like_any_report(scene: Scene):
    """A refusal must not show: not to a role that holds its share."""
    reports = [
        build(scene.place, delta, zeros=True, now=NOW, entropy=blind.stream(f"refused {number}"))
        for number, delta in enumerate(scene.deltas)
    ]
    for held in blind.opened(scene.place, reports):
        found = chances(held, scene.truth)
        assert all(chance > ALPHA for chance in found.values()), found


# The device's own trainer ------------------------------------------------------------------------


def test_the_deltas_above_are_those_of_a_devices_trainer_to_the_byte(scene: Scene):
    lines = next(iter(blind.histories().values()))[: blind.LINES]
    delta = train_delta(scene.base, scene.start, lines)
    assert delta.to_bytes() == scene.owners[0].delta.to_bytes()
