"""Seconds to the target over seeds; where a run ended before it, the time of its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.federated.setting import Setting
from hushkey.sync.simulation.algorithms import Algorithm


@dataclass(frozen=True, slots=True)
class Timing:
    """One algorithm's times, a seed each: `seconds` of the target, or of the end where it was not reached."""

    seconds: Sequence[float]
    reached: int  # of them

    @property
    def is_reached(self) -> bool:
        """Whether every seed came to the target."""
        return self.reached == len(self.seconds)

    @property
    def mean_s(self) -> float:
        """The mean over seeds: a least one where one did not come to the target."""
        return sum(self.seconds) / len(self.seconds)

    def told(self) -> str:
        """Write the mean and the range, or that it was not reached, and until when it was followed."""
        if not self.is_reached:
            return f"not within {self.mean_s:,.0f} ({self.reached} of {len(self.seconds)} seeds)"
        if len(self.seconds) == 1:
            return f"{self.mean_s:,.0f}"
        return f"{self.mean_s:,.0f} ({min(self.seconds):,.0f} to {max(self.seconds):,.0f})"


def timing_of(held: Setting, one: Algorithm) -> Timing:
    """Run an algorithm's seeds, or take up what was kept of them."""
    times = []
    reached = 0
    for trace in held.traces(one):
        point = trace.reached(held.goal.target)
        reached += point is not None
        times.append((point or trace.last).at_s)
    return Timing(times, reached)


def saved(ours: Timing, theirs: Timing) -> tuple[float, str]:
    """Return the share of another's time that is saved, and say it: at least that where theirs never came there."""
    share = 1 - ours.mean_s / theirs.mean_s
    least = "" if theirs.is_reached else "at least "
    return (
        share,
        f"{least}{100 * share:.1f}% below" if share >= 0.0 else f"{-100 * share:.1f}% above",
    )
