"""The sections of docs/federated.md over a tiny world: what they say is what was run."""

import argparse
import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from bench.federated import (
    ablation,
    agreement,
    apart,
    curve,
    further,
    groups,
    left_behind,
    nats,
    private,
    quick,
    slowdowns,
    within,
)
from bench.federated.owners import owners_of
from bench.federated.personal import WAYS, Measured, Typed, section
from bench.federated.picture import curves, progress
from bench.federated.setting import Setting
from bench.federated.timing import Timing, timing_of
from hushkey.sync.simulation.algorithms import (
    GATED,
    HUSHKEY,
    algorithm,
    nobody_of,
    with_epsilon,
)
from hushkey.sync.simulation.comparing import final_of
from hushkey.sync.simulation.people import People, Person
from hushkey.sync.simulation.results import Outcome
from hushkey.sync.simulation.running import Point, Trace
from hushkey.sync.simulation.world import Goal, World


@pytest.fixture
def held(world, tmp_path):
    return Setting(world, Goal(0.2, 3.0), tmp_path)  # a target that nobody reaches


def svg(text):
    return ET.fromstring(text)  # noqa: S314  our own


def test_the_quick_table_has_a_row_an_algorithm_and_its_verdicts(held):
    names = ("fedavg", "fedbuff", "hushkey")
    chosen = [algorithm(name) for name in names]
    outcomes = {one.name: held.outcomes(one) for one in chosen}
    gains = {one.name: quick.gains_of(held, one) for one in chosen}
    assert all(len(gain) == len(held.world.base_recalled().words) for gain in gains.values())
    text = quick.section(held, chosen, outcomes, gains, "the command")
    assert [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")] == [
        "algorithm",
        "---",
        *names,
    ]
    assert text.count("**reached**") + text.count("**short**") == 6
    assert "`the command`" in text


def outcome(seconds):
    return Outcome(seconds, 0.29, 1, 1.0, 1.0, None, 0.9, 4)


@pytest.mark.parametrize(
    ("ours", "full", "said"),
    [
        (10.0, 100.0, "90.0% below FedAvg waiting for all, 81% asked: **reached**"),
        (50.0, 100.0, "50.0% below FedAvg waiting for all, 81% asked: **short**"),
        (None, 100.0, "did not reach the target"),
        (10.0, None, "at least"),
    ],
)
def test_the_headline_says_what_the_times_say(held, ours, full, said):
    told = quick._faster(held, [outcome(ours)], [outcome(full)], algorithm("fedavg"))
    assert said in told


def test_a_slowness_has_a_row_and_a_goal_that_was_missed_is_said_to_be_missed(held):
    missed = {name: timing_of(held, algorithm(name)) for name in slowdowns.NAMES}
    assert not any(one.is_reached for one in missed.values())
    fast = {name: Timing([10.0, 30.0], 2) for name in slowdowns.NAMES}
    fast["fedavg"] = Timing([200.0, 100.0], 1)
    text = slowdowns.section(held, {2.0: missed, 10.0: fast}, "the command")
    late, soon = [line for line in text.splitlines() if "times slower |" in line]
    assert late.endswith("| – |")
    assert "20 (10 to 30)" in soon
    assert "not within 150 (1 of 2 seeds)" in soon
    assert "at least 86.7%" in soon


def test_the_ablation_compares_each_variant_with_the_whole(held):
    variants = [one for one in ablation.VARIANTS if one.trained == "subset"]
    text = ablation.section(held, variants, "the command")
    assert all(one.name in text for one in variants if one not in {HUSHKEY, GATED})
    assert "| with the coordinator's gate |" in text
    names = {one.name for one in ablation.VARIANTS}
    assert len(names) == len(ablation.VARIANTS)
    whole = next(line for line in text.splitlines() if line.startswith("| whole"))
    assert "+0.00 (+0.00 to +0.00)" in whole


def test_fewer_bits_send_less_and_whoever_drops_an_idea_drops_that_alone(held):
    by_name = {one.name: one for one in ablation.VARIANTS}
    assert held.world.job(by_name["fewer bits"]).up_bytes < held.world.job(HUSHKEY).up_bytes
    assert (
        replace(by_name["with age weights, FedBuff's"], name="hushkey", age_exponent=0.0) == HUSHKEY
    )
    assert replace(by_name["without the buffer"], name="hushkey", gathering="buffer") == HUSHKEY


