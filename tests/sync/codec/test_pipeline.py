"""The whole way: exact to the bit, within the stated norm, unbiased, and refusals before anything is drawn."""

import json
import math
from dataclasses import replace
from pathlib import Path

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_vectors import recorded

from hushkey.model.directions import Directions, principal
from hushkey.sync.codec import Codec, CodecTerms, add_into, expand, join, pack, split, unpack
from hushkey.sync.codec.ring import Ring
from hushkey.sync.codec.rotate import Rotate
from hushkey.sync.errors import CodecRefused
from hushkey.sync.keys import ReportSeed
from hushkey.sync.privacy import discrete_gaussian

VECTORS = Path(__file__).parent / "vectors" / "codec.json"
TERMS = CodecTerms(
    dimension=4096,
    clip_norm=0.5,
    scale=1 << 14,
    weight_units=1 << 10,
    bits=40,
    kept=4096,
    rotation_seed=bytes(range(32)),
)


def entropy(seed: int):
    return np.random.default_rng(seed).bytes


def adapter_like(rng: np.random.Generator) -> np.ndarray:
    """A delta as training leaves one: float32, low rank with heavy tails, at some scale, now and then nothing."""
    rows = rng.standard_t(3, (16, 4)) @ rng.standard_normal((4, 256))
    scale = rng.choice([0.0, 1e-6, 1e-4, 1e-2, 1.0])
    return (scale * rows.ravel()).astype(np.float32)


def batch_of(codec: Codec, reports: list, *, sigma: int = 0, seed: int = 0):
    """Both roles' sums joined, the plain integer sum, and what the integers were."""
    terms = codec.terms
    leader, helper = np.zeros(terms.length, np.uint64), np.zeros(terms.length, np.uint64)
    plain = np.zeros(terms.length, np.int64)
    for number, (delta, weight, age_weight) in enumerate(reports):
        report_seed = ReportSeed(number.to_bytes(32, "big"))
        encoded = codec.encode(delta, weight, entropy(number))
        plain += age_weight * codec.integers(delta, weight, entropy(number))
        wire = pack(split(encoded, report_seed, terms.bits, b"r"), terms.bits)
        add_into(leader, unpack(wire, terms.length, terms.bits), age_weight, terms.bits)
        add_into(
            helper, expand(report_seed, terms.length, terms.bits, b"r"), age_weight, terms.bits
        )
    ring, draw = Ring(terms.bits), entropy(seed)
    for total in (leader, helper):
        add_into(total, ring.apply(discrete_gaussian(sigma, terms.length, draw)), 1, terms.bits)
    return join(leader, helper, terms.bits), plain


def test_over_two_hundred_adapters_the_unmasked_sum_is_the_plain_fixed_point_sum_to_the_bit():
    rng = np.random.default_rng(200)
    reports = [
        (adapter_like(rng), float(rng.random()), int(rng.integers(1, 16))) for _ in range(200)
    ]
    codec = Codec(TERMS.fitted(200, 15, 0))
    total, plain = batch_of(codec, reports)
    assert np.array_equal(Ring(codec.terms.bits).undo(total), plain)
    assert np.any(plain)


