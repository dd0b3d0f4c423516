"""What the leader alone and the helper alone can tell of a report, and that each test would notice a fault.

    python -m bench.sharing.blind     # about two minutes

Reports are built by the device's own code from real deltas, sealed, and opened again with each role's key. Then faults
are planted, one at a time, in how a report is shared: each is noticed by the tests that the table names. Entropy is a
stream of SHAKE-256, so that nothing of it depends on the run. It writes its table into docs/attacks.md.
"""

import argparse
import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.document import table, write_section
from bench.sharing.adapters import Trainer, histories
from bench.sharing.blindness import GUESSED_BITS, PERMUTATIONS, TESTS, Held, fisher
from bench.sharing.tasks import NOW, RECEIVERS, place_of, sample_task, zero_of
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base, load_base
from hushkey.sync.codec import Codec, expand, unpack
from hushkey.sync.codec.ring import Elements, Integers, Ring
from hushkey.sync.device.attack import Attacker, words_of
from hushkey.sync.device.checks import Views
from hushkey.sync.device.reporting import Built, Place, build
from hushkey.sync.envelopes import open_helper, open_leader
from hushkey.sync.keys import Entropy, ReportSeed
from hushkey.sync.messages import BatchItem, Report, decode, envelope_info
from hushkey.sync.task_terms import flatten

OUT = Path(__file__).resolve().parents[2] / "docs" / "attacks.md"
REPORTS = 48
LINES = 40  # of a history, in one delta
ALPHA = 1e-3  # a test says so in one in a thousand where there is nothing
SHORT = 64  # elements that a short mask covers
COMMAND = "python -m bench.sharing.blind"


def stream(label: str) -> Entropy:
    """Return entropy that is the same for the same label."""
    numbers = itertools.count()
    return lambda size: hashlib.shake_256(f"{label} {next(numbers)}".encode()).digest(size)


# Real deltas and their reports ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """One person's delta, and the words that it was trained on."""

    delta: Adapter
    words: frozenset[str]


def written(base: Base, start: Adapter, lines: int = LINES) -> list[Written]:
    """Train a delta on the first lines of each sample history."""
    trainer = Trainer(base, start)
    return [
        Written(trainer.delta(held[:lines]), words_of(held[:lines]))
        for held in histories().values()
    ]


def mixed(real: Sequence[np.ndarray], count: int) -> list[np.ndarray]:
    """Return the real deltas, then random mixtures of them of about their length: as many as are asked for."""
    rng = np.random.default_rng(5)
    basis = np.stack(real)
    weights = rng.normal(0.0, 1.0, (count - len(real), len(real))) / np.sqrt(len(real))
    return [*real, *(weights @ basis)]


def built(place: Place, deltas: Sequence[np.ndarray]) -> list[Built]:
    """Build a report of each delta as a device does."""
    return [
        build(place, delta, zeros=False, now=NOW, entropy=stream(f"report {number}"))
        for number, delta in enumerate(deltas)
    ]


def opened(place: Place, reports: Sequence[Built]) -> tuple[Held, Held]:
    """Open what was uploaded with the leader's key, and with the helper's."""
    terms, contexts = place.codec.terms, contexts_of(place, reports)
    leaders, helpers = [], []
    for each, context in zip(reports, contexts, strict=True):
        report = decode(each.data, Report, limit_bytes=1 << 24)
        packed = open_leader(report, place.identity, RECEIVERS["leader"])
        leaders.append(unpack(packed, terms.length, terms.bits))
        item = BatchItem(report.metadata, report.helper_envelope)
        seed = open_helper(item, place.identity, RECEIVERS["helper"])
        helpers.append(expand(seed, terms.length, terms.bits, context))
    lengths = tuple(len(each.data) for each in reports)
    leader = Held(terms, np.stack(leaders), lengths, contexts)
    return leader, replace(leader, shares=np.stack(helpers))


def contexts_of(place: Place, reports: Sequence[Built]) -> tuple[bytes, ...]:
    """Return what the stream of each report is bound to."""
    return tuple(envelope_info("helper", place.identity, each.metadata) for each in reports)


def shared(place: Place, reports: Sequence[Built]) -> Integers:
    """Return what the reports add to the sum, (R, n)."""
    ring = Ring(place.task.bits)
    return np.stack([ring.undo(each.shares.encoded) for each in reports])


