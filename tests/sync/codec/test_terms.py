"""Terms: sizes, the stated norm, and a ring that no sum wraps in."""

import math
from dataclasses import replace

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.codec import CodecTerms, join
from hushkey.sync.codec.ring import Ring
from hushkey.sync.codec.terms import BITS_MAX, blocks, root_up
from hushkey.sync.errors import CodecRefused, SyncError
from hushkey.sync.privacy.gaussian import SIGMA_MAX

SEED = bytes(range(32))
TERMS = CodecTerms(
    dimension=4096,
    clip_norm=0.5,
    scale=1 << 14,
    weight_units=1 << 10,
    bits=40,
    kept=4096,
    rotation_seed=SEED,
)


@given(st.integers(1, 200_000))
def test_blocks_are_falling_powers_of_two_that_cover_the_dimension(dimension):
    sizes = blocks(dimension)
    assert list(sizes) == naive.blocks(dimension)
    assert 0 <= sum(sizes) - dimension < 64
    assert all(size.bit_count() == 1 and size >= 64 for size in sizes)


def test_the_sizes_of_the_design_need_no_padding():
    assert blocks(71_680) == (65_536, 4096, 2048)
    assert blocks(4096) == (4096,)


@given(st.integers(0, 2**130))
def test_a_root_is_rounded_up(square):
    root = root_up(square)
    assert root * root >= square
    assert root == 0 or (root - 1) ** 2 < square


@given(st.floats(1e-3, 100), st.integers(1, 2**20), st.integers(1, 2**14), st.integers(1, 4096))
def test_the_norm_bound_is_the_papers_with_the_weight_in_quadrature(clip, scale, units, kept):
    bound = replace(TERMS, clip_norm=clip, scale=scale, weight_units=units, kept=kept).norm_bound
    reach, beta = clip * scale, math.exp(-0.5)
    paper = min(
        (reach + math.sqrt(kept)) ** 2,
        reach**2 + kept / 4 + math.sqrt(2 * math.log(1 / beta)) * (reach + math.sqrt(kept) / 2),
    )
    exact = math.sqrt(paper + units**2)
    assert isinstance(bound, int)
    assert exact * (1 - 1e-12) <= bound <= exact + 4  # each term is rounded up


@pytest.mark.parametrize(
    "wrong",
    [
        {"dimension": 0},
        {"dimension": 1 << 25},
        {"clip_norm": 0.0},
        {"clip_norm": -1.0},
        {"clip_norm": math.inf},
        {"clip_norm": math.nan},
        {"scale": 0},
        {"scale": 1 << 33},  # a squared norm would not fit
        {"weight_units": 0},
        {"weight_units": 1 << 31},
        {"bits": 1},
        {"bits": 63},
        {"kept": 0},
        {"kept": 4097},
        {"rotation_seed": bytes(31)},
    ],
    ids=str,
)
def test_terms_that_cannot_be_are_refused(wrong):
    with pytest.raises(CodecRefused, match=r"no(thing was| terms were) made"):
        replace(TERMS, **wrong)


batches = st.integers(1, 20_000)
weights = st.integers(1, 15)
sigmas = st.integers(0, SIGMA_MAX)


@given(batches, weights, sigmas)
def test_one_bit_fewer_is_refused_and_the_fitted_ring_is_not(batch, weight, sigma):
    fitted = TERMS.fitted(batch, weight, sigma)
    fitted.require_room(batch, weight, sigma)
    narrower = replace(fitted, bits=fitted.bits - 1)
    with pytest.raises(CodecRefused, match=f"take {fitted.bits} bits"):
        narrower.require_room(batch, weight, sigma)


@given(batches, weights, sigmas)
def test_the_largest_sum_does_not_wrap_and_would_with_one_bit_fewer(batch, weight, sigma):
    bits = TERMS.smallest_bits(batch, weight, sigma)
    largest = TERMS.largest_sum(batch, weight, sigma)
    extremes = np.array([largest, -largest], np.int64)
    assert Ring(bits).undo(Ring(bits).apply(extremes)).tolist() == [largest, -largest]
    narrow = Ring(bits - 1)
    assert narrow.undo(narrow.apply(extremes)).tolist() != [largest, -largest]


@pytest.mark.parametrize(("bound", "bits"), [(1023, 11), (1024, 12)])
def test_the_most_negative_number_of_a_ring_is_left_unused(bound, bits):
    """At 2^(m-1) - 1 a sum fits as it is and negated; 2^(m-1) takes another bit."""
    small = replace(TERMS, dimension=64, kept=64, scale=1, clip_norm=1.0)
    terms = replace(small, weight_units=math.isqrt(bound * bound - small.rounded_square))
    assert terms.norm_bound == bound
    assert terms.smallest_bits(1, 1, 0) == bits


@given(batches, weights, st.integers(100, SIGMA_MAX))
def test_the_room_for_noise_fails_less_than_once_in_two_to_the_forty(batch, weight, sigma):
    tail = TERMS.largest_sum(batch, weight, sigma) - TERMS.largest_sum(batch, weight, 0)
    log2_chance = math.log2(2 * TERMS.length) - tail**2 / (4 * sigma**2) / math.log(2)
    assert -44 < log2_chance < -40  # and no wider than it need be


def test_the_most_that_a_batch_can_send_comes_out_whole_in_the_smallest_ring():
    """Every device at the bound in one coordinate, the highest age weight, both noises at their tails."""
    batch, weight, sigma = 700, 15, 500_000
    terms = TERMS.fitted(batch, weight, sigma)
    ring = Ring(terms.bits)
    report = np.array([terms.norm_bound, -terms.norm_bound], np.int64)
    tail = terms.largest_sum(batch, weight, sigma) - terms.largest_sum(batch, weight, 0)
    total = ring.apply(np.array([tail, -tail], np.int64))
    for _ in range(batch):
        total = join(total, ring.apply(weight * report), terms.bits)
    expected = weight * batch * terms.norm_bound + tail
    assert ring.undo(total).tolist() == [expected, -expected]


def test_sums_beyond_every_ring_are_refused():
    with pytest.raises(CodecRefused, match=f"the widest has {BITS_MAX}"):
        replace(TERMS, scale=1 << 30).smallest_bits(1 << 30, 15, 0)


@pytest.mark.parametrize("wrong", [(0, 1, 1), (1, 0, 1), (1, 1, -1), (1, 1, SIGMA_MAX + 1)])
def test_room_for_no_batch_is_refused(wrong):
    with pytest.raises(CodecRefused):
        TERMS.require_room(*wrong)


def test_what_the_codec_refuses_is_under_the_root_of_sharing():
    assert issubclass(CodecRefused, SyncError)
