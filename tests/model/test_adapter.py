"""Adapters add up exactly whatever their ranks, travel as bytes, and refuse what is not theirs."""

import contextlib

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.adapter import Adapter
from hushkey.model.errors import ModelMismatch
from hushkey.model.groups import NAMES, PERSONAL, RANKED, SHAREABLE, AdapterShape

SHAPE = AdapterShape(vocabulary=20, width=8, hidden=3, layers=2)
RANKS = {"lstm_bias": 1, "input": 4, "projection": 2, "output": 4, "output_bias": 1}


def filled(seed: int, ranks=None, *, base: str = "a-base", factors: int = 7) -> Adapter:
    """An adapter of whole numbers, so that sums are exact in any order."""
    rng = np.random.default_rng(seed)
    tensors = {
        name: rng.integers(-99, 99, SHAPE.of(name, rank)).astype(np.float32)
        for name, rank in (RANKS if ranks is None else ranks).items()
    }
    return Adapter(base, factors, SHAPE, tensors)


def same(one: Adapter, other: Adapter) -> bool:
    return one.ranks == other.ranks and all(
        np.array_equal(value, other.tensors[name]) for name, value in one.tensors.items()
    )


def residual(adapter: Adapter, name: str, source: np.ndarray) -> np.ndarray:
    """What a low-rank pair adds to the stream."""
    given_ = adapter.graph_inputs()
    return (source @ given_[f"{name}_fixed"].astype(float)) @ given_[name].astype(float)


SEEDS = st.integers(0, 1000)


@st.composite
def ranks(draw):
    """Any groups at any rank that there is."""
    names = draw(st.sets(st.sampled_from(NAMES)))
    return {name: draw(st.integers(1, SHAPE.largest(name))) for name in NAMES if name in names}


@given(SEEDS, ranks(), ranks(), ranks())
def test_adding_does_not_mind_order_or_grouping_or_ranks(seed, a, b, c):
    one, two, three = filled(seed, a), filled(seed + 1, b), filled(seed + 2, c)
    assert same(one.plus(two), two.plus(one))
    assert same(one.plus(two).plus(three), one.plus(two.plus(three)))


@given(SEEDS, ranks())
def test_zero_changes_nothing_and_minus_one_undoes(seed, of):
    adapter = filled(seed, of)
    zero = Adapter.zero(SHAPE, base="a-base", seed=7)
    assert same(adapter.plus(zero), adapter)
    assert adapter.plus(adapter.scaled(-1.0)).norm() == 0.0


@given(SEEDS, ranks(), ranks())
def test_a_network_sees_the_sum_of_adapters_as_the_sum_of_their_residuals(seed, a, b):
    one, two = filled(seed, a), filled(seed + 1, b)
    for name in RANKED:
        source = np.arange(3 if name == "projection" else 8, dtype=np.float64)
        parts = residual(one, name, source) + residual(two, name, source)
        assert np.allclose(residual(one.plus(two), name, source), parts, atol=1e-3)


@given(SEEDS, st.sampled_from(RANKED), st.data())
def test_a_lower_rank_is_a_higher_one_with_rows_of_zero(seed, name, data):
    high = SHAPE.largest(name)
    low = data.draw(st.integers(1, high))
    narrow = filled(seed, {name: low})
    wide = Adapter.zero(SHAPE, base="a-base", seed=7, ranks={name: high}).plus(narrow)
    assert wide.ranks == {name: high}
    source = np.arange(3 if name == "projection" else 8, dtype=np.float64)
    assert np.allclose(residual(wide, name, source), residual(narrow, name, source), atol=1e-4)


def test_a_group_that_was_not_trained_is_not_there_and_counts_as_zeros():
    adapter = filled(1, {"input": 2})
    assert set(adapter.tensors) == {"input"}
    assert adapter.ranks == {"input": 2}
    assert adapter.parameters == 16 == SHAPE.parameters(adapter.ranks)
    given_ = adapter.graph_inputs()
    assert not any(given_[name].any() for name in NAMES if name != "input")


def test_the_norm_is_that_of_all_numbers_together():
    adapter = filled(1)
    every = np.concatenate([value.ravel() for value in adapter.tensors.values()])
    assert adapter.norm() == pytest.approx(np.linalg.norm(every))
    assert adapter.norm(SHAREABLE) ** 2 + adapter.norm(PERSONAL) ** 2 == pytest.approx(
        adapter.norm() ** 2
    )