# Planted faults ---------------------------------------------------------------------------------

Streams = Elements  # (R, n)


def _drawn(held: Held, seeds: Sequence[ReportSeed], contexts: Sequence[bytes]) -> Streams:
    terms = held.terms
    return np.stack(
        [
            expand(seed, terms.length, terms.bits, context)
            for seed, context in zip(seeds, contexts, strict=True)
        ]
    )


def _seeds(count: int) -> list[ReportSeed]:
    return [ReportSeed.generate(stream(f"seed {number}")) for number in range(count)]


def _with_streams(held: Held, encoded: Elements, streams: Streams) -> Held:
    return replace(held, shares=(encoded - streams) & Ring(held.terms.bits).mask)


def reused_seed(held: Held, encoded: Elements) -> Held:
    """One seed for all reports, and the stream bound to none of them."""
    one = _seeds(1) * len(encoded)
    return _with_streams(held, encoded, _drawn(held, one, held.contexts[:1] * len(encoded)))


def seed_of_another_report(held: Held, encoded: Elements) -> Held:
    """One seed for all reports, each stream bound to its own as the protocol has it: no fault, it hides as well."""
    return _with_streams(held, encoded, _drawn(held, _seeds(1) * len(encoded), held.contexts))


def short_mask(held: Held, encoded: Elements) -> Held:
    """A stream that ends after its first elements."""
    streams = _drawn(held, _seeds(len(encoded)), held.contexts)
    streams[:, SHORT:] = 0
    return _with_streams(held, encoded, streams)


