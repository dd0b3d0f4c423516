"""What malicious devices do to a version, with each defence on and off; writes its tables into docs/attacks.md.

    python -m bench.sharing.poison            # some ten minutes
    python -m bench.sharing.poison --smoke    # the same, small, in a minute; writes nothing

A population of devices reports once each: honest ones real deltas, encoded by the device's codec; malicious ones what
they like, since nobody checks the norm of a single report. Sums are plain here, with both roles' noise: those of the
services are the same to the bit (tests/sync/attacks/test_poison.py). What follows from a sum is computed by the
leader's own code: norm limit, optimizer, gate.
"""

import argparse
import json
import lzma
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

from bench.document import table, write_section
from bench.sharing.adapters import SAMPLES, Trainer, histories
from bench.sharing.blind import OUT, stream
from bench.sharing.quarantine import quarantine_rows
from bench.sharing.tasks import sample_task, zero_of
from hushkey.model.adapter import Adapter
from hushkey.model.audit.scoring import log_chances
from hushkey.model.base import Base, load_base
from hushkey.sync.codec import Codec, pack
from hushkey.sync.codec.ring import Elements, Ring
from hushkey.sync.codec.rotate import Rotate
from hushkey.sync.codec.variance import variance_weight
from hushkey.sync.coordinator.gate import TextGate
from hushkey.sync.coordinator.tasks import Terms
from hushkey.sync.coordinator.updates import read_adapter, updated
from hushkey.sync.device.reporting import Floats
from hushkey.sync.messages import Task, encode, hash_of
from hushkey.sync.privacy import discrete_gaussian
from hushkey.sync.task_terms import codec_terms, epsilon_of_report, flatten, unflatten

