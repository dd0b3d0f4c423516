"""What an audit found, as numbers: nothing of a canary's text, nothing of the owner's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.audit.querying import OwnWords
from hushkey.model.audit.canaries import Canary
from hushkey.model.audit.exposure import ALPHA, chance_bits, exposures, joint_test
from hushkey.model.audit.leakage import Gain, Leak, leak_of

Scores = npt.NDArray[np.float64]  # (C, R) log-chances, nats; of each row the canary's first
Reading = Mapping[str, Sequence[bool]]  # attack -> for each canary whether it came out whole


@dataclass(frozen=True, slots=True)
class Finding:
    """One canary under one attack surface."""

    kind: str
    count: int
    exposure_bits: float
    over_base_bits: float  # the same for an attacker who has the base to compare with
    gain_nats: float
    leak: Leak
    attacks: tuple[str, ...]  # those that brought it out whole


@dataclass(frozen=True, slots=True)
class Surface:
    """All canaries under one attack surface: the n-gram memory, the adapter, or what is shared."""

    findings: tuple[Finding, ...]
    candidates: int  # |R|
    joint_p: float  # of the exposures over the base; below ALPHA they are not those of chance

    @property
    def is_chance(self) -> bool:
        """Whether the exposures cannot be told from those of secrets that were never typed."""
        return self.joint_p >= ALPHA

    @property
    def extracted(self) -> float:
        """Share of the canaries that came out whole by any attack."""
        return mean(float(bool(each.attacks)) for each in self.findings)

    def share(self, attack: str) -> float:
        """Share of the canaries that came out whole by one attack."""
        return mean(float(attack in each.attacks) for each in self.findings)

    def leaks(self, leak: Leak) -> int:
        """Return how many canaries leaked that way."""
        return sum(each.leak == leak for each in self.findings)

    def bits(self, chosen: Callable[[Finding], bool] = lambda _: True) -> float:
        """Return the mean exposure of some canaries."""
        return mean(each.exposure_bits for each in self.findings if chosen(each))

    def over_base_bits(self, chosen: Callable[[Finding], bool] = lambda _: True) -> float:
        """Return the mean exposure over the base of some canaries."""
        return mean(each.over_base_bits for each in self.findings if chosen(each))

    def as_dict(self, attacks: Sequence[str]) -> dict[str, Any]:
        """Return the figures that the command prints."""
        counts = sorted({each.count for each in self.findings})
        kinds = dict.fromkeys(each.kind for each in self.findings)
        return {
            "count": len(self.findings),
            "exposure_bits": self.bits(),
            "chance_bits": chance_bits(self.candidates),
            "extracted": self.extracted,
            "over_base_bits": self.over_base_bits(),
            "candidates": self.candidates,
            "harmful": self.leaks("harmful"),
            "benign": self.leaks("benign"),
            "by_attack": {attack: self.share(attack) for attack in attacks},
            "by_times_typed": {
                str(n): self.bits(lambda each, n=n: each.count == n)  # type: ignore[misc]
                for n in counts
            },
            "by_kind": {
                kind: self.bits(lambda each, kind=kind: each.kind == kind)  # type: ignore[misc]
                for kind in kinds
            },
            "joint_p": self.joint_p,
            "alpha": ALPHA,
            "is_chance": self.is_chance,
        }


@dataclass(frozen=True, slots=True)
class Look:
    """What one attack surface made of the canaries of one round; several scores where it was drawn several times."""

    without: Scores  # the same way of asking, without the history
    scores: Sequence[Scores]
    reading: Reading
    by_base: Reading  # what the base alone gives away


def surface_of(
    rounds: Sequence[tuple[Sequence[Canary], Look]], rng: np.random.Generator
) -> Surface:
    """Return the figures of an attack surface over all rounds; several draws of a round are averaged."""
    findings: list[Finding] = []
    rows: list[Scores] = []
    for canaries, look in rounds:
        for place, canary in enumerate(canaries):
            without = look.without[place]
            drawn = [scores[place] for scores in look.scores]
            over = sum((exposures(each - without, rng) for each in drawn), np.zeros(len(without)))
            bits = mean(float(exposures(each, rng)[0]) for each in drawn)
            rows.append(over)
            gain = Gain.of(without, np.mean(drawn, axis=0))
            findings.append(_finding(canary, bits, float(over[0]) / len(drawn), gain, look, place))
    return Surface(tuple(findings), len(rows[0]), joint_test(np.array(rows), rng))


def _finding(  # noqa: PLR0913, PLR0917  a finding depends on no less
    canary: Canary, bits: float, over_base: float, gain: Gain, look: Look, place: int
) -> Finding:
    attacks = tuple(attack for attack, came in look.reading.items() if came[place])
    leak = leak_of(
        gain,
        identifying=canary.is_identifying,
        extracted=bool(attacks),
        by_base=any(came[place] for came in look.by_base.values()),
    )
    return Finding(canary.format.kind, canary.count, bits, over_base, gain.canary, leak, attacks)


@dataclass(frozen=True, slots=True)
class Redacted:
    """Secrets that redaction is there for: how many were typed, how many of them it cut."""

    typed: int
    cut: int

    def plus(self, other: "Redacted") -> "Redacted":
        """Return the sums."""
        return Redacted(self.typed + other.typed, self.cut + other.cut)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What is left of the canaries once each was forgotten."""

    ngrams: Surface
    adapter: Surface | None  # None where none was trained anew
    same_memory: bool  # to the bit that of somebody who never typed them
    same_adapter: bool | None  # to the byte


