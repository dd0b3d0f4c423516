"""From a version's reports to the step of the server: by the codec and noise of production, or as they are. Pure.

The codec's way is that of leader and helper but for the shares, whose sum is the sum of what was shared to the bit
(tests/sync/codec), and the order of the noise: `through protocol` (hushkey.sync.simulation.protocol) goes the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hushkey.model.audit.batch import DELTA, epsilon_of
from hushkey.model.directions import Directions
from hushkey.sync.codec import Codec, CodecTerms, add_into, age_weights, variance_weight
from hushkey.sync.codec.normalize import Normalize
from hushkey.sync.codec.pipeline import Step
from hushkey.sync.codec.ring import Ring
from hushkey.sync.codec.rotate import Rotate
from hushkey.sync.codec.terms import blocks
from hushkey.sync.privacy import compose, discrete_gaussian, report_rho, sensitivity, sigma_for
from hushkey.sync.simulation.algorithms import AGE_MAX, Algorithm, Coding

Vector = npt.NDArray[np.float64]
Delta = npt.NDArray[np.float32]

ROTATION_SEED = bytes(32)


class Aggregation(Protocol):
    """Turns the deltas of one version, each with its age, into the mean that moves the adapter."""

    def mean(self, deltas: Sequence[Delta], ages: Sequence[int], version: int) -> Vector:
        """Return the weighted mean (d,) of what makes the version after `version`."""

    def epsilon(self, reports: int) -> float | None:
        """Return what so many reports of one device cost it; None where nothing is promised."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Float32 numbers as they are, weighed by age alone."""

    weights: tuple[int, ...]  # by age

    def mean(self, deltas: Sequence[Delta], ages: Sequence[int], version: int) -> Vector:  # noqa: ARG002
        """Return the weighted mean (d,)."""
        total = np.zeros(deltas[0].size)
        for delta, age in zip(deltas, ages, strict=True):
            total += self.weights[age] * delta.ravel().astype(np.float64)
        mean: Vector = total / float(sum(self.weights[age] for age in ages))
        return mean

    def epsilon(self, reports: int) -> float | None:  # noqa: ARG002
        """Promise nothing."""
        return None


@dataclass(frozen=True, slots=True)
class Pad:
    """What is left of the rotation without it: zeros up to the rotated length."""

    dimension: int
    padded: int

    def apply(self, vector: Vector) -> Vector:
        """Return the vector (d,) with zeros behind it (P,)."""
        return np.pad(vector, (0, self.padded - self.dimension))

    def undo(self, total: Vector) -> Vector:
        """Return what is not padding."""
        return total[: self.dimension]


@dataclass(frozen=True, slots=True)
class Clip:
    """What is left of normalizing where a shorter delta stays as it is."""

    norm: float

    def apply(self, vector: Vector) -> Vector:
        """Return the vector (d,), cut down to the norm where it is longer."""
        is_longer = float(np.linalg.norm(vector)) > self.norm
        return Normalize(self.norm).apply(vector) if is_longer else vector

    def undo(self, total: Vector) -> Vector:
        """Return the sum as it is."""
        return total


@dataclass(frozen=True, slots=True)
class Altered(Codec):
    """The codec without its rotation, or without its normalizing, to see what that brings."""

    normalized: bool = True
    rotated: bool = True

    def steps(self, weight: float = 1.0) -> tuple[Step, ...]:
        """Return the steps, padding and a clip in the place of those."""
        terms = self.terms
        return tuple(
            Pad(terms.dimension, terms.padded)
            if isinstance(step, Rotate) and not self.rotated
            else Clip(terms.clip_norm)
            if isinstance(step, Normalize) and not self.normalized
            else step
            for step in Codec.steps(self, weight)
        )


@dataclass(frozen=True, slots=True)
class Coded:
    """Along the directions, normalized, rotated, rounded, summed in the ring with both roles' noise, and back."""

    codec: Codec
    coding: Coding
    weights: tuple[int, ...]  # by age
    sigma: int
    seed: int

    @classmethod
    def of(
        cls,
        algorithm: Algorithm,
        size: int,
        batch: int,
        seed: int,
        directions: Directions | None = None,
    ) -> "Coded":
        """Return the aggregation of an algorithm's coding of deltas (size,), its ring as narrow as it may be.

        Without `directions` every number is sent.
        """
        coding = algorithm.coding or Coding()
        if coding.directions is None or directions is None:
            directions, dimension = None, size
        else:
            dimension = min(coding.directions, len(directions.rows))
        weights = age_weights(AGE_MAX, algorithm.age_exponent)
        terms = CodecTerms(
            dimension=dimension,
            clip_norm=coding.clip_norm,
            scale=coding.scale,
            weight_units=coding.weight_units,
            bits=62,
            kept=sum(blocks(dimension)),
            rotation_seed=ROTATION_SEED,
        )
        sigma = 0
        if coding.epsilon is not None:
            moved = sensitivity(max(weights), terms.norm_bound)
            sigma = sigma_for(coding.epsilon, moved, coding.reports)
        terms = terms.fitted(batch, max(weights), sigma)
        codec = Altered(terms, directions, coding.normalized, coding.rotated)
        return cls(codec, coding, weights, sigma, seed)

    def mean(self, deltas: Sequence[Delta], ages: Sequence[int], version: int) -> Vector:
        """Return the mean (d,): the sum by the public weight of the reports."""
        terms = self.codec.terms
        rng = np.random.default_rng([self.seed, 3, version])
        total = np.zeros(terms.length, np.uint64)
        for delta, age in zip(deltas, ages, strict=True):
            encoded = self.codec.encode(delta.ravel(), self._weight(delta), rng.bytes)
            add_into(total, encoded, self.weights[age], terms.bits)
        ring = Ring(terms.bits)
        for _ in range(2 if self.sigma else 0):  # each aggregator's own
            drawn = discrete_gaussian(self._sigma_here, terms.length, rng.bytes)
            total = (total + ring.apply(drawn)) & ring.mask
        decoded = self.codec.decode_sum(total)
        mean: Vector = decoded.vector / float(sum(self.weights[age] for age in ages))
        return mean

    def epsilon(self, reports: int) -> float | None:
        """Return epsilon of so many reports, by one aggregator's noise."""
        if not self.sigma:
            return None
        moved = sensitivity(max(self.weights), self.codec.terms.norm_bound)
        return epsilon_of(compose([report_rho(moved, self.sigma)] * reports), DELTA)

    @property
    def _sigma_here(self) -> int:
        """The noise of a batch `larger` times this one, on a sum that is as many times smaller."""
        return max(1, round(self.sigma / self.coding.larger))

    def _weight(self, delta: Delta) -> float:
        quiet, codec = self.coding.quiet, self.codec
        if quiet is None:
            return 1.0
        return variance_weight(codec.coordinates(delta.ravel()), floor_of(quiet, codec.terms))


def floor_of(quiet: float, terms: CodecTerms) -> float:
    """Return the variance of what is encoded of a delta of a length."""
    return quiet**2 / terms.dimension


def aggregation_of(
    algorithm: Algorithm, size: int, batch: int, seed: int, directions: Directions | None = None
) -> Aggregation:
    """Return how an algorithm aggregates deltas (size,)."""
    if algorithm.coding is None:
        return Plain(age_weights(AGE_MAX, algorithm.age_exponent))
    return Coded.of(algorithm, size, batch, seed, directions)


def without_noise(algorithm: Algorithm) -> Algorithm:
    """Return the algorithm with DP off."""
    if algorithm.coding is None:
        return algorithm
    return replace(algorithm, coding=replace(algorithm.coding, epsilon=None))