def test_larger_batches_leave_more_signal(held):
    sent = curve.Sent(64, 0.1, 0.4)
    few, many = (curve._signal(held, 8.0, population, sent) for population in (12, 1200))
    assert many == pytest.approx(100 * few, rel=0.01)
    gain, fewer = quick.mean_of([0.1, 0.2]), quick.mean_of([-3.0, 4.0])
    off = curve.Cell(gain, fewer, "17")
    told = {64: sent, 1: replace(sent, numbers=1), None: replace(sent, numbers=4096)}
    found = {(12, 64): {8.0: off}, (12, 1): {8.0: off}, (30_000, None): {8.0: off}}
    nobody = {(12, 1): {8.0: off}}
    text = curve.section(held, "hushkey", off, found, nobody, told, "the command")
    assert "| nobody |  | 1 direction | " in text
    assert "| 12 | 4 | 64 directions |" in text
    assert "| 12 | 4 | 1 direction |" in text
    assert "| 30,000 | 10,000 | every number |" in text
    assert "gains recall@3 beyond chance at epsilon <= 8: 12 devices" in text
    assert "no population measured gains nats beyond chance" in text
    assert text.count(fewer.told()) == 5
    assert "of 64 numbers, have 0.100 clip norms in common" in text
    assert text.count("| 17 |") == 5


def test_what_reports_along_directions_have_in_common_is_told_of_as_many(
    tiny_base, with_public, small, tmp_path
):
    held = Setting(World(tiny_base, with_public, small), Goal(0.2, 0.3), tmp_path)
    for count, taken in ((1, 0.35), (3, 0.4)):
        found = curve._sent(held, count)
        assert (found.numbers, found.taken) == (count, taken)
        assert 0.0 < found.aligned <= 1.0
    assert curve._sent(held, None).numbers == held.world.zero.parameters


def test_with_dp_on_each_baseline_is_told_apart_and_nobody_stands_beside(
    tiny_base, with_public, small, tmp_path, monkeypatch
):
    world = World(tiny_base, with_public, small)
    held = Setting(world, Goal(0.2, 3.0), tmp_path)
    ours = [("ours", private.directed()[0][1])]
    nobody = "nobody", with_epsilon(nobody_of(HUSHKEY), 8.0, directions=1)
    beside = [(name, algorithm(name)) for name in ("fedavg", "fedbuff")]
    text = private.section(held, ours, nobody, beside, "the command")
    assert [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")][
        2:
    ] == ["ours", "nobody", "fedavg", "fedbuff", "public text alone"]
    assert "ours: the target was not reached by every seed: **short**" in text
    assert "- ours: of the centralised gain " in text
    assert "- ours, less fedbuff, paired over writers: " in text
    times = {
        "hushkey": Timing([20.0], 1),
        "fedavg": Timing([100.0], 0),
        "fedbuff": Timing([10.0], 1),
    }
    monkeypatch.setattr(private, "timing_of", lambda _, one: times[one.name])
    assert private._verdicts(held, *ours[0], beside) == [
        "- ours: time to target at least 80.0% below fedavg, 81% asked: **short**",
        "- ours: time to target 100.0% above fedbuff: **short**",
    ]
    times["hushkey"] = Timing([5.0], 1)
    assert all("**reached**" in told for told in private._verdicts(held, *ours[0], beside))
    assert world.aggregation(ours[0][1], 1).codec.terms.dimension == 1


def test_of_what_was_learned_the_part_along_the_first_directions_is_told(
    tiny_base, with_public, small, tmp_path, monkeypatch
):
    monkeypatch.setattr(within, "COUNTS", (1, 3, 10_000))
    world = World(tiny_base, with_public, small)
    held = Setting(world, Goal(0.2, 3.0), tmp_path)
    parts = within.parts_of(held)
    first, three = "along the first", "along the first 3"
    farther = [f"{first}, {times:g} times as far" for times in within.LENGTHS]
    assert list(parts) == [further.CENTRALISED, first, three, *farther]
    learned = (parts[further.CENTRALISED][0] - world.start).ravel()
    rows = world.directions.rows.astype(np.float64)
    kept = (parts[three][0] - world.start).ravel()
    assert np.allclose(rows[:3] @ kept, rows[:3] @ learned, atol=1e-3)
    assert np.allclose(rows[3:] @ kept, 0.0, atol=1e-2 * np.linalg.norm(kept))
    alone = (parts[first][0] - world.start).ravel()
    assert np.allclose((parts[farther[0]][0] - world.start).ravel(), 0.7 * alone, atol=1e-6)
    gains = further.gains_of(held, with_public.held_out, parts)
    text = within.section(held, with_public.held_out, gains, "the command")
    assert "| 100% |" in text
    assert all(f"| {name} |" in text for name in parts)


