"""Devices: their share of stragglers, their nights, how long a training keeps them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.simulation.devices import DAY_S, NIGHT_S, Device, Terms, draw_devices
from hushkey.sync.simulation.pace import SUBSET, Job
from hushkey.sync.simulation.refusals import SimulationRefused

JOB = Job(SUBSET, down_bytes=20_000, up_bytes=15_000, training_bytes=8 << 20)
AWAKE = Device(0, 200, 3, 1.0, False, 1.0, 32 << 20, 10e6, 2e6, None)
ASLEEP = replace(AWAKE, night_begins_s=22 * 3600.0)


def drawn(terms, count=200, seed=1):
    return draw_devices(terms, [200] * count, [3] * count, np.random.default_rng(seed))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 1.0])
def test_the_stated_share_of_the_devices_are_stragglers(share):
    devices = drawn(Terms(stragglers=share))
    assert sum(device.straggler for device in devices) == round(200 * share)
    assert {device.slowdown for device in devices if device.straggler} <= {5.0}
    assert {device.slowdown for device in devices if not device.straggler} <= {1.0}


def test_the_same_seed_draws_the_same_devices_and_another_one_others():
    assert drawn(Terms()) == drawn(Terms())
    assert drawn(Terms()) != drawn(Terms(), seed=2)


def test_a_straggler_takes_five_times_as_long_for_all_of_it():
    slow = replace(AWAKE, straggler=True, slowdown=5.0)
    assert slow.busy_s(JOB, 1.0) == pytest.approx(5 * AWAKE.busy_s(JOB, 1.0))


def test_what_is_sent_takes_its_time_on_a_thin_line():
    thin = replace(AWAKE, up_bps=1000.0)
    more = thin.busy_s(JOB, 1.0) - AWAKE.busy_s(JOB, 1.0)
    assert more == pytest.approx(8 * 15_000 / 1000.0 - 8 * 15_000 / 2e6)


def test_a_device_without_the_memory_does_not_take_part():
    assert AWAKE.fits(JOB)
    assert not AWAKE.fits(replace(JOB, training_bytes=100 << 20))


def test_work_that_does_not_fit_into_a_night_goes_on_in_the_next():
    evening = 22 * 3600.0
    assert ASLEEP.awake_at(12 * 3600.0) == evening
    assert ASLEEP.done_at(12 * 3600.0, 3600.0) == evening + 3600.0
    late = evening + NIGHT_S - 1800.0
    assert ASLEEP.done_at(late, 3600.0) == evening + DAY_S + 1800.0


@given(st.floats(0.0, 30 * DAY_S), st.floats(0.0, 3 * NIGHT_S))
def test_work_is_only_ever_done_at_night(begun, busy):
    done = ASLEEP.done_at(begun, busy)
    assert done >= begun + busy - 1e-3
    assert (done - 22 * 3600.0) % DAY_S <= NIGHT_S + 1e-3 or busy == 0.0
    nights = (done - begun) / DAY_S + 2
    assert busy <= nights * NIGHT_S


@pytest.mark.parametrize("wrong", [{"stragglers": 1.1}, {"dropouts": 1.0}, {"slowdown": 0.5}])
def test_what_is_no_share_is_refused(wrong):
    with pytest.raises(SimulationRefused):
        Terms(**wrong)
