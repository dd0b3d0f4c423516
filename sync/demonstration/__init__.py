"""Sharing shown on one machine: both operators on loopback, devices that are made from the sample histories."""

from hushkey.sync.demonstration.moments import NOTE, BatchSeen, DeviceSeen, Moment
from hushkey.sync.demonstration.running import Demonstration, Plan
from hushkey.sync.demonstration.samples import Samples, read_samples

__all__ = [
    "NOTE",
    "BatchSeen",
    "Demonstration",
    "DeviceSeen",
    "Moment",
    "Plan",
    "Samples",
    "read_samples",
]
