"""Malicious devices through the real services: what is rejected, what is not, and that plain sums tell the same."""

from collections.abc import Callable

import numpy as np
import pytest
from coordinator_stand_ins import NOW, Repeating, Sent, World, small_task
from hostile import refused
from protocol_stand_ins import drawn, receiver
from sqlalchemy import select

from bench.sharing import poison, quarantine
from hushkey.sync.codec import pack, split
from hushkey.sync.codec.ring import Elements, Ring
from hushkey.sync.codec.rotate import Rotate
from hushkey.sync.coordinator.schema import DEVICE
from hushkey.sync.coordinator.updates import TOO_LONG, updated
from hushkey.sync.envelopes import seal_report
from hushkey.sync.errors import DeviceUnknown
from hushkey.sync.keys import DeviceKey, ReportSeed
from hushkey.sync.messages import encode, envelope_info, hash_of
from hushkey.sync.privacy import discrete_gaussian

HONEST = 6


@pytest.fixture
def limited(new_url: Callable[[], str]):
    world = World(new_url(), new_url(), task=small_task(norm_limit=1.5))
    world.publish()
    yield world
    world.close()


def sealed(
    world: World, device: DeviceKey, name: str, elements: Elements, *, version: int = 0
) -> Sent:
    """A report of any ring elements: nothing in a single one shows that they are none of a normalized delta."""
    sent = world.make(device, name, version=version)
    seed = ReportSeed(drawn(f"seed {name}"))
    context = envelope_info("helper", world.identity, sent.metadata)
    share = pack(split(elements, seed, world.task.bits, context), world.task.bits)
    report = seal_report(
        world.identity, sent.metadata, share, seed, receiver("leader"), receiver("helper"), now=NOW
    )
    integers = Ring(world.task.bits).undo(elements)
    return Sent(sent.device, sent.metadata, encode(report), sent.token, integers)


def wild(world: World) -> Elements:
    rng = np.random.default_rng(3)
    ring = Ring(world.task.bits)
    return rng.integers(0, 2**63, world.terms.length, dtype=np.uint64) & ring.mask


def long(world: World, clip_norms: float) -> Elements:
    """A vector of so many clip norms, as its elements."""
    delta = np.zeros(world.terms.dimension)
    delta[:4] = clip_norms * world.task.clip_norm / 2.0
    turned = Rotate(world.terms.dimension, world.task.rotation_seed).apply(delta)
    whole = np.rint(turned * world.task.scale).astype(np.int64)
    return Ring(world.task.bits).apply(np.append(whole, np.int64(0)))


def sums_plainly(world: World, sent: list[Sent]) -> str:
    """The outcome and the adapter that a plain sum with the same noises comes to."""
    world.entropy = Repeating("helper's noise")
    world.helper = world.new_helper()
    world.entropy = Repeating("leader's noise")
    world.worker = world.new_worker()
    world.settle()
    replayed = Repeating("leader's noise")
    replayed(16)  # the batch's id was drawn first
    noises = [
        discrete_gaussian(world.task.sigma, world.terms.length, entropy)
        for entropy in (replayed, Repeating("helper's noise"))
    ]
    weight = world.task.age_weights[0]
    total = sum((one.integers * weight for one in sent), sum(noises))
    packed = pack(Ring(world.task.bits).apply(total), world.task.bits)
    made = updated(
        world.leader._tasks.get(world.identity), world.adapter, b"", packed, weight * len(sent)
    )
    record = world.records()[-1]
    assert record.aggregate == hash_of(packed)
    assert record.adapter == hash_of(made.adapter)
    assert record.reason == made.reason
    return record.outcome


def test_one_wild_report_spoils_its_batch_and_the_plain_sum_says_the_same(limited: World):
    """Denial of service is not prevented without verified norms: the batch is rejected, its reports are spent."""
    sent = [
        *limited.sent(HONEST, "honest"),
        sealed(limited, limited.device("wild"), "wild", wild(limited)),
    ]
    assert limited.send(sent[-1])
    assert sums_plainly(limited, sent) == "rejected"
    assert limited.records()[-1].reason == TOO_LONG
    assert limited.records()[-1].accepted == HONEST + 1


@pytest.mark.parametrize(("clip_norms", "outcome"), [(7.0, "released"), (14.0, "rejected")])
def test_one_report_far_beyond_the_clip_norm_is_released_while_the_mean_is_within_the_limit(
    limited: World, clip_norms: float, outcome: str
):
    """Not prevented either: the normalizing is the honest device's own, and what is checked is the mean."""
    sent = [
        *limited.sent(HONEST, "honest"),
        sealed(limited, limited.device("long"), "long", long(limited, clip_norms)),
    ]
    assert limited.send(sent[-1])
    assert sums_plainly(limited, sent) == outcome


def test_devices_that_spoil_their_batches_are_suspended_by_the_services(limited: World):
    """Two groups that never meet, so that chance explains nothing: the one in the rejected batches is suspended."""
    groups = {
        name: [limited.device(f"{name} {number}") for number in range(4)]
        for name in ("good", "spoiler")
    }
    spoiled, version = 0, 0
    for turn in range(12):
        for number, device in enumerate(groups["good"]):
            limited.send(limited.make(device, f"good {turn} {number}", version=version))
        limited.settle()
        version = limited.records()[-1].version
        bad = [
            sealed(limited, device, f"bad {turn} {number}", wild(limited), version=version)
            for number, device in enumerate(groups["spoiler"])
        ]
        if _suspended(limited, bad[0].device):
            break
        spoiled += sum(map(limited.send, bad))
        limited.settle()
    assert version == turn + 1  # the good ones went on all the while
    assert spoiled == 4 * turn
    for one in bad:
        with refused(limited, DeviceUnknown, "suspended"):
            limited.send(one)


def _suspended(world: World, device: DeviceKey) -> bool:
    query = select(DEVICE.c.quarantined_at).where(DEVICE.c.key == device.public)
    with world.leader_store.read() as connection:
        return connection.scalar(query) is not None


def test_the_quarantine_of_the_benchmark_finds_few_malicious_devices_and_no_honest_one():
    rng = np.random.default_rng(1)
    shares, suspended = quarantine.run(2, rng, quarantine=True)
    assert suspended[:2].all()
    assert not suspended[2:].any()
    assert np.mean(shares[-10:]) < np.mean(quarantine.run(2, rng, quarantine=False)[0]) / 2


@pytest.mark.slow
def test_the_benchmark_runs_small(capsys: pytest.CaptureFixture[str], monkeypatch):
    monkeypatch.setattr("sys.argv", ["poison", "--smoke", "--public", "none"])
    poison.main()
    lines = {
        cells[0].strip(): [cell.strip() for cell in cells[1:]]
        for line in capsys.readouterr().out.splitlines()
        if line.startswith("| ")
        for cells in [line.strip("| ").split("|")]
    }
    rejected_by_limit = {name: cells[4] for name, cells in lines.items() if len(cells) == 9}
    assert rejected_by_limit["nobody"] == "0/1"
    assert rejected_by_limit["wild elements"] == "1/1"
    assert rejected_by_limit["backdoor, to the limit (none)"] == "1/1"
    assert rejected_by_limit["backdoor, to the limit (1.5)"] == "0/1"
    unlimited, clip = (
        float(lines[name][3].rstrip("%"))
        for name in ("backdoor, to the limit (none)", "backdoor, clip norm")
    )
    assert unlimited > clip  # the word is pushed, and further the longer the vector
