"""How soon the coordinator's rule suspends devices that spoil every batch they are in. Its own rule, no numbers."""

from collections.abc import Sequence

import numpy as np

from hushkey.sync.coordinator.enrolments import is_over_represented
from hushkey.sync.keys import Entropy

DEVICES, BATCH, ROUNDS = 200, 50, 30
BY_CHANCE = 0.01  # of honest batches that the gate rejects
LAST = 10  # rounds that the second share is of


def quarantine_rows(shares: Sequence[float], entropy: Entropy) -> list[list[str]]:
    """Return a line for each share of malicious devices."""
    found = []
    for share in shares:
        rng = np.random.default_rng(int.from_bytes(entropy(8), "big"))
        malicious = round(share * DEVICES)
        free, _ = run(malicious, rng, quarantine=False)
        held, suspended = run(malicious, rng, quarantine=True)
        found.append(
            [
                f"{share:.0%}",
                f"{np.mean(free):.0%}",
                f"{np.mean(held[-LAST:]):.0%}",
                f"{int(suspended[:malicious].sum())} of {malicious}",
                f"{int(suspended[malicious:].sum())} of {DEVICES - malicious}",
            ]
        )
    return found


def run(
    malicious: int, rng: np.random.Generator, *, quarantine: bool
) -> tuple[list[float], np.ndarray]:
    """Return each round's share of rejected batches, and who is suspended at the end. The first are malicious."""
    reports, rejected = np.zeros(DEVICES, np.int64), np.zeros(DEVICES, np.int64)
    suspended = np.zeros(DEVICES, np.bool_)
    shares = []
    for _ in range(ROUNDS):
        order = rng.permutation(np.flatnonzero(~suspended))
        outcomes = []
        for first in range(0, len(order) - BATCH + 1, BATCH):
            members = order[first : first + BATCH]
            bad = bool((members < malicious).any()) or bool(rng.random() < BY_CHANCE)
            outcomes.append(bad)
            reports[members] += 1
            rejected[members] += bad
            if bad and quarantine:
                _suspend(members, reports, rejected, suspended)
        shares.append(float(np.mean(outcomes)))
    return shares, suspended


def _suspend(
    members: np.ndarray, reports: np.ndarray, rejected: np.ndarray, suspended: np.ndarray
) -> None:
    every, struck = int(reports.sum()), int(rejected.sum())
    for device in members:
        mine, mine_struck = int(reports[device]), int(rejected[device])
        if is_over_represented(mine, mine_struck, every - mine, struck - mine_struck):
            suspended[device] = True
