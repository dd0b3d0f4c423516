"""Adapters add up exactly, travel as bytes, and refuse what is not theirs."""

import contextlib

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.adapter import (
    NAMES,
    PERSONAL,
    SHAREABLE,
    Adapter,
    AdapterShape,
    fixed_factors,
)
from hushkey.model.errors import ModelMismatch

SHAPE = AdapterShape(vocabulary=20, width=8, hidden=3, layers=2, rank=4)


def filled(seed: int, *, base: str = "a-base", factors: int = 7) -> Adapter:
    """An adapter of whole numbers, so that sums are exact in any order."""
    rng = np.random.default_rng(seed)
    tensors = {name: rng.integers(-99, 99, SHAPE.of(name)).astype(np.float32) for name in NAMES}
    return Adapter(base, factors, **tensors)


def same(one: Adapter, other: Adapter) -> bool:
    return all(
        np.array_equal(value, other.tensors()[name]) for name, value in one.tensors().items()
    )


SEEDS = st.integers(0, 1000)


@given(SEEDS, SEEDS, SEEDS)
def test_adding_does_not_mind_order_or_grouping(a, b, c):
    one, two, three = filled(a), filled(b), filled(c)
    assert same(one.plus(two), two.plus(one))
    assert same(one.plus(two).plus(three), one.plus(two.plus(three)))


@given(SEEDS)
def test_zero_changes_nothing_and_minus_one_undoes(seed):
    adapter = filled(seed)
    zero = Adapter.zero(SHAPE, base="a-base", seed=7)
    assert same(adapter.plus(zero), adapter)
    assert same(adapter.plus(adapter.scaled(-1.0)), zero)


@given(SEEDS, SEEDS)
def test_a_network_sees_the_sum_of_adapters_as_the_sum_of_their_residuals(a, b):
    one, two = filled(a), filled(b)
    x = np.arange(8, dtype=np.float64)
    fixed, _ = fixed_factors(7, SHAPE.width, SHAPE.rank)
    parts = (x @ fixed) @ one.input.astype(float) + (x @ fixed) @ two.input.astype(float)
    assert np.allclose((x @ fixed) @ one.plus(two).input.astype(float), parts)


def test_the_norm_is_that_of_all_numbers_together():
    adapter = filled(1)
    every = np.concatenate([value.ravel() for value in adapter.tensors().values()])
    assert adapter.norm() == pytest.approx(np.linalg.norm(every))
    assert adapter.norm(SHAREABLE) ** 2 + adapter.norm(PERSONAL) ** 2 == pytest.approx(
        adapter.norm() ** 2
    )


def test_what_may_be_shared_holds_nothing_of_the_output_bias():
    shared = filled(1).only(SHAREABLE)
    assert not shared.output_bias.any()
    assert shared.norm(SHAREABLE) == filled(1).norm(SHAREABLE)


@given(SEEDS)
def test_an_adapter_comes_back_from_its_bytes_and_gives_the_same_ones(seed):
    adapter = filled(seed)
    data = adapter.to_bytes()
    back = Adapter.from_bytes(data, SHAPE, base="a-base")
    assert same(back, adapter)
    assert (back.seed, back.base) == (7, "a-base")
    assert back.to_bytes() == data


def test_the_fixed_factors_are_in_no_bytes_and_the_same_on_every_machine():
    found = safetensors.numpy.load(filled(1).to_bytes())
    assert set(found) == set(NAMES)
    input_fixed, output_fixed = fixed_factors(7, 8, 4)
    signs = "".join("+" if value > 0 else "-" for value in input_fixed.ravel())
    assert signs == "+---++++-+-++---++------+--++-++"  # by openssl dgst -shake256
    assert np.allclose(np.linalg.norm(output_fixed, axis=0), 1.0)
    assert not np.array_equal(input_fixed, output_fixed)


def test_nobody_can_write_into_an_adapter():
    adapter = filled(1)
    for value in adapter.graph_inputs().values():
        with pytest.raises(ValueError, match="read-only"):
            value[0] = 1.0


def test_an_adapter_does_not_show_what_was_learned():
    assert "[" not in repr(filled(1))


@given(st.binary(max_size=300))
def test_hostile_bytes_are_a_mismatch(data):
    with pytest.raises(ModelMismatch):
        Adapter.from_bytes(data, SHAPE, base="a-base")


@given(st.data())
def test_bytes_with_one_changed_never_do_worse_than_a_mismatch(data):
    written = bytearray(filled(1).to_bytes())
    place = data.draw(st.integers(0, len(written) - 1))
    written[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ModelMismatch):
        Adapter.from_bytes(bytes(written), SHAPE, base="a-base")


@given(st.integers(0, 500))
def test_bytes_cut_short_are_a_mismatch(kept):
    with pytest.raises(ModelMismatch):
        Adapter.from_bytes(filled(1).to_bytes()[:kept], SHAPE, base="a-base")


def test_bytes_far_too_long_are_refused_before_they_are_read():
    with pytest.raises(ModelMismatch):
        Adapter.from_bytes(b"\0" * 1_000_000, SHAPE, base="a-base")


@pytest.mark.parametrize(
    "said",
    ["2;4;7;a-base", "1;5;7;a-base", "1;4;-7;a-base", "1;4;x;a-base", "1;4", "", "1;4;7;other"],
)
def test_a_header_that_says_something_else_is_a_mismatch(said):
    written = safetensors.numpy.save(dict(filled(1).tensors()), metadata={"hushkey.adapter": said})
    with pytest.raises(ModelMismatch):
        Adapter.from_bytes(written, SHAPE, base="a-base")


def test_tensors_that_are_missing_larger_or_of_another_kind_are_a_mismatch():
    whole = dict(filled(1).tensors())
    without = {name: value for name, value in whole.items() if name != "input"}
    wide = {**whole, "input": np.zeros((4, 9), np.float32)}
    half = {**whole, "input": np.zeros((4, 8), np.float16)}
    more = {**whole, "extra": np.zeros(1, np.float32)}
    for tensors in (without, wide, half, more):
        data = safetensors.numpy.save(tensors, metadata={"hushkey.adapter": "1;4;7;a-base"})
        with pytest.raises(ModelMismatch):
            Adapter.from_bytes(data, SHAPE, base="a-base")


def test_numbers_that_are_none_are_a_mismatch():
    bias = np.full(20, np.nan, np.float32)
    with pytest.raises(ModelMismatch):
        filled(1).replaced({"output_bias": bias})


def test_adapters_of_other_bases_seeds_or_sizes_are_not_added():
    adapter = filled(1)
    larger = Adapter.zero(AdapterShape(21, 8, 3, 2, 4), base="a-base", seed=7)
    for other in (filled(2, base="another"), filled(2, factors=8), larger):
        with pytest.raises(ModelMismatch):
            adapter.plus(other)
