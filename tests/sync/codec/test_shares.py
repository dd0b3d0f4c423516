"""Two shares of a report: each a stream of its own, together the report, their sums its sum."""

import naive_codec as naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.sync.codec import add_into, expand, join, split
from hushkey.sync.errors import CodecRefused
from hushkey.sync.keys import ReportSeed

seeds = st.binary(min_size=32, max_size=32).map(ReportSeed)
widths = st.integers(2, 62)
SEED = ReportSeed(bytes(range(32)))


def drawn(bits: int, length: int, number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 2**bits, length, dtype=np.uint64)


@given(seeds, st.integers(0, 100), widths, st.binary(max_size=40))
def test_a_helpers_share_is_a_counter_stream_of_its_seed_and_context(seed, length, bits, context):
    share = expand(seed, length, bits, context)
    assert share.tolist() == naive.expand(seed.reveal(), length, bits, context)


@given(seeds, widths, st.integers(1, 60), st.integers(0, 2**32))
def test_both_shares_join_to_the_report(seed, bits, length, number):
    report = drawn(bits, length, number)
    leader = split(report, seed, bits, b"report")
    helper = expand(seed, length, bits, b"report")
    assert np.array_equal(join(leader, helper, bits), report)


@given(widths, st.lists(st.integers(1, 15), min_size=1, max_size=8), st.integers(0, 2**32))
def test_sums_of_shares_join_to_the_weighted_sum_of_reports(bits, weights, number):
    leader, helper = np.zeros(40, np.uint64), np.zeros(40, np.uint64)
    plain = [0] * 40
    for place, weight in enumerate(weights):
        seed = ReportSeed(bytes([place]) * 32)
        report = drawn(bits, 40, number + place)
        add_into(leader, split(report, seed, bits, b"r"), weight, bits)
        add_into(helper, expand(seed, 40, bits, b"r"), weight, bits)
        plain = [
            (one + weight * int(other)) % 2**bits for one, other in zip(plain, report, strict=True)
        ]
    assert join(leader, helper, bits).tolist() == plain


@given(seeds, widths, st.integers(0, 2**32))
def test_any_other_report_fits_the_leaders_share_with_some_mask(seed, bits, number):
    """Perfect secrecy of the one-time pad: the share alone excludes nothing."""
    leader = split(drawn(bits, 20, number), seed, bits, b"r")
    other = drawn(bits, 20, number + 1)
    mask = (other - leader) & np.uint64(2**bits - 1)
    assert np.array_equal(join(leader, mask, bits), other)


def test_another_context_or_seed_is_another_stream():
    streams = [
        expand(SEED, 50, 32, b"one"),
        expand(SEED, 50, 32, b"two"),
        expand(SEED, 50, 32, b""),
        expand(ReportSeed(bytes(32)), 50, 32, b"one"),
    ]
    assert len({tuple(each.tolist()) for each in streams}) == 4


def test_each_bit_of_a_leaders_share_of_nothing_is_set_half_the_time():
    """Of 100,000 elements, within five standard deviations, at each of 29 bits; and no element twice as often."""
    share = split(np.zeros(100_000, np.uint64), SEED, 29, b"r")
    for bit in range(29):
        ones = int(np.sum(share >> np.uint64(bit) & np.uint64(1)))
        assert abs(ones - 50_000) < 5 * np.sqrt(25_000)
    counts = np.bincount((share >> np.uint64(19)).astype(np.int64), minlength=1024)
    statistic = float(np.sum((counts - 100_000 / 1024) ** 2) / (100_000 / 1024))
    assert abs(statistic - 1023) < 5 * np.sqrt(2 * 1023)


@pytest.mark.parametrize("length", [1, 8192, 8193, 20_001])
def test_a_share_longer_than_what_is_added_at_a_time_is_added_whole(length):
    total, share = drawn(29, length, 1), drawn(29, length, 2)
    expected = [
        (int(one) + 15 * int(other)) % 2**29 for one, other in zip(total, share, strict=True)
    ]
    add_into(total, share, 15, 29)
    assert total.tolist() == expected


@pytest.mark.parametrize("weight", [0, 16, -1])
def test_an_age_weight_that_is_none_is_refused_and_nothing_added(weight):
    total = np.arange(4, dtype=np.uint64)
    with pytest.raises(CodecRefused, match="age weight"):
        add_into(total, np.ones(4, np.uint64), weight, 8)
    assert total.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "share",
    [np.ones(5, np.uint64), np.ones(4, np.int64), np.full(4, 256, np.uint64)],
    ids=["longer", "signed", "beyond the ring"],
)
def test_a_share_that_is_none_is_refused_and_nothing_added(share):
    total = np.arange(4, dtype=np.uint64)
    with pytest.raises(CodecRefused, match="a share"):
        add_into(total, share, 1, 8)
    assert total.tolist() == [0, 1, 2, 3]
    with pytest.raises(CodecRefused):
        join(total, share, 8)
    if share.shape == (4,):
        with pytest.raises(CodecRefused, match="a report"):
            split(share, SEED, 8, b"r")


def test_only_a_report_seed_is_expanded():
    with pytest.raises(AttributeError):
        expand(bytes(32), 4, 8, b"r")  # type: ignore[arg-type]
