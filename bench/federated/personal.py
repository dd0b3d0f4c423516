"""Does the shared model help me: global alone, personal alone, both, and re-based; then with n-grams on top.

The personal adapter is of the same groups, trained in three passes and taken up half of the way, as personal
learning does. *Both* adds the global one to one that was trained from the base; *re-based* trains it anew on top of
each new version. With n-grams on top, an engine of each owner's own, taught their history, meets their test.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.document import table
from bench.federated.owners import Owners, owners_of
from bench.federated.setting import Setting, command_of, paragraph, preset_of, say, setting
from bench.learning.means import mean_of
from hushkey.keyboard.learning.judge import Judge
from hushkey.keyboard.learning.lesson import pieces_of
from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, load_base
from hushkey.model.text import words_of
from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleets import fleet_of
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.held_out import HeldOut
from hushkey.sync.simulation.algorithms import HUSHKEY
from hushkey.sync.simulation.comparing import final_of
from hushkey.sync.simulation.learners import Subset
from hushkey.sync.simulation.people import read_people

TEST_WORDS = 100
SPARE = 4  # for each so many devices one more is read: some typed one line alone, and have no test
WAYS = ("global", "personal", "both", "re-based")
Floats = npt.NDArray[np.float32]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    parser.add_argument("--typed", type=int, default=60, help="owners who also type with n-grams")


@dataclass(frozen=True, slots=True)
class Measured:
    """Everybody's gains in points of recall@3 on their own test, by way; and who they are."""

    held: Setting
    owners: Owners
    gains: dict[str, list[float]]
    factors: dict[str, list[Floats]]


def measured(options: argparse.Namespace) -> Measured:
    """Run hushkey over the owners' histories and measure each way on their tests."""
    preset = preset_of(options)
    test_words = TEST_WORDS if preset.words >= 2 * TEST_WORDS else preset.words // 2
    people = read_people(
        options.users,
        devices=preset.devices + preset.devices // SPARE,
        held_out=preset.held_out,
        words=preset.words + test_words,
        test_words=preset.test_words,
        public=preset.public,
    )
    owners = owners_of(people, test_words, preset.devices)
    held = setting(options, owners.people)
    held.traces(HUSHKEY)
    learner = final_of(held.world, HUSHKEY, preset.seeds[0], held.kept)
    if not isinstance(learner, Subset):
        raise TypeError("hushkey trains the subset")
    shared = learner.versions[-1]
    base = load_base()
    network, zero = FrozenNetwork.load(base.folder / WEIGHTS), held.world.zero
    fleet = fleet_of(network, base.vocabulary, zero, Settings())
    say("reading the owners' lines for their personal adapters")
    readings = [
        fleet.read(pieces_of(person.lines, base.vocabulary)) for person in owners.people.devices
    ]
    start = held.world.start

    def trained(name: str, origin: Floats, *more: object) -> list[Floats]:
        file = held.kept / f"{held.world.digest(name, Settings().description(), *more)}.npy"
        if not file.exists():
            say(f"training everybody's personal adapter: {name}")
            np.save(file, np.stack(fleet.train([origin] * len(readings), readings)))
        return list(np.load(file))

    personal = trained("personal", start)
    factors = {
        "global": [shared] * len(readings),
        "personal": personal,
        "both": [shared + own for own in personal],
        "re-based": trained(f"re-based after {preset.versions} versions", shared, HUSHKEY),
    }
    tests = [pieces_of(test.lines, base.vocabulary) for test in owners.tests]
    own = HeldOut(network, base.vocabulary, zero, tests)
    before = own.of_tensor(fleet.group, start).by_person
    gains = {
        way: [float(100 * gain) for gain in own.of_tensors(fleet.group, held_by).by_person - before]
        for way, held_by in factors.items()
    }
    return Measured(held, owners, gains, factors)


def run(options: argparse.Namespace) -> str:
    """Measure and tell."""
    found = measured(options)
    typed = typed_gains(found, 2 if options.smoke else options.typed)
    return section(found, typed, command_of(options))


@dataclass(frozen=True, slots=True)
class Typed:
    """Gains of some owners with n-grams on top: points of keys saved and of recall@3, by way."""

    keys: dict[str, list[float]]
    recall: dict[str, list[float]]


def typed_gains(found: Measured, most: int) -> Typed:
    """Let the first owners type their tests, taught their history, with each way's adapter and without."""
    base, zero = load_base(), found.held.world.zero
    typed = Typed({way: [] for way in WAYS}, {way: [] for way in WAYS})
    judge = Judge(base)
    for place in range(min(most, len(found.owners.tests))):
        history = list(found.owners.people.devices[place].lines)
        test = list(found.owners.tests[place].lines)
        letters = sum(len(word) for line in test for word in words_of(line))
        judge.teach(history, _never)
        before = judge.score(test, None, _never)
        words = max(1, int(before.words.sum()))
        for way in WAYS:
            after = judge.score(test, _adapter(zero, found.factors[way][place]), _never)
            saved = int(before.keys.sum()) - int(after.keys.sum())
            typed.keys[way].append(100 * saved / max(1, letters))
            typed.recall[way].append(100 * int(after.hits.sum() - before.hits.sum()) / words)
    return typed


def section(found: Measured, typed: Typed, command: str) -> str:
    """Write the section."""
    rows = [
        [
            way,
            mean_of(found.gains[way]).told(),
            _share(found.gains[way], better=True),
            _share(found.gains[way], better=False),
            mean_of(typed.recall[way]).told(),
            mean_of(typed.keys[way]).told(),
        ]
        for way in WAYS
    ]
    head = ["adapter", "network's recall@3, points", "gain", "lose"]
    head += ["keyboard's recall@3, points", "keystrokes saved, points"]
    verdicts = [
        _best("recall@3 of the network", found.gains),
        _best("keystrokes saved on top of the n-gram memory", typed.keys),
    ]
    return "\n".join(
        [
            "## Does it help me",
            "",
            paragraph(
                f"`{command}`: {found.held.told()}",
                f"Everybody whose device took part is measured on about {TEST_WORDS}",
                "words that they typed after what it learned",
                "from. The personal adapter is of the same group, three",
                "passes, half of the way. The last two columns are",
                f"{len(typed.keys['both'])} of them with their n-grams and recent words",
                "on top (`hushkey.keyboard.learning.judge`).",
            ),
            "",
            table(head, rows),
            "",
            *verdicts,
        ]
    )


def _best(figure: str, by: Mapping[str, Sequence[float]]) -> str:
    """Say which way is best, and whether it can be told from the others, owner by owner."""
    best = max(WAYS, key=lambda way: mean_of(by[way]).mean)
    gaps = {
        way: mean_of([one - other for one, other in zip(by[best], by[way], strict=True)])
        for way in WAYS
        if way != best
    }
    told = ", ".join(f"{way} {gap.told()}" for way, gap in gaps.items())
    alike = [way for way, gap in gaps.items() if gap.low <= 0.0]
    end = f"cannot be told from {', '.join(alike)}" if alike else "told from each other"
    return f"- {figure}: **{best}**, ahead of {told}: {end}"


def _share(gains: Sequence[float], *, better: bool) -> str:
    share = sum(gain > 0 if better else gain < 0 for gain in gains) / len(gains)
    return f"{100 * share:.0f}%"


def _adapter(zero: Adapter, factor: Floats) -> Adapter:
    (group,) = zero.tensors
    return zero.replaced({group: factor})


def _never() -> bool:
    return False