@settings(max_examples=25)
@given(st.integers(1, 200), st.integers(1, 6), st.integers(0, 2**32), st.data())
def test_any_sum_of_encoded_vectors_is_the_sum_of_their_integers(dimension, count, seed, data):
    rng = np.random.default_rng(seed)
    padded = -(-dimension // 64) * 64
    kept = data.draw(st.integers(1, padded))
    terms = replace(TERMS, dimension=dimension, kept=kept, scale=int(2 ** rng.integers(0, 20)))
    codec = Codec(terms.fitted(count, 15, 0))
    reports = [
        (
            rng.standard_normal(dimension) * 10.0 ** rng.integers(-6, 6),
            rng.random(),
            int(rng.integers(1, 16)),
        )
        for _ in range(count)
    ]
    total, plain = batch_of(codec, reports)
    assert np.array_equal(Ring(codec.terms.bits).undo(total), plain)


@settings(max_examples=50)
@given(
    st.integers(1, 300),
    st.floats(1e-3, 10),
    st.integers(1, 2**20),
    st.floats(0, 1),
    st.integers(0, 2**32),
)
def test_no_encoded_vector_is_longer_than_the_stated_bound(dimension, clip, scale, weight, seed):
    padded = -(-dimension // 64) * 64
    terms = replace(TERMS, dimension=dimension, clip_norm=clip, scale=scale, kept=padded)
    delta = 100.0 * np.random.default_rng(seed).standard_normal(dimension)
    integers = Codec(terms).integers(delta, weight, entropy(seed))
    assert sum(int(each) ** 2 for each in integers) <= terms.norm_bound**2


def test_roundings_beyond_the_bound_are_drawn_anew_on_the_whole_way():
    """A delta whose rotation is a half everywhere: of its plain roundings, one in fifty is too long."""
    terms = replace(TERMS, clip_norm=32.0, scale=1, weight_units=1)
    codec = Codec(terms)
    halves = Rotate(4096, terms.rotation_seed).undo(np.full(4096, 0.5))
    plain = replace(codec.fixed_point, limit=2**62)
    too_long = 0
    for seed in range(300):
        integers = codec.integers(halves, 1.0, entropy(seed))
        assert int(np.sum(integers**2)) <= terms.norm_bound**2
        free = plain.apply(np.full(4096, 0.5), entropy(seed))
        too_long += int(np.sum(free**2)) + 1 > terms.norm_bound**2
    assert 0 < too_long < 30


def along(count: int, size: int = 200) -> Directions:
    rng = np.random.default_rng(8)
    return principal(rng.standard_normal((count, size)), count, {"lstm_bias": 1})


def test_along_directions_a_sum_comes_back_as_what_of_the_deltas_lies_in_them():
    directions = along(5)
    codec = Codec(replace(TERMS, dimension=5, kept=64), directions)
    rng = np.random.default_rng(9)
    deltas = rng.standard_normal((7, 200)).astype(np.float32)
    total = np.zeros(codec.terms.length, np.uint64)
    expected = np.zeros(200)
    rows = directions.rows.astype(np.float64)
    for number, delta in enumerate(deltas):
        add_into(total, codec.encode(delta, 1.0, entropy(number)), 1, TERMS.bits)
        expected += rows.T @ np.array(naive.normalize((rows @ delta).tolist(), 0.5))
    decoded = codec.decode_sum(total)
    assert len(decoded.vector) == codec.size == 200
    assert np.allclose(decoded.vector, expected, atol=7 * 2 / TERMS.scale)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.floats(0, 1), st.floats(1e-30, 1e30))
def test_along_directions_no_report_is_longer_than_the_stated_bound(seed, weight, by):
    codec = Codec(replace(TERMS, dimension=5, kept=64), along(5))
    delta = by * np.random.default_rng(seed).standard_normal(200)
    integers = codec.integers(delta, weight, entropy(seed))
    assert sum(int(each) ** 2 for each in integers) <= codec.terms.norm_bound**2


def test_zeros_go_the_same_way_along_directions():
    codec = Codec(replace(TERMS, dimension=5, kept=64), along(5))
    assert not np.any(codec.decode_sum(codec.zero(entropy(1))).vector)


def variance_ratio(residual: np.ndarray, variance: float) -> float:
    """How many standard deviations a residual's mean square lies from a variance, were it that Gaussian's."""
    return float(
        (np.mean(residual.astype(np.float64) ** 2) / variance - 1) / np.sqrt(2 / len(residual))
    )


@pytest.mark.parametrize("sigma", [50, 200_000])
def test_with_noise_on_the_residual_is_of_the_stated_sigma_and_of_no_other(sigma):
    rng = np.random.default_rng(9)
    terms = replace(TERMS, dimension=71_680, kept=71_680).fitted(20, 15, sigma)
    reports = [(rng.standard_normal(71_680), rng.random(), 3) for _ in range(20)]
    total, plain = batch_of(Codec(terms), reports, sigma=sigma, seed=11)
    residual = Ring(terms.bits).undo(total) - plain
    assert abs(variance_ratio(residual, 2 * sigma**2)) < 4  # of both aggregators
    assert abs(residual.mean()) < 4 * sigma * np.sqrt(2 / len(residual))
    for wrong in (0.97, 1.03):
        assert abs(variance_ratio(residual, 2 * (wrong * sigma) ** 2)) > 6
    assert abs(variance_ratio(residual, sigma**2)) > 6  # as if one had added none


def test_a_sum_is_decoded_to_that_of_the_weighted_normalized_deltas():
    rng = np.random.default_rng(4)
    codec = Codec(TERMS.fitted(30, 15, 0))
    reports = [
        (adapter_like(rng), float(rng.random()), int(rng.integers(1, 16))) for _ in range(30)
    ]
    decoded = codec.decode_sum(batch_of(codec, reports)[0])
    expected = sum(
        age_weight * weight * np.array(naive.normalize(delta.tolist(), 0.5))
        for delta, weight, age_weight in reports
    )
    # Each number was rounded once a report, by less than one unit, times its age weight.
    spread = math.sqrt(sum(age_weight**2 for *_, age_weight in reports)) / TERMS.scale
    assert np.abs(decoded.vector - expected).max() < 4 * spread
    assert abs(decoded.weight - sum(weight * age for _, weight, age in reports)) < 30 * 15 / 1024
    assert decoded.vector.dtype == np.float64


def test_with_a_mask_the_sum_is_unbiased_over_seeds():
    delta = np.random.default_rng(5).standard_normal(256)
    delta *= TERMS.clip_norm / np.linalg.norm(delta)
    mean = np.zeros(256)
    for number in range(400):
        terms = replace(TERMS, dimension=256, kept=64, rotation_seed=number.to_bytes(32, "big"))
        codec = Codec(terms)
        mean += codec.decode_sum(codec.encode(delta, 1.0, entropy(number))).vector / 400
    # A masked coordinate's error is about sqrt(3) of the delta's own spread, a 400th of it in variance.
    assert np.sqrt(np.mean((mean - delta) ** 2)) < 1.3 * np.sqrt(3 / 400) * delta.std()
    assert np.dot(mean, delta) / np.dot(delta, delta) == pytest.approx(1.0, abs=0.05)


class Recording:
    """Bytes that were drawn, by their number."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, size: int) -> bytes:
        self.sizes.append(size)
        return bytes(size)


def test_a_refused_report_goes_the_same_way_as_any_other():
    codec, refused, sent = Codec(TERMS), Recording(), Recording()
    zero = codec.zero(refused)
    other = codec.encode(np.full(4096, 1e-3, np.float32), 0.7, sent)
    assert not zero.any()
    assert zero.shape == other.shape
    assert zero.dtype == other.dtype
    assert refused.sizes == sent.sizes == [8 * 4096]
    assert codec.decode_sum(zero).weight == 0.0
    assert len(pack(zero, TERMS.bits)) == len(pack(other, TERMS.bits))


BAD = np.zeros(4096)
BAD[7] = np.nan
INFINITE = np.zeros(4096, np.float32)
INFINITE[7] = np.inf


@pytest.mark.parametrize(
    ("delta", "weight"),
    [
        (BAD, 0.5),
        (INFINITE, 0.5),
        (np.zeros(4095), 0.5),
        (np.zeros((64, 64)), 0.5),
        (np.zeros(4096, np.int64), 0.5),
        (np.zeros(4096, np.complex128), 0.5),
        (np.zeros(4096), math.nan),
        (np.zeros(4096), -0.1),
        (np.zeros(4096), 1.1),
    ],
)
def test_what_is_no_finite_delta_is_refused_before_anything_is_drawn(delta, weight):
    source = Recording()
    with pytest.raises(CodecRefused, match="nothing was encoded"):
        Codec(TERMS).encode(delta, weight, source)
    assert source.sizes == []


@pytest.mark.parametrize(
    "total",
    [np.zeros(4096, np.uint64), np.zeros(4097, np.int64), np.full(4097, 1 << 40, np.uint64)],
    ids=["short", "signed", "beyond the ring"],
)
def test_what_is_no_sum_is_refused(total):
    with pytest.raises(CodecRefused, match="a sum"):
        Codec(TERMS).decode_sum(total)


def test_the_largest_finite_delta_is_encoded():
    codec = Codec(TERMS)
    delta = np.full(4096, np.finfo(np.float64).max)
    vector = codec.decode_sum(codec.encode(delta, 1.0, entropy(1))).vector
    assert np.linalg.norm(vector) == pytest.approx(0.5, rel=0.02)


def test_the_recorded_example_is_the_twins():
    """All but the way back of floats, whose last digits a library may round otherwise."""
    held, twin = json.loads(VECTORS.read_text(encoding="utf-8")), recorded()
    assert np.allclose(held.pop("decoded"), twin.pop("decoded"), rtol=0, atol=1e-12)
    assert held == twin


def test_the_recorded_example_comes_out_as_written():
    """What another implementation can check itself by; recorded from the twin and not from the codec."""
    held = json.loads(VECTORS.read_text(encoding="utf-8"))
    terms = CodecTerms(
        **{**held["terms"], "rotation_seed": bytes.fromhex(held["terms"]["rotation_seed"])}
    )
    delta, drawn = np.array(held["delta"]), bytes.fromhex(held["entropy"])
    encoded = Codec(terms).encode(delta, held["weight"], lambda size: drawn[:size])
    seed, context = ReportSeed(bytes.fromhex(held["seed"])), held["context"].encode()
    leader = split(encoded, seed, terms.bits, context)
    assert terms.norm_bound == held["norm_bound"]
    assert Ring(terms.bits).undo(encoded).tolist() == held["integers"]
    assert expand(seed, terms.length, terms.bits, context).tolist() == held["helper_share"]
    assert pack(leader, terms.bits).hex() == held["leader_share"]
    decoded = Codec(terms).decode_sum(encoded)
    assert np.allclose(decoded.vector, held["decoded"], rtol=0, atol=1e-12)
    for bad in held["bad_leader_shares"]:
        with pytest.raises(CodecRefused):
            unpack(bytes.fromhex(bad), terms.length, terms.bits)