def test_what_was_learned_is_measured_on_further_writers_and_nothing_is_learned_anew(
    tiny_base, with_public, small, tmp_path, monkeypatch
):
    world = World(tiny_base, with_public, small)
    held = Setting(world, Goal(0.2, 3.0), tmp_path)
    people = with_public.held_out
    learned = {
        "hushkey, DP off": nats.versions_of(held, HUSHKEY),
        further.FEDBUFF: nats.versions_of(held, algorithm("fedbuff")),
        further.CENTRALISED: [world.centralised(), world.start],
    }
    gains = further.gains_of(held, people, learned)
    assert list(gains["hushkey, DP off"].points) == pytest.approx(quick.gains_of(held, HUSHKEY))
    assert list(gains["hushkey, DP off"].nats) == pytest.approx(
        nats.nats_of(held, HUSHKEY), abs=1e-4
    )
    halves = nats.nats_under(held, learned[further.CENTRALISED])
    assert list(gains[further.CENTRALISED].nats) == pytest.approx(halves, abs=1e-4)
    monkeypatch.setattr(further, "TOGETHER", 1)
    parts = further.gains_of(held, people, learned)
    assert all(np.allclose(parts[name].nats, gain.nats, atol=1e-4) for name, gain in gains.items())
    text = further.section(held, people, gains, "the command")
    assert "measured on 2 further writers" in text
    assert "| fedbuff, DP off |" in text
    assert "- hushkey, DP off, less fedbuff, DP off: " in text
    with pytest.raises(TypeError, match="subset"):
        nats.versions_of(held, algorithm("fedavg"))


@pytest.mark.parametrize(
    ("mine", "said"),
    [(1.0, "**reached**"), (0.5, "**short**")],
)
def test_what_is_kept_is_a_share_of_the_centralised_gain(mine, said):
    def gain(points):
        return further.Gain(np.full(9, points), np.full(9, 2.0 * points))

    gains = {further.CENTRALISED: gain(1.0), further.FEDBUFF: gain(0.7)}
    kept, beside = further._verdicts("ours", gain(mine), gains)
    assert f"of the centralised gain {100 * mine:.0f}%" in kept
    assert said in kept
    assert said in beside


def test_people_who_chat_stand_apart_from_those_whose_text_is_public(tmp_path, small):
    lines = [
        json.dumps({"user": f"u{at}", "t": at, "text": "a few words that somebody typed"})
        for at in range(80)
    ]
    for corpus in ("freecodecamp_gitter", "gov_bloggers"):
        (tmp_path / f"{corpus}.jsonl").write_text("\n".join(lines))
    people = apart.apart(argparse.Namespace(users=tmp_path), small)
    assert len(people.devices) == small.devices
    assert len(people.held_out) == small.held_out
    assert {one.corpus for one in (*people.devices, *people.held_out)} == {"freecodecamp_gitter"}
    assert {one.corpus for one in people.public} == {"gov_bloggers"}
    assert not {one.name for one in people.devices} & {one.name for one in people.held_out}


def test_what_public_text_cannot_teach_has_a_row_a_way_and_a_pair_a_kind(
    tiny_base, with_public, small, tmp_path
):
    held = Setting(World(tiny_base, with_public, small), Goal(0.2, 0.3), tmp_path)
    rows = list(apart._rows(held))
    text = apart.section(held, rows, rows, "the command")
    assert text.count("| hushkey, epsilon 8") == 3
    assert all(len(line.split("|")) == 7 for line in text.splitlines() if line.startswith("| "))
    large = apart._large(held)
    assert large.preset.batch > held.preset.batch
    assert large.world.readings is held.world.readings, "nobody is read again"
    assert large.world.digest("x") != held.world.digest("x")


def test_nats_are_told_of_each_who_is_held_out_and_of_what_trains_a_subset(held):
    world = held.world
    unchanged = nats.nats_under(held, [world.start])
    assert unchanged == pytest.approx([0.0] * len(unchanged), abs=1e-4)
    trained = world.centralised()
    found = nats.nats_under(held, [trained, world.start])
    alone = nats.nats_under(held, [trained])
    assert found == pytest.approx([each / 2 for each in alone], abs=1e-3)
    assert all(each > 0.0 for each in alone), "lines that were trained on"
    found = nats.nats_of(held, HUSHKEY)
    last = final_of(world, HUSHKEY, 1, held.kept)
    assert found == nats.nats_under(held, [last.versions[-1]])
    assert any(found)
    with pytest.raises(TypeError, match="subset"):
        nats.nats_of(held, algorithm("fedavg"))


