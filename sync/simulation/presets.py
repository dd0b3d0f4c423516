"""What a table is measured on: fixed before it is run. Values alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hushkey.model import plans
from hushkey.model.groups import Ranks
from hushkey.sync.simulation.devices import Terms
from hushkey.sync.simulation.refusals import SimulationRefused

TARGET: Final = 0.8  # of the gain in recall@3 that centralised training of the same adapter reaches


@dataclass(frozen=True, slots=True)
class Preset:
    """A population, and how far it is followed."""

    name: str
    devices: int
    held_out: int  # writers who have no device
    words: int  # of a device's history, the newest, at the most
    test_words: int  # of a held-out writer
    batch: int  # reports of a version: the cohort, or the buffer
    measured_every: int  # versions between two measurements
    versions: int  # of the algorithms that train the subset
    full_versions: int  # of those that train every weight: the stated cap on training
    ranks: Ranks
    algorithms: tuple[str, ...]
    seeds: tuple[int, ...]
    terms: Terms = Terms()  # noqa: RUF009  a frozen value
    public: int = (
        300  # further writers, whose lines are public, at the most: directions are found on them
    )
    further: int = (
        800  # the last of all, at the most, whom only what is learned at the end is measured on
    )


RANKS: Final[Ranks] = {
    "output": 16
}  # as many numbers as the plan `shared`; trained behind the recurrent part, which is then read once and for all

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        made.name: made
        for made in (
            Preset(
                "smoke",
                devices=16,
                held_out=4,
                words=60,
                test_words=60,
                batch=4,
                measured_every=1,
                versions=3,
                full_versions=1,
                ranks=RANKS,
                algorithms=("fedavg", "fedbuff", "hushkey"),
                seeds=(1,),
                public=15,
                further=8,
            ),
            Preset(
                "small",
                devices=100,
                held_out=60,
                words=200,
                test_words=200,
                batch=16,
                measured_every=4,
                versions=32,
                full_versions=4,
                ranks=RANKS,
                algorithms=("fedavg", "fedbuff", "hushkey"),
                seeds=(1,),
                public=100,
                further=200,
            ),
            Preset(
                "quick",
                devices=500,
                held_out=150,
                words=200,
                test_words=200,
                batch=64,
                measured_every=2,
                versions=32,
                full_versions=4,
                ranks=RANKS,
                algorithms=("fedavg", "fedbuff", "hushkey"),
                seeds=(1,),
            ),
            Preset(  # what a task of this project shares: three times the work of "quick"
                "shared",
                devices=500,
                held_out=150,
                words=200,
                test_words=200,
                batch=64,
                measured_every=4,
                versions=32,
                full_versions=4,
                ranks=plans.preset("shared").ranks,
                algorithms=("fedbuff", "hushkey"),
                seeds=(1,),
            ),
            Preset(
                "paper",
                devices=500,
                held_out=300,
                words=1_000,
                test_words=300,
                batch=64,
                measured_every=2,
                versions=100,
                full_versions=20,
                ranks=RANKS,
                algorithms=(
                    "fedavg",
                    "fedavg-deadline",
                    "fedavg-subset",
                    "fedbuff",
                    "fedadam",
                    "hushkey",
                ),
                seeds=(1, 2, 3, 4, 5),
            ),
        )
    }
)


def preset(name: str) -> Preset:
    """Return the preset of a name. Raises SimulationRefused."""
    found = PRESETS.get(name)
    if found is None:
        raise SimulationRefused(
            f"there is no preset of that name; there are {', '.join(PRESETS)}; nothing was run"
        )
    return found
