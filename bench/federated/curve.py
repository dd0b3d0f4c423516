"""Epsilon against what is gained: noise of the population as it is, and of batches as large as larger ones would fill.

Larger populations are not cloned: their batches are more reports of people like these, so the noise on their mean is
scaled by the size of the batch that it is shared by (sigma K'/K). What more reports would add besides, a mean with
less chance in it, is left out, and the gain is so bounded from below.
"""

import argparse
from collections.abc import Sequence

from bench.document import table
from bench.federated.agreement import agreement, floor_of, multiplier
from bench.federated.picture import curves
from bench.federated.quick import gains_of
from bench.federated.setting import Setting, command_of, paragraph, setting
from bench.learning.means import Mean, mean_of
from hushkey.sync.privacy import signal_to_noise
from hushkey.sync.privacy.prediction import ALIGNMENT
from hushkey.sync.simulation.algorithms import HUSHKEY, Algorithm, with_epsilon

EPSILONS = (1.0, 2.0, 4.0, 8.0, 16.0)
POPULATIONS = (500, 5_000, 50_000)
WORTH = 8.0  # the largest epsilon that is advised


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    parser.add_argument("--epsilons", type=float, nargs="+", default=list(EPSILONS))
    parser.add_argument("--populations", type=int, nargs="+", default=list(POPULATIONS))


def run(options: argparse.Namespace) -> str:
    """Run and tell."""
    held = setting(options)
    off = mean_of(gains_of(held, HUSHKEY))
    found = {
        population: {
            epsilon: mean_of(gains_of(held, _noisy(held, epsilon, population)))
            for epsilon in options.epsilons
        }
        for population in options.populations
    }
    if not options.smoke:
        lines = {
            f"{population:,} devices": [(epsilon, mean.mean) for epsilon, mean in by.items()]
            for population, by in found.items()
        }
        picture = curves(
            lines, title="Gain in recall@3 over the base, points", below="epsilon", marked=None
        )
        (options.document.parent / "federated-privacy.svg").write_text(picture, encoding="utf-8")
    return section(held, off, found, _aligned(held), command_of(options, *_asked(options)))


def section(
    held: Setting, off: Mean, found: dict[int, dict[float, Mean]], aligned: float, command: str
) -> str:
    """Write the section."""
    epsilons = list(next(iter(found.values())))
    head = [
        "devices",
        "batch",
        *(f"epsilon {epsilon:g}" for epsilon in epsilons),
        "signal to noise at the last",
    ]
    rows = [
        [
            f"{population:,}",
            f"{_batch(held, population):,}",
            *(mean.told() for mean in by.values()),
            f"{_signal(held, epsilons[-1], population, aligned):.2f}",
        ]
        for population, by in found.items()
    ]
    worth = [
        population
        for population, by in found.items()
        if any(mean.low > 0.0 for epsilon, mean in by.items() if epsilon <= WORTH)
    ]
    verdict = (
        f"the smallest population measured that gains beyond noise at epsilon <= {WORTH:g}: {min(worth):,} devices"
        if worth
        else f"no population measured gains beyond noise at epsilon <= {WORTH:g}"
    )
    return "\n".join(
        [
            "## Privacy and what it leaves",
            "",
            paragraph(
                f"`{command}`: {held.told()}",
                f"hushkey, {held.preset.versions} versions at the most; epsilon at delta",
                "1e-6 over the ten reports that a device may",
                "send in all, by one aggregator's noise; a device that has sent them",
                "stops. Gains in recall@3, points, at the end.",
                "Batches of larger populations have the noise that their size leaves",
                "of it, and no cloned users; the signal to",
                "noise is what `sync/privacy/prediction.py` predicts from what first deltas have in common.",
            ),
            "",
            table(
                head, [*rows, ["DP off", f"{held.preset.batch}", off.told(), *[""] * len(epsilons)]]
            ),
            "",
            "![Gain by epsilon](federated-privacy.svg)",
            "",
            f"- {verdict}",
            _floor(held, epsilons, aligned),
        ]
    )


def _floor(held: Setting, epsilons: Sequence[float], aligned: float) -> str:
    """Say from which batch on the noise is no longer than what devices have in common."""
    if aligned <= 0.0:
        return "- first deltas have nothing in common that could be told: no batch is large enough"
    floors = {epsilon: floor_of(held, aligned, epsilon) for epsilon in epsilons}
    told = ", ".join(f"{batch:,} at epsilon {epsilon:g}" for epsilon, batch in floors.items())
    return (
        f"- first deltas have {aligned:.3f} clip norms in common (`sync/privacy/prediction.py` takes {ALIGNMENT}): "
        f"signal and noise are level from a batch of {told}"
    )


def _aligned(held: Setting) -> float:
    """Return what first deltas have in common, in clip norms."""
    return agreement(held.world).aligned(held.world.task(HUSHKEY).clip_norm)


def _noisy(held: Setting, epsilon: float, population: int) -> Algorithm:
    return with_epsilon(HUSHKEY, epsilon, larger=population / held.preset.devices)


def _batch(held: Setting, population: int) -> int:
    return round(held.preset.batch * population / held.preset.devices)


def _signal(held: Setting, epsilon: float, population: int, aligned: float) -> float:
    size = held.world.zero.parameters
    each = multiplier(size, held.preset.batch, epsilon)
    return signal_to_noise(_batch(held, population), each, size, max(aligned, 1e-9))


def _asked(options: argparse.Namespace) -> list[str]:
    asked: list[str] = []
    if tuple(options.epsilons) != EPSILONS:
        asked += ["--epsilons", *(f"{epsilon:g}" for epsilon in options.epsilons)]
    if tuple(options.populations) != POPULATIONS:
        asked += ["--populations", *map(str, options.populations)]
    return asked