def test_what_to_share_tells_each_way_and_what_public_text_does(
    tiny_base, with_public, small, tmp_path
):
    world = World(tiny_base, with_public, small)
    held = Setting(world, Goal(0.2, 0.3), tmp_path)
    rows = list(groups._rows(held))
    assert [row[1] for row in rows] == [
        "hushkey-gated, epsilon 8",
        "hushkey, DP off",
        "fedbuff, DP off",
        "all devices' lines in one place",
        "public text alone",
    ]
    assert {row[0] for row in rows} == {"output 3"}
    text = groups.section(held, rows, "the command")
    assert text.count("| output 3 |") == len(rows)


def test_first_deltas_of_like_lines_have_something_in_common(held):
    found = agreement.agreement(agreement.deltas_of(held.world))
    assert 0.0 < found.shared < 1.0
    text = agreement.section(
        {
            ("output 3", 60, "every number"): found,
            ("output 3", 60, "4 directions"): replace(found, shared=0.0),
        },
        "the command",
    )
    assert text.count("nothing in common could be told") == len(agreement.EPSILONS)


def test_what_is_measured_is_what_they_share_and_not_how_long_they_are():
    rng = np.random.default_rng(7)
    common = np.zeros(50)
    common[0] = 1.0
    alike = 0.6 * common + 0.8 * rng.standard_normal((4_000, 50)) / np.sqrt(50)
    sent = alike * 10.0 ** rng.uniform(-3, 3, (4_000, 1))
    assert agreement.agreement(sent).shared == pytest.approx(0.6, abs=0.02)
    idle = np.vstack([sent, np.zeros((4_000, 50))])  # half of them learned nothing
    assert agreement.agreement(idle).shared == pytest.approx(0.3, abs=0.02)


def test_devices_of_random_lines_agree_no_more_than_chance(held, monkeypatch):
    rng = np.random.default_rng(5)
    start = held.world.start
    drawn = [start + rng.normal(0, 0.1, start.shape).astype(np.float32) for _ in range(12)]
    monkeypatch.setattr(held.world.fleet, "train", lambda *_: drawn)
    found = agreement.agreement(agreement.deltas_of(held.world))
    assert found.shared < 0.5 / np.sqrt(12)


def test_an_owner_is_tested_on_what_came_after():
    lines = [f"line number {at} of four" for at in range(8)]
    people = People([Person("a/2", lines[:1]), Person("a/1", lines), Person("a/3", lines[:2])], [])
    owners = owners_of(people, 10)
    assert owners.tests[0].lines == lines[6:]
    assert owners.people.devices[0].lines == lines[:6]
    assert [person.name for person in owners.people.devices] == ["a/1", "a/3"]
    assert owners.tests[1].lines == lines[1:2]
    assert owners_of(people, 10, 1).tests == owners.tests[:1]


def test_who_gains_and_who_is_left_behind_are_told_apart(held, people):
    gains = {way: [float(at) for at in range(len(people.devices))] for way in WAYS}
    found = Measured(held, owners_of(people, 4), gains, {})
    typed = Typed({way: [0.1, 0.2] for way in WAYS}, {way: [0.0, 0.1] for way in WAYS})
    assert all(f"| {way} |" in section(found, typed, "the command") for way in WAYS)
    told = section(found, typed, "the command")
    assert told.count("cannot be told from") == 2  # all ways are alike here
    better = {way: [at + (way == "both") * (1.0 + at / 100) for at in gains[way]] for way in WAYS}
    best = section(replace(found, gains=better), typed, "the command")
    assert "recall@3 of the network: **both**" in best
    assert "told from each other" in best
    kinds = left_behind.groups_of(found)
    assert len(kinds["everybody"]) == len(people.devices)
    devices, job = held.world.devices(1), held.world.job(HUSHKEY)
    (slowest,) = kinds["slowest decile"]
    assert devices[slowest].busy_s(job, 1.0) == max(one.busy_s(job, 1.0) for one in devices)
    assert kinds["smallest histories"] == [0]
    text = left_behind.section(found, "the command")
    assert "made-up" in text
    assert text.count("**reached**") + text.count("**short**") == 1


def test_the_pictures_are_whole_and_name_each_line():
    points = tuple(Point(at, 10.0 * at, 0.2 + at / 100, 0, 0, 0) for at in range(4))
    drawn = progress({"hushkey": Trace(points)}, Goal(0.2, 0.24))
    assert "hushkey" in drawn
    assert "target" in drawn
    assert svg(drawn).tag.endswith("svg")
    assert svg(curves({"one": [(1.0, 0.0)]}, title="a < b", below="x")) is not None


def test_options_of_every_part_can_be_read():
    for part in (agreement, apart, quick, private, further, curve, ablation, left_behind):
        parser = argparse.ArgumentParser()
        part.add_options(parser)
        parser.parse_args([])