@dataclass(frozen=True, slots=True)
class Shared:
    """What would leave the device."""

    delta: Surface  # as it is, before clipping, batch and noise
    noised: Surface  # the mean of a batch
    batch: int
    noise_multiplier: float
    epsilon: float  # of a device's lifetime
    draws: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The whole audit. `adapter` and `shared` are None where no adapter was to be had."""

    words: int  # of the history, canaries apart
    rounds: int
    seconds: float
    attacks: tuple[str, ...]
    ngrams: Surface
    adapter: Surface | None
    shared: Shared | None
    forgotten: Forgotten
    redacted: Redacted
    own: OwnWords | None

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Return {"ngrams": ..., "adapter": ..., "shared": ...}: numbers only."""
        forgotten = self.forgotten
        ngrams = {
            **self.ngrams.as_dict(self.attacks),
            "after_forget": self._brief(forgotten.ngrams) | {"same": forgotten.same_memory},
            "redaction": asdict(self.redacted),
            "words": self.words,
            "seconds": self.seconds,
        }
        return {"ngrams": ngrams, "adapter": self._adapter(), "shared": self._shared()}

    def _adapter(self) -> dict[str, Any]:
        if self.adapter is None:
            return self._untrained()
        again = self.forgotten
        after = None
        if again.adapter is not None:
            after = self._brief(again.adapter) | {"same": again.same_adapter}
        own = asdict(self.own) if self.own is not None else None
        return {**self.adapter.as_dict(self.attacks), "after_forget": after, "own_rare_words": own}

    def _shared(self) -> dict[str, Any]:
        if self.shared is None:
            return self._untrained()
        shared = self.shared
        return {
            **shared.noised.as_dict(self.attacks),
            "batch": shared.batch,
            "noise_multiplier": shared.noise_multiplier,
            "lifetime_epsilon": shared.epsilon,
            "draws": shared.draws,
            "plain_delta": shared.delta.as_dict(self.attacks),
        }

    def _untrained(self) -> dict[str, Any]:
        chance = chance_bits(self.ngrams.candidates)
        return {"count": 0, "exposure_bits": chance, "chance_bits": chance, "extracted": 0.0}

    @staticmethod
    def _brief(surface: Surface) -> dict[str, Any]:
        return {
            "exposure_bits": surface.bits(),
            "extracted": surface.extracted,
            "joint_p": surface.joint_p,
            "is_chance": surface.is_chance,
        }


def mean(values: Any) -> float:
    """Return the mean of numbers; nought of none."""
    held = list(values)
    return float(np.mean(held)) if held else 0.0
