"""Whether shares that one role holds say anything of what they are shares of. Statistics alone: no key, no message.

Each test returns how likely a share that knows nothing would look at least so telling (p). Tails of chi-square are
those of Wilson & Hilferty 1931; where many places or pairs are looked at, p is that of the most telling, times their
number.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hushkey.sync.codec import CodecTerms, expand, pack
from hushkey.sync.codec.ring import Elements, Integers, Ring
from hushkey.sync.keys import ReportSeed

PERMUTATIONS = 1999
GUESSED_BITS = 12  # of a seed that is weak: whoever looks tries them all
_GUESSED_AT = 64  # elements that a guess is judged by


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What one role has of R reports once it has opened its envelopes, and what is public of each."""

    terms: CodecTerms
    shares: Elements  # (R, n)
    lengths: tuple[int, ...]  # bytes of each report as it was uploaded
    contexts: tuple[bytes, ...]  # public: what a stream is bound to

    @property
    def signs(self) -> npt.NDArray[np.float32]:
        """Return 1 where an element reads as a positive number, -1 where it does not, (R, n)."""
        upper = self.shares >> np.uint64(self.terms.bits - 1)
        return np.where(upper == 1, np.float32(-1), np.float32(1))


Test = Callable[[Held, Integers], float]  # what is held, what was shared (R, n) -> p


def bytes_alike(held: Held, _: Integers) -> float:
    """Each value of a byte as often as any other, over all packed shares."""
    # The last byte of each may be padded, so it is left out.
    packed = b"".join(pack(share, held.terms.bits)[:-1] for share in held.shares)
    data = np.frombuffer(packed, np.uint8)
    return chi_square(np.bincount(data, minlength=256))


def top_bits(held: Held, _: Integers) -> float:
    """Each value of the uppermost eight bits as often as any other, over all elements."""
    upper = (held.shares >> np.uint64(held.terms.bits - 8)).astype(np.int64)
    return chi_square(np.bincount(upper.ravel(), minlength=256))


def each_coordinate(held: Held, _: Integers) -> float:
    """The same of the uppermost two bits at each coordinate by itself, over the reports."""
    upper = (held.shares >> np.uint64(held.terms.bits - 2)).astype(np.int64)  # (R, n)
    counts = np.stack([(upper == value).sum(axis=0) for value in range(4)])
    expected = len(held.shares) / 4
    highest = float(((counts - expected) ** 2 / expected).sum(axis=0).max())
    return min(1.0, held.terms.length * tail(highest, 3))


def pairs_apart(held: Held, _: Integers) -> float:
    """The difference of any two shares as spread as they are: near zero no more often than chance has it."""
    ring, worst = Ring(held.terms.bits), 0.0
    near = 1 << (held.terms.bits - 3)  # a quarter of the ring is nearer to zero than this
    for number in range(1, len(held.shares)):
        apart = ring.undo((held.shares[:number] - held.shares[number]) & ring.mask)
        share = (np.abs(apart) < near).mean(axis=1)
        worst = max(worst, float(np.abs(share - 0.25).max()))
    error = math.sqrt(0.25 * 0.75 / held.terms.length)
    pairs = len(held.shares) * (len(held.shares) - 1) // 2
    return min(1.0, pairs * math.erfc(worst / error / math.sqrt(2.0)))


def correlation(held: Held, shared: Integers) -> float:
    """Signs of the shares agree with those of what was shared no better than with those of other reports.

    A permutation test: which share belongs to which report is drawn anew. Judged by all coordinates together and by the
    most telling one, p doubled for the choice.
    """
    rng = np.random.default_rng(1)
    mine, true = held.signs, np.sign(shared).astype(np.float32)
    reached = np.array([_agreement(mine, true)])
    drawn = np.array(
        [_agreement(mine, true[rng.permutation(len(true))]) for _ in range(PERMUTATIONS)]
    )
    as_well = (drawn >= reached).sum(axis=0)  # (2,)
    return float(min(1.0, 2.0 * (1 + as_well.min()) / (1 + PERMUTATIONS)))


def lengths_alike(held: Held, _: Integers) -> float:
    """Every report has as many bytes as any other."""
    return 1.0 if len(set(held.lengths)) == 1 else 0.0


def seed_unguessed(held: Held, _: Integers) -> float:
    """No seed out of few makes a report of a share: each is tried on the first shares that are held.

    What is left of a wrong guess lies within the stated norm with a chance below 2^-64: p is 0 where one does.
    """
    bound, ring = held.terms.norm_bound, Ring(held.terms.bits)
    for share, context in zip(held.shares[:4], held.contexts, strict=False):
        for guess in guesses():
            stream = expand(guess, _GUESSED_AT, held.terms.bits, context)
            if (np.abs(ring.undo((share[:_GUESSED_AT] + stream) & ring.mask)) <= bound).all():
                return 0.0
    return 1.0


TESTS: dict[str, Test] = {
    "bytes": bytes_alike,
    "top bits": top_bits,
    "each coordinate": each_coordinate,
    "pairs": pairs_apart,
    "correlation": correlation,
    "lengths": lengths_alike,
    "guessed seed": seed_unguessed,
}


def guesses() -> Iterator[ReportSeed]:
    """Yield every seed that a source of few bits could give."""
    for number in range(1 << GUESSED_BITS):
        yield ReportSeed(number.to_bytes(32, "big"))


def chi_square(counts: npt.NDArray[np.int64]) -> float:
    """How likely counts of values that are all as likely are at least so uneven."""
    expected = counts.sum() / len(counts)
    return tail(float(((counts - expected) ** 2 / expected).sum()), len(counts) - 1)


def tail(value: float, freedom: int) -> float:
    """P(chi-square of so many degrees of freedom >= value)."""
    spread = 2.0 / (9.0 * freedom)
    deviations = ((value / freedom) ** (1.0 / 3.0) - (1.0 - spread)) / math.sqrt(spread)
    return 0.5 * math.erfc(deviations / math.sqrt(2.0))


def fisher(chances: Sequence[float]) -> float:
    """Join independent tests' chances into one (Fisher 1925)."""
    return tail(-2.0 * math.fsum(math.log(chance) for chance in chances), 2 * len(chances))


def _agreement(mine: npt.NDArray[np.float32], true: npt.NDArray[np.float32]) -> tuple[float, float]:
    """(over all coordinates, at the most telling one): how far signs agree or disagree."""
    each = np.einsum("rc,rc->c", mine, true)
    return abs(float(each.sum())), float(np.abs(each).max())