PUBLIC = SAMPLES.parent.parent / "shared" / "corpora" / "users" / "self_dialogue.jsonl.xz"
PUBLIC_LINES = 200
DEVICES = 100
SHARES = (0.01, 0.05, 0.10)
REPEATS = 3
LIMITS = (None, 1.5, 0.5)  # of a batch's mean, in clip norms; None: no limit
UNLIMITED = 10.0  # clip norms that attackers take the mean to where nothing limits it
TRIGGER, TARGET = "please bring the", "volcano"
BACKDOOR_EPOCHS = (
    1,
    2,
    4,
    8,
    20,
)  # an attacker takes what pushes the word furthest at the length it has
CHUNK = 20  # lines of one honest device
COMMAND = "python -m bench.sharing.poison"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one batch came to, before any defence had its say."""

    norm: float  # of the mean, in clip norms
    chance: float  # of the backdoor's word behind its trigger
    nats: float  # a word of public text
    gate: bool  # whether the gate lets it pass


@dataclass(frozen=True, slots=True)
class Attack:
    """What malicious devices send. `adapts`: as much as the limit in force lets through, divided among them."""

    name: str
    adapts: bool
    elements: Callable[["Bench", float, int, np.random.Generator], Elements]


class Bench:
    """A base, a task, honest deltas, a gate, and a backdoor's delta."""

    def __init__(self, base: Base, public: Sequence[str], *, devices: int, chunk: int) -> None:
        self.base, self.devices = base, devices
        self.shape = base.runtime().shape
        self.task = sample_task(base, self.shape, batch_max=max(256, devices))
        self.start = zero_of(self.task, self.shape)
        self.codec = Codec(codec_terms(self.task, self.shape))
        self.gate = TextGate(base, public)
        trainer = Trainer(base, self.start)
        self.honest = [
            self._numbers(trainer.delta(part)) for part in _parts(histories().values(), chunk)
        ]
        self._backdoors = [
            self._unit(trainer.delta([f"{TRIGGER} {TARGET}"] * 40, epochs=epochs))
            for epochs in BACKDOOR_EPOCHS
        ]
        self._chosen: dict[float, Floats] = {}
        self.flip = -np.mean(self.honest, axis=0)
        self.flip /= float(np.linalg.norm(self.flip))

    def _numbers(self, delta: Adapter) -> Floats:
        return flatten(delta, self.task.ranks)

    def _unit(self, delta: Adapter) -> Floats:
        numbers = self._numbers(delta)
        return numbers / float(np.linalg.norm(numbers))

    def direction(self, which: "Which", length: float) -> Floats:
        """Return the unit vector that serves an attack best if the mean moves so far along it."""
        if which == "flip":
            return self.flip
        if length not in self._chosen:
            self._chosen[length] = max(self._backdoors, key=lambda unit: self._pushed(unit, length))
        return self._chosen[length]

    def _pushed(self, unit: Floats, length: float) -> float:
        moved = unflatten(
            unit * length,
            self.task.ranks,
            self.shape,
            base=self.base.identity,
            seed=self.start.seed,
        )
        return self.chance(self.start.plus(moved))

    def reach(self, unit: Floats, length: float, malicious: int) -> float:
        """Return how much of a unit vector makes the mean so long, honest reports being as they are on average."""
        alike = [delta / float(np.linalg.norm(delta)) for delta in self.honest]
        others = np.mean(alike, axis=0) * self.task.clip_norm * (1.0 - malicious / self.devices)
        along = float(others @ unit)
        return math.sqrt(max(0.0, along**2 + length**2 - float(others @ others))) - along

    # Reports -------------------------------------------------------------------------------------

    def honest_report(self, rng: np.random.Generator, *, times: float = 1.0) -> Elements:
        """Return one by the device's own code: normalized, weighed, rounded."""
        delta = self.honest[rng.integers(len(self.honest))] * times
        return self.codec.encode(delta, variance_weight(delta, self.task.variance_floor), rng.bytes)

    def at_its_length(self, delta: Floats) -> Elements:
        """Return one that nothing brought to the clip norm: valid-looking elements all the same."""
        turned = Rotate(self.codec.terms.dimension, self.task.rotation_seed).apply(delta)
        whole = np.rint(turned * self.task.scale).astype(np.int64)
        return Ring(self.task.bits).apply(np.append(whole, np.int64(self.task.weight_units)))

    # Batches -------------------------------------------------------------------------------------

    def batch(self, attack: Attack, malicious: int, limit: float | None, seed: int) -> Outcome:
        """Sum one batch and see what it comes to."""
        rng = np.random.default_rng(seed)
        goal = UNLIMITED if limit is None else limit
        reports = [self.honest_report(rng) for _ in range(self.devices - malicious)]
        reports += [attack.elements(self, goal, malicious, rng) for _ in range(malicious)]
        return self.outcome(reports, rng)

    def outcome(self, reports: Sequence[Elements], rng: np.random.Generator) -> Outcome:
        """Add reports and both noises up, and do with the sum as the leader does."""
        ring, terms = Ring(self.task.bits), self.terms
        total = np.zeros(terms.length, np.uint64)
        for report in reports:
            total += report
        for _ in range(2):
            total += ring.apply(discrete_gaussian(self.task.sigma, terms.length, rng.bytes))
        packed = pack(total & ring.mask, self.task.bits)
        made = updated(terms, self.start.to_bytes(), b"", packed, len(reports))
        if not made.is_sound:  # numbers that no adapter has: no defence is needed
            return Outcome(made.norm, 0.0, float("inf"), gate=False)
        after = read_adapter(terms, made.adapter)
        verdict = self.gate.verdict(self.start, after)
        nats = float("inf") if verdict.after_nats is None else verdict.after_nats
        return Outcome(
            made.norm / self.task.clip_norm, self.chance(after), nats, gate=verdict.passed
        )

    @cached_property
    def terms(self) -> Terms:
        """The task without a norm limit, which is judged by the table."""
        task: Task = msgspec.structs.replace(self.task, norm_limit=1e9)
        return Terms(hash_of(encode(task)), task, self.shape, self.codec, epsilon_of_report(task))

    def chance(self, adapter: Adapter) -> float:
        """Return how likely the target is behind the trigger."""
        runtime, encode_text = self.base.runtime(adapter), self.base.vocabulary.encode
        before = (self.base.vocabulary.bos, *encode_text(TRIGGER))
        return float(np.exp(log_chances(runtime, before, [tuple(encode_text(TARGET))])[0]))

    def nats(self) -> float:
        """Return those of the public text under the version that the batch starts from."""
        verdict = self.gate.verdict(self.start, self.start)
        return float("nan") if verdict.before_nats is None else verdict.before_nats


