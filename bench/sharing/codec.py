"""What a report costs to encode, to share and to sum, and a batch to be noised; prints its section of a document.

    python -m bench.sharing.codec     # about ten seconds

Processor time of one thread, medians. A helper's share stands beside its floor, measured in the same run: one AES
pass over its stream, one addition, one write of as many bytes. Machines differ, the ratios hardly do.
"""

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import thread_time

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bench.document import table
from hushkey.sync.codec import (
    Codec,
    CodecTerms,
    add_into,
    expand,
    pack,
    packed_bytes,
    split,
    unpack,
)
from hushkey.sync.codec.terms import blocks
from hushkey.sync.keys import ReportSeed
from hushkey.sync.privacy import discrete_gaussian, sigma_for

# Numbers: the plan in use, the sharing design's larger set, a full shareable set.
SIZES = (4_096, 71_680, 150_000)
BATCH, AGE_WEIGHT, EPSILON, REPORTS = 1_000, 15, 8.0, 10
SIGMAS = (10, 100_000, 1 << 26)
NOISED = 100_000  # coordinates
COMMAND = "python -m bench.sharing.codec"


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor seconds of one report, and its floor."""

    dimension: int
    bits: int
    sent_bytes: int  # the leader's share, before it is sealed
    encode: float
    split: float  # and packed
    leader: float  # unpacked and added
    helper: float  # expanded and added
    floor: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=101)
    options = parser.parse_args()
    print(section([costs(size, options.repeats) for size in SIZES], noise(options.repeats)))


def costs(dimension: int, repeats: int) -> Costs:
    """Measure one report of a size, under terms that keep epsilon 8 over ten reports."""
    terms = _terms(dimension)
    codec, seed = Codec(terms), ReportSeed.generate(os.urandom)
    delta = np.random.default_rng(1).standard_normal(dimension).astype(np.float32) / 64
    encoded = codec.encode(delta, 0.5, os.urandom)
    wire = pack(split(encoded, seed, terms.bits, b"r"), terms.bits)
    total = np.zeros(terms.length, np.uint64)

    def leader() -> None:
        add_into(total, unpack(wire, terms.length, terms.bits), AGE_WEIGHT, terms.bits)

    def helper() -> None:
        add_into(total, expand(seed, terms.length, terms.bits, b"r"), AGE_WEIGHT, terms.bits)

    timed = _medians(
        [
            lambda: codec.encode(delta, 0.5, os.urandom),
            lambda: pack(split(encoded, seed, terms.bits, b"r"), terms.bits),
            leader,
            helper,
            _floor(terms.length),
        ],
        repeats,
    )
    return Costs(dimension, terms.bits, packed_bytes(terms.length, terms.bits), *timed)


def noise(repeats: int) -> list[tuple[int, float, float]]:
    """Measure sigma, seconds of noise for 100,000 coordinates, and of drawing 8 random bytes for each."""
    found = []
    for sigma in SIGMAS:
        drawing, bytes_alone = _medians(
            [
                lambda sigma=sigma: discrete_gaussian(sigma, NOISED, os.urandom),
                lambda: os.urandom(8 * NOISED),
            ],
            max(3, repeats // 10),
        )
        found.append((sigma, drawing, bytes_alone))
    return found


def section(reports: list[Costs], noises: list[tuple[int, float, float]]) -> str:
    """Return both tables, in milliseconds."""
    head = ["numbers", "bits", "leader's share", "encode", "split, pack", "leader: unpack, add"]
    head += ["helper: expand, add", "its floor", "by its floor"]
    rows = [
        [
            f"{each.dimension:,}",
            str(each.bits),
            f"{each.sent_bytes:,} B",
            *(
                _ms(part)
                for part in (each.encode, each.split, each.leader, each.helper, each.floor)
            ),
            f"{each.helper / each.floor:.1f}",
        ]
        for each in reports
    ]
    noise_rows = [
        [f"{sigma:,}", _ms(drawing), _ms(alone), f"{drawing / alone:.0f}"]
        for sigma, drawing, alone in noises
    ]
    noise_head = ["sigma", "100,000 coordinates", "8 random bytes each", "ratio"]
    return (
        f"`{COMMAND}`: processor time of one report in milliseconds; "
        f"terms for {BATCH:,} reports, age weights to {AGE_WEIGHT}, epsilon {EPSILON:g} over {REPORTS} reports.\n\n"
        f"{table(head, rows)}\n\n"
        "The floor is one AES pass over the stream, one addition and one write of as many bytes.\n\n"
        "Exact discrete Gaussian noise, once a batch and aggregator, in milliseconds:\n\n"
        f"{table(noise_head, noise_rows)}"
    )


def _terms(dimension: int) -> CodecTerms:
    terms = CodecTerms(
        dimension=dimension,
        clip_norm=0.5,
        scale=1 << 15,
        weight_units=1 << 10,
        bits=62,
        kept=sum(blocks(dimension)),
        rotation_seed=bytes(32),
    )
    sigma = sigma_for(EPSILON, AGE_WEIGHT * terms.norm_bound, REPORTS)
    return terms.fitted(BATCH, AGE_WEIGHT, sigma)


def _floor(length: int) -> Callable[[], None]:
    """Return one AES pass, one addition, one write."""
    stream = np.zeros(8 * length, np.uint8)
    total, written = np.zeros(length, np.uint64), np.zeros(length, np.uint64)
    encryptor = Cipher(algorithms.AES(bytes(32)), modes.CTR(bytes(16))).encryptor()

    def once() -> None:
        encryptor.update_into(stream.data, stream.data)
        np.add(total, stream.view(np.uint64), out=total)
        np.copyto(written, total)

    return once


def _medians(works: list[Callable[[], object]], repeats: int) -> list[float]:
    """Take turns, so that a busy minute falls on all alike."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, times in zip(works, took, strict=True):
            began = thread_time()
            work()
            times.append(thread_time() - began)
    return [median(times) for times in took]


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.2f}"


if __name__ == "__main__":
    main()
