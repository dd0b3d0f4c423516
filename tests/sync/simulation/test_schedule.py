"""Who reports when: cohorts that are waited for, a buffer that is not, one live report a device."""

from collections import Counter
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from hushkey.sync.simulation.algorithms import algorithm
from hushkey.sync.simulation.devices import Terms, draw_devices
from hushkey.sync.simulation.pace import SUBSET, Job
from hushkey.sync.simulation.refusals import SimulationRefused
from hushkey.sync.simulation.schedule import TIMEOUT_S, Schedule

JOB = Job(SUBSET, down_bytes=20_000, up_bytes=15_000, training_bytes=8 << 20)


def schedule(name, *, seed=1, batch=8, count=40, **terms):
    held = Terms(**terms)
    devices = draw_devices(held, [200] * count, [3] * count, np.random.default_rng([seed, 0]))
    return Schedule(devices, held, JOB, algorithm(name), batch, seed)


def first(of, count):
    return list(islice(of.collected(), count))


@pytest.mark.parametrize("name", ["fedavg-subset", "fedavg-deadline", "hushkey"])
def test_versions_follow_one_another_and_time_never_goes_back(name):
    found = first(schedule(name), 30)
    assert [one.version for one in found] == list(range(30))
    times = [one.at_s for one in found]
    assert times == sorted(times)
    assert all(len(one.reports) == 8 for one in found)
    assert all(one.uploads >= 8 * (one.version + 1) for one in found)


@pytest.mark.parametrize("name", ["fedavg-subset", "hushkey"])
def test_the_same_seed_gives_the_same_events_and_another_one_others(name):
    assert first(schedule(name), 9) == first(schedule(name), 9)
    assert first(schedule(name), 9) != first(schedule(name, seed=2), 9)


def test_a_cohort_is_waited_for_until_its_last_device_reports():
    held = schedule("fedavg-subset", stragglers=0.0)
    slow = {device.number for device in held.devices if device.number % 2}
    devices = [
        replace(device, slowdown=50.0 if device.number in slow else 1.0) for device in held.devices
    ]
    rounds = first(replace(held, devices=devices), 12)
    spent = np.diff([0.0, *(one.at_s for one in rounds)])
    with_slow = [any(report.device in slow for report in one.reports) for one in rounds]
    fastest = min(device.busy_s(JOB, 1.0) for device in devices if device.number in slow)
    assert any(with_slow)
    assert all(
        time > 0.7 * fastest for time, is_slow in zip(spent, with_slow, strict=True) if is_slow
    )


def test_everybody_in_a_cohort_began_from_the_version_in_force():
    assert all(
        one.age(report) == 0
        for one in first(schedule("fedavg-subset"), 9)
        for report in one.reports
    )


def test_stragglers_cost_a_buffer_less_than_a_cohort():
    times = {}
    for name in ("fedavg-subset", "hushkey"):
        times[name] = [first(schedule(name, stragglers=share), 20)[-1].at_s for share in (0.0, 0.9)]
    cohort, buffer = (times[name][1] / times[name][0] for name in ("fedavg-subset", "hushkey"))
    assert cohort > 1.5
    assert times["hushkey"][1] < 0.5 * times["fedavg-subset"][1]
    assert buffer < 5.0


def test_over_selection_does_not_wait_for_the_last():
    rounds = 20
    patient = first(schedule("fedavg-subset", stragglers=0.2), rounds)[-1]
    hasty = first(schedule("fedavg-deadline", stragglers=0.2), rounds)[-1]
    assert hasty.at_s < patient.at_s
    assert hasty.downloads > patient.downloads


def test_who_is_later_than_the_deadline_is_done_without():
    late = {"stragglers": 0.9, "slowdown": 1000.0}
    hasty, patient = (
        first(schedule(name, **late), 2) for name in ("fedavg-deadline", "fedavg-subset")
    )
    assert hasty[0].at_s <= TIMEOUT_S < patient[0].at_s
    assert 0 < len(hasty[0].reports) < len(patient[0].reports) == 8


def test_in_a_buffer_no_device_has_two_live_reports():
    for one in first(schedule("hushkey"), 40):
        assert max(Counter(report.device for report in one.reports).values()) == 1
        assert all(0 <= one.age(report) <= 63 for report in one.reports)


def test_late_reports_are_old_and_are_taken():
    ages = [one.age(report) for one in first(schedule("hushkey"), 60) for report in one.reports]
    assert max(ages) > 3
    assert min(ages) == 0


def test_dropouts_cost_downloads_and_a_cohort_its_patience():
    whole, lossy = (first(schedule("hushkey", dropouts=share), 20)[-1] for share in (0.0, 0.5))
    assert lossy.downloads > 1.5 * lossy.uploads
    assert whole.downloads <= whole.uploads + 40
    cohort = first(schedule("fedavg-subset", dropouts=0.5), 3)
    assert cohort[0].at_s >= TIMEOUT_S
    assert 0 < len(cohort[0].reports) < 8


def test_who_has_spent_a_budget_reports_no_more():
    held = replace(schedule("hushkey"), reports_max=2)
    found = list(held.collected())
    counts = Counter(report.device for one in found for report in one.reports)
    assert max(counts.values()) == 2
    assert len(found) <= 40 * 2 // 8


def test_devices_rest_outside_their_nights():
    slow = {"stragglers": 1.0, "slowdown": 2000.0, "count": 24}
    always, night = (
        first(schedule("hushkey", availability=when, **slow), 12) for when in ("always", "night")
    )
    assert night[-1].at_s > 1.5 * always[-1].at_s
    assert not [one.at_s for one in night if 11.5 < one.at_s / 3600 % 24 < 17]


def test_too_few_devices_with_the_memory_are_refused():
    held = schedule("hushkey")
    with pytest.raises(SimulationRefused, match="memory"):
        first(replace(held, job=replace(JOB, training_bytes=1 << 40)), 1)