def unmasked_coordinate(held: Held, encoded: Elements) -> Held:
    """A stream with one zero in it, always in the same place."""
    streams = _drawn(held, _seeds(len(encoded)), held.contexts)
    streams[:, held.terms.length // 3] = 0
    return _with_streams(held, encoded, streams)


def length_of_data(held: Held, encoded: Elements) -> Held:
    """Reports without their zeros: the masks are sound, the lengths speak."""
    sound = _with_streams(held, encoded, _drawn(held, _seeds(len(encoded)), held.contexts))
    zeros = (encoded == 0).sum(axis=1)
    lengths = tuple(length - int(fewer) for length, fewer in zip(held.lengths, zeros, strict=True))
    return replace(sound, lengths=lengths)


def weak_seed(held: Held, encoded: Elements) -> Held:
    """Seeds of a source that gives few bits."""
    rng = np.random.default_rng(11)
    seeds = [
        ReportSeed(int(number).to_bytes(32, "big"))
        for number in rng.integers(1 << GUESSED_BITS, size=len(encoded))
    ]
    return _with_streams(held, encoded, _drawn(held, seeds, held.contexts))


def swapped_key(held: Held, encoded: Elements) -> Held:
    """The helper's key is the leader's own: it opens both envelopes and adds up."""
    return replace(held, shares=encoded)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something planted, and the tests that must notice it."""

    plant: Callable[[Held, Elements], Held]
    noticed_by: tuple[str, ...]
    attacked: bool  # whether the word-recovery attack then finds words


FAULTS: dict[str, Fault] = {
    "reused seed, unbound": Fault(
        reused_seed, ("top bits", "each coordinate", "pairs"), attacked=True
    ),
    "short mask": Fault(
        short_mask, ("bytes", "top bits", "each coordinate", "pairs", "correlation"), attacked=True
    ),
    "one unmasked coordinate": Fault(
        unmasked_coordinate, ("each coordinate", "correlation"), attacked=False
    ),
    "length of the data": Fault(length_of_data, ("lengths",), attacked=False),
    "seeds of 12 bits": Fault(weak_seed, ("guessed seed",), attacked=False),
    "swapped helper key": Fault(
        swapped_key, ("bytes", "top bits", "each coordinate", "pairs", "correlation"), attacked=True
    ),
}


# The attack on what a role holds ----------------------------------------------------------------


class Readings:
    """What somebody who holds shares can read them as, and the word-recovery attack on each reading."""

    def __init__(self, place: Place, start: Adapter, attacker: Attacker) -> None:
        self._views = Views(place.task, Codec(place.codec.terms), start)
        self._attacker = attacker

    def chance(self, held: Held, owners: Sequence[Written]) -> float:
        """Attack the owners' shares in every reading: p of the most telling one, times their number."""
        readings = (self._as_they_are, self._within_the_norm, self._less_the_others)
        return min(1.0, len(readings) * min(self._joined(held, owners, each) for each in readings))

    def plain(self, owners: Sequence[Written]) -> float:
        """Attack the deltas themselves."""
        return fisher([self._found(each.delta, each) for each in owners])

    def _joined(
        self, held: Held, owners: Sequence[Written], reading: Callable[[Held, int], Elements]
    ) -> float:
        adapters = [self._views.of_sum(reading(held, number)) for number in range(len(owners))]
        return fisher([self._found(*each) for each in zip(adapters, owners, strict=True)])

    def _found(self, delta: Adapter | None, owner: Written) -> float:
        """Return how often a random delta does as well (p)."""
        return 1.0 if delta is None else self._attacker.attack(delta, owner.words).all_words.chance

    @staticmethod
    def _as_they_are(held: Held, number: int) -> Elements:
        return held.shares[number]

    @staticmethod
    def _within_the_norm(held: Held, number: int) -> Elements:
        """Only what could be a report's number; the others, which a mask must have hidden, as zeros."""
        share = held.shares[number]
        possible = np.abs(Ring(held.terms.bits).undo(share)) <= held.terms.norm_bound
        return np.where(possible, share, np.uint64(0))

    @staticmethod
    def _less_the_others(held: Held, number: int) -> Elements:
        """How far it is from the others, on average: what they share is gone."""
        ring = Ring(held.terms.bits)
        apart = ring.undo((held.shares[number] - np.delete(held.shares, number, 0)) & ring.mask)
        return ring.apply(np.rint(apart.mean(axis=0)).astype(np.int64))


# The table --------------------------------------------------------------------------------------


def measured(reports: int = REPORTS) -> tuple[list[list[str]], str]:
    """Return the rows, and what the attack finds in the plain deltas."""
    base = load_base()
    shape = base.runtime().shape
    task = sample_task(base, shape)
    start, place = zero_of(task, shape), place_of(task, shape)
    owners = written(base, start)
    made = built(place, mixed([flatten(each.delta, task.ranks) for each in owners], reports))
    truth, encoded = shared(place, made), np.stack([each.shares.encoded for each in made])
    leader, helper = opened(place, made)
    readings = Readings(place, start, Attacker(base, start))
    cases = [("leader's shares", leader), ("helper's shares", helper)]
    cases.append(("one seed, bound to each report", seed_of_another_report(leader, encoded)))
    cases += [(f"*{name}*", fault.plant(leader, encoded)) for name, fault in FAULTS.items()]
    rows = []
    for name, held in cases:
        chances = [test(held, truth) for test in TESTS.values()]
        chances.append(readings.chance(held, owners))
        rows.append([name, *map(_shown, chances)])
    return rows, _shown(readings.plain(owners))


def section(rows: list[list[str]], plain: str, reports: int) -> str:
    """Return what docs/attacks.md says."""
    return f"""
`{COMMAND}`: {reports} reports built by the device's code from six real deltas (each of {LINES} lines of
`data_samples/`) and random mixtures of them, sealed, and opened with one role's key. Each number is how likely a share
that says nothing looks at least so telling; **bold** is at or below {ALPHA:g}, the false-alarm level of each test, and
means that something was told. Rows in *italics* are faults planted in the sharing, as the leader then holds it.

{table(["held", *TESTS, "words found"], rows)}

The same attack on the plain deltas: {plain}. *correlation* permutes {PERMUTATIONS:,} times, so it cannot go below
{2 / (1 + PERMUTATIONS):g}; *guessed seed* tries all 2^{GUESSED_BITS} seeds of a weak source; *words found* reads each
share as a delta as it is, without what cannot be a report's number, and less the other reports' shares, and joins six
attacks each (Fisher). A seed that is used again in another report hides as well as a new one, since each stream is
bound to its report: that row is no fault.
"""


def _shown(chance: float) -> str:
    text = f"{chance:.1g}" if chance < 0.01 else f"{chance:.2f}"
    return f"**{text}**" if chance <= ALPHA else text


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=REPORTS)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    rows, plain = measured(options.reports)
    text = section(rows, plain, options.reports)
    print(text)
    write_section(options.out, "blind", text)


if __name__ == "__main__":
    main()