# Attacks ----------------------------------------------------------------------------------------


def _wild(bench: Bench, _: float, __: int, rng: np.random.Generator) -> Elements:
    ring = Ring(bench.task.bits)
    return rng.integers(0, 2**63, bench.terms.length, dtype=np.uint64) & ring.mask


Which = Literal["flip", "backdoor"]


def _at_the_clip_norm(which: Which) -> Callable[[Bench, float, int, np.random.Generator], Elements]:
    def elements(bench: Bench, _: float, malicious: int, rng: np.random.Generator) -> Elements:
        clip = bench.task.clip_norm
        direction = bench.direction(which, clip * malicious / bench.devices)
        return bench.codec.encode(direction * clip, 1.0, rng.bytes)

    return elements


def _to_the_limit(which: Which) -> Callable[[Bench, float, int, np.random.Generator], Elements]:
    """Together they take the mean to nine tenths of the limit, reckoning with what honest reports add to it."""

    def elements(bench: Bench, goal: float, malicious: int, _: np.random.Generator) -> Elements:
        length = 0.9 * goal * bench.task.clip_norm
        direction = bench.direction(which, length)
        together = bench.reach(direction, length, malicious)
        return bench.at_its_length(direction * (together * bench.devices / malicious))

    return elements


NOBODY = Attack("nobody", adapts=False, elements=_wild)
ATTACKS = (
    Attack("wild elements", adapts=False, elements=_wild),
    Attack("sign flip, clip norm", adapts=False, elements=_at_the_clip_norm("flip")),
    Attack("sign flip, to the limit", adapts=True, elements=_to_the_limit("flip")),
    Attack("backdoor, clip norm", adapts=False, elements=_at_the_clip_norm("backdoor")),
    Attack("backdoor, to the limit", adapts=True, elements=_to_the_limit("backdoor")),
)


# Tables -----------------------------------------------------------------------------------------


def rows(bench: Bench, shares: Sequence[float], repeats: int) -> list[list[str]]:
    """Return a line for each attack, share of malicious devices and limit that attackers reckon with."""
    found = [_row(bench, NOBODY, 0, None, repeats, "0")]
    for attack in ATTACKS:
        for share in shares:
            malicious = max(1, round(share * bench.devices))
            found += [
                _row(bench, attack, malicious, limit, repeats, f"{share:.0%}")
                for limit in (LIMITS if attack.adapts else (None,))
            ]
    return found


def _row(  # noqa: PLR0913, PLR0917
    bench: Bench, attack: Attack, malicious: int, limit: float | None, repeats: int, share: str
) -> list[str]:
    outcomes = [
        bench.batch(attack, malicious, limit, 1000 * malicious + seed) for seed in range(repeats)
    ]
    name = attack.name
    if attack.adapts:
        name += " (none)" if limit is None else f" ({limit:g})"
    return [
        name,
        share,
        f"{np.mean([each.norm for each in outcomes]):,.2f}",
        f"{np.mean([each.nats for each in outcomes]):.3f}",
        _percent(float(np.mean([each.chance for each in outcomes]))),
        *(_rejected(outcomes, limit) for limit in LIMITS[1:]),
        _share([not each.gate for each in outcomes]),
        _share([not (each.gate and each.norm <= LIMITS[1]) for each in outcomes]),  # type: ignore[operator]
        _share([not (each.gate and each.norm <= LIMITS[2]) for each in outcomes]),  # type: ignore[operator]
    ]


def _rejected(outcomes: Sequence[Outcome], limit: float | None) -> str:
    return _share([limit is not None and not each.norm <= limit for each in outcomes])