def test_what_may_be_shared_holds_nothing_of_the_output_bias():
    shared = filled(1).only(SHAREABLE)
    assert "output_bias" not in shared.tensors
    assert shared.norm() == filled(1).norm(SHAREABLE)
    assert b"output_bias" not in shared.to_bytes()


def test_the_largest_ranks_are_taken_and_one_more_is_refused():
    for name in RANKED:
        most = SHAPE.largest(name)
        assert filled(1, {name: most}).ranks == {name: most}
        for rank in (0, most + 1):
            with pytest.raises(ModelMismatch):
                Adapter.zero(SHAPE, base="a-base", seed=7, ranks={name: rank})


@given(SEEDS, ranks())
def test_an_adapter_comes_back_from_its_bytes_and_gives_the_same_ones(seed, of):
    adapter = filled(seed, of)
    data = adapter.to_bytes()
    back = Adapter.from_bytes(data, SHAPE, base="a-base")
    assert same(back, adapter)
    assert (back.seed, back.base) == (7, "a-base")
    assert back.to_bytes() == data


def test_the_bytes_hold_what_was_learned_and_little_more():
    adapter = filled(1)
    data = adapter.to_bytes()
    assert set(safetensors.numpy.load(data)) == set(NAMES)  # and no fixed factor
    assert 4 * adapter.parameters < len(data) < 4 * adapter.parameters + 1_000


def test_nobody_can_write_into_an_adapter():
    adapter = filled(1)
    for value in adapter.graph_inputs().values():
        with pytest.raises(ValueError, match="read-only"):
            value[0] = 1.0
    with pytest.raises(TypeError):
        adapter.tensors["input"] = np.zeros((4, 8), np.float32)


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


@given(st.integers(0, 1_000))
def test_bytes_cut_short_are_a_mismatch(kept):
    written = filled(1).to_bytes()
    with pytest.raises(ModelMismatch):
        Adapter.from_bytes(written[: min(kept, len(written) - 1)], SHAPE, base="a-base")


def test_bytes_far_too_long_are_refused_before_they_are_read():
    with pytest.raises(ModelMismatch):
        Adapter.from_bytes(b"\0" * 1_000_000, SHAPE, base="a-base")


@pytest.mark.parametrize(
    "said", ["1;4;7;a-base", "3;7;a-base", "2;-7;a-base", "2;x;a-base", "2;7", "", "2;7;other"]
)
def test_a_header_that_says_something_else_is_a_mismatch(said):
    written = safetensors.numpy.save(dict(filled(1).tensors), metadata={"hushkey.adapter": said})
    with pytest.raises(ModelMismatch):
        Adapter.from_bytes(written, SHAPE, base="a-base")


def test_tensors_that_are_larger_or_of_another_kind_or_of_no_group_are_a_mismatch():
    whole = dict(filled(1).tensors)
    wrong = (
        {**whole, "input": np.zeros((4, 9), np.float32)},
        {**whole, "input": np.zeros((9, 8), np.float32)},
        {**whole, "input": np.zeros((0, 8), np.float32)},
        {**whole, "input": np.zeros(8, np.float32)},
        {**whole, "input": np.zeros((4, 8), np.float16)},
        {**whole, "lstm_bias": np.zeros((3, 12), np.float32)},
        {**whole, "extra": np.zeros(1, np.float32)},
        {**whole, "input_fixed": np.zeros((8, 4), np.float32)},
    )
    for tensors in wrong:
        data = safetensors.numpy.save(tensors, metadata={"hushkey.adapter": "2;7;a-base"})
        with pytest.raises(ModelMismatch):
            Adapter.from_bytes(data, SHAPE, base="a-base")


def test_numbers_that_are_none_are_a_mismatch():
    for value in (np.nan, np.inf):
        with pytest.raises(ModelMismatch):
            filled(1).replaced({"output_bias": np.full(20, value, np.float32)})


def test_adapters_of_other_bases_seeds_or_sizes_are_not_added():
    adapter = filled(1)
    larger = Adapter.zero(AdapterShape(21, 8, 3, 2), base="a-base", seed=7)
    for other in (filled(2, base="another"), filled(2, factors=8), larger):
        with pytest.raises(ModelMismatch):
            adapter.plus(other)


@pytest.mark.parametrize(("base", "seed"), [("", 1), ("a;b", 1), ("a-base", -1), ("a-base", 2**63)])
def test_a_base_or_a_seed_that_could_not_be_written_is_refused(base, seed):
    with pytest.raises(ModelMismatch):
        Adapter.zero(SHAPE, base=base, seed=seed)