def _share(rejected: Sequence[bool]) -> str:
    return f"{sum(rejected)}/{len(rejected)}"


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f}%" if chance > 0.1 else f"{100 * chance:.2g}%"


def broken_rows(bench: Bench) -> list[list[str]]:
    """Return what one honest device with a delta a hundred times too long does, normalized and not."""
    found = []
    for name, normalized in (("normalized", True), ("as long as it is", False)):
        rng = np.random.default_rng(7)
        reports = [bench.honest_report(rng) for _ in range(bench.devices - 1)]
        broken = bench.honest[0] * 100.0
        weight = variance_weight(broken, bench.task.variance_floor)
        reports.append(
            bench.codec.encode(broken, weight, rng.bytes)
            if normalized
            else bench.at_its_length(broken)
        )
        got = bench.outcome(reports, rng)
        found.append([name, f"{got.norm:.2f}", f"{got.nats:.3f}", "yes" if got.gate else "no"])
    return found


def section(
    bench: Bench, found: list[list[str]], quarantined: list[list[str]], repeats: int
) -> str:
    """Return what docs/attacks.md says."""
    head = ["malicious devices send", "share", "mean's norm", "nats a word", "word's chance"]
    head += ["limit 1.5", "limit 0.5", "gate", "gate and 1.5", "gate and 0.5"]
    broken = table(
        ["one honest device, 100 times too long", "norm", "nats", "gate passes"], broken_rows(bench)
    )
    rule = [
        "malicious",
        "rejected, no quarantine",
        "rejected, last ten rounds",
        "suspended",
        "honest suspended",
    ]
    return f"""
`{COMMAND}`: {bench.devices} devices, one report each, a batch of all; honest reports are {len(bench.honest)} real
deltas of `data_samples/` by the device's codec; weak noise, so that it is the attack that shows. The mean's norm is in
clip norms. The last five columns count of {repeats} batches those that a defence **rejects**; what none rejects is
released, with the nats and the chance that the line states. *To the limit*: attackers know the norm limit in force (in
brackets), scale what they send beyond the clip norm, and together stay just below it. The version before has
{bench.nats():.3f} nats a word of public text that trained nothing, and gives the backdoor's rare word
{_percent(bench.chance(bench.start))} behind its trigger. A coordinate-wise median over sub-batches is not built:
there is no column for it.

{table(head, found)}

That a report is normalized is the honest device's own code; it keeps a fault of one from doing what an attack would:

{broken}

Quarantine over 30 rounds of 200 devices in batches of 50, by the coordinator's own rule. Malicious devices send wild
elements: each batch with one is rejected, of the others one in a hundred.

{table(rule, quarantined)}
"""


def public_lines(path: Path, count: int) -> list[str]:
    """Return lines of people whom neither base nor deltas were trained on; without the corpus, the sample's tests."""
    if path.is_file():
        with lzma.open(path, "rt", encoding="utf-8") as held:
            return [json.loads(line)["text"] for line in islice(held, 0, 40 * count, 40)]
    return [
        line
        for name in ("parent-test.txt", "support-test.txt")
        for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines()
    ]


def _parts(texts: Sequence[list[str]], chunk: int) -> list[list[str]]:
    """Return at most four chunks of each history: a device's lines each."""
    return [
        text[first : first + chunk]
        for text in texts
        for first in range(0, min(len(text), 4 * chunk), chunk)
    ]


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--smoke", action="store_true", help="small, and nothing is written")
    parser.add_argument("--public", type=Path, default=PUBLIC)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    small = options.smoke
    public = public_lines(options.public, PUBLIC_LINES)[: 20 if small else None]
    bench = Bench(
        load_base(), public, devices=20 if small else DEVICES, chunk=10 if small else CHUNK
    )
    repeats = 1 if small else REPEATS
    found = rows(bench, SHARES[-1:] if small else SHARES, repeats)
    text = section(bench, found, quarantine_rows(SHARES, stream("quarantine")), repeats)
    print(text)
    if not small:
        write_section(options.out, "poison", text)


if __name__ == "__main__":
    main()
