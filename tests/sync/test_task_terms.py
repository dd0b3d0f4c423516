"""A task is sound or refused, its numbers are those of the codec, and an adapter is its vector to the bit."""

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_stand_ins import (
    DIRECTIONS,
    HELPER,
    LEADER,
    SHAPE,
    TASK_SAMPLE,
    WITHIN,
    drawn,
    subspace,
    task,
)

from hushkey.model.adapter import Adapter
from hushkey.model.directions import Directions
from hushkey.model.groups import NAMES, SHAREABLE
from hushkey.sync.errors import CodecRefused, TaskRefused
from hushkey.sync.messages import Group, Operator, Optimizer, Subspace
from hushkey.sync.privacy.accounting import rho_of
from hushkey.sync.privacy.prediction import ALIGNMENT, ALIGNMENT_WITHIN, signal_to_noise
from hushkey.sync.task_terms import (
    codec_of,
    codec_terms,
    epsilon_of_report,
    flatten,
    numbers_of,
    require_operators,
    require_sound,
    rho_of_report,
    sensitivity_of,
    signal_of,
    unflatten,
)

RANKS = {"lstm_bias": 1, "input": 4}


def _at(operator: Operator, url: str) -> Operator:
    return msgspec.structs.replace(operator, url=url)


HERE = {
    "leader": _at(LEADER, "http://127.0.0.1:8001"),
    "helper": _at(HELPER, "http://127.0.0.1:8002"),
}
FEDADAM = Optimizer("fedadam", 0.1)


# Terms ------------------------------------------------------------------------------------------


def test_the_terms_of_the_codec_are_those_of_the_task():
    terms = codec_terms(TASK_SAMPLE, SHAPE)
    assert terms.dimension == SHAPE.parameters(TASK_SAMPLE.ranks) == 256
    for name in ("clip_norm", "scale", "weight_units", "bits", "kept", "rotation_seed"):
        assert getattr(terms, name) == getattr(TASK_SAMPLE, name)


def test_what_a_report_costs_is_by_the_noise_of_one_operator():
    moved = TASK_SAMPLE.weight_max * codec_terms(TASK_SAMPLE, SHAPE).norm_bound
    # 1119 is the root, up, of 1000^2 + 256 / 4 + 1000 + 16 / 2 + 500^2.
    assert sensitivity_of(TASK_SAMPLE) == moved == 4 * 1119
    assert rho_of_report(TASK_SAMPLE) == pytest.approx(moved**2 / (2 * 4480**2))
    epsilon = epsilon_of_report(TASK_SAMPLE)
    assert rho_of(epsilon, TASK_SAMPLE.delta) == pytest.approx(rho_of_report(TASK_SAMPLE))


def test_more_noise_costs_less_and_more_weight_more():
    assert epsilon_of_report(task(sigma=9000)) < epsilon_of_report(TASK_SAMPLE)
    assert epsilon_of_report(task(age_weights=(5, 1))) > epsilon_of_report(TASK_SAMPLE)
    assert epsilon_of_report(task(sigma=0)) == math.inf


# Along public directions ------------------------------------------------------------------------


def _along(count: int = 64, **changes):
    return task(**{"kept": 64, "subspace": subspace(count), **changes})


def test_a_task_without_directions_sends_every_number_whatever_its_base_comes_with():
    assert numbers_of(TASK_SAMPLE, WITHIN) == 256
    codec = codec_of(TASK_SAMPLE, WITHIN)
    assert (codec.directions, codec.size, codec.terms) == (
        None,
        256,
        codec_terms(TASK_SAMPLE, SHAPE),
    )


@pytest.mark.parametrize("count", [1, 63, 64])
def test_a_task_with_directions_encodes_as_many_numbers_as_it_takes_of_them(count):
    made = _along(count)
    codec = codec_of(made, WITHIN)
    assert codec.directions is DIRECTIONS
    assert (codec.terms.dimension, codec.size) == (numbers_of(made, WITHIN), 256) == (count, 256)
    assert codec.terms.padded == 64
    delta = np.random.default_rng(count).standard_normal(256)
    rows = DIRECTIONS.rows[:count].astype(np.float64)
    assert np.allclose(codec.coordinates(delta), rows @ delta)


def test_what_a_report_costs_is_by_what_is_sent_of_it():
    made = _along(scale=100)
    # It is the root, up, of 100^2 + 64 / 4 + 100 + 8 / 2 + 500^2: of 64 coordinates, not of 256 numbers.
    moved = made.weight_max * codec_of(made, WITHIN).terms.norm_bound
    assert sensitivity_of(made) == moved == 4 * (math.isqrt(100**2 + 16 + 100 + 4 + 500**2) + 1)


def test_what_a_batch_brings_is_by_what_reports_have_in_common_along_the_directions():
    made = _along()
    for of, numbers, alignment in (
        (made, 64, ALIGNMENT_WITHIN),
        (TASK_SAMPLE, 256, ALIGNMENT),
    ):
        expected = signal_to_noise(170, of.sigma / sensitivity_of(of), numbers, alignment)
        assert signal_of(of, WITHIN) == pytest.approx(expected)
    assert signal_of(made, WITHIN) > 2 * signal_of(TASK_SAMPLE, WITHIN)


OF_OTHERS = Directions({"lstm_bias": 1, "input": 5}, DIRECTIONS.rows)
UNKNOWN = {
    "of a base that has none": (SHAPE, _along()),
    "of another file": (WITHIN, _along(subspace=Subspace(64, drawn("other directions")))),
    "of other groups": (
        replace(SHAPE, directions=OF_OTHERS),
        _along(subspace=Subspace(64, OF_OTHERS.digest)),
    ),
    "for groups that they are not of": (WITHIN, _along(groups=(Group("lstm_bias", 1),))),
}


@pytest.mark.parametrize("name", UNKNOWN, ids=str)
def test_directions_are_refused(name):
    shape, made = UNKNOWN[name]
    require_sound(_along(), WITHIN)
    for ask in (codec_of, require_sound):
        with pytest.raises(TaskRefused, match="does not come with"):
            ask(made, shape)


def test_more_directions_than_there_are_are_refused():
    held = len(DIRECTIONS.rows)
    require_sound(_along(held, kept=128), WITHIN)
    for ask in (codec_of, require_sound):
        with pytest.raises(TaskRefused, match="more directions than there are"):
            ask(_along(held + 1, kept=128), WITHIN)


def test_of_directions_no_more_is_kept_than_there_are_coordinates():
    with pytest.raises(TaskRefused):
        require_sound(_along(kept=65), WITHIN)


# Soundness --------------------------------------------------------------------------------------

BAD = {
    "another protocol": {"protocol": "hushkey-share/2"},
    "another suite": {"suite": "none"},
    "a name that cannot be shown": {"name": "a\x07b"},
    "a name with a blank before": {"name": " a"},
    "one operator": {"helper": msgspec.structs.replace(LEADER, url=HELPER.url)},
    "one address": {"helper": _at(HELPER, "https://LEADER.example")},
    "plain HTTP": {"leader": _at(LEADER, "http://leader.example")},
    "an output bias": {"groups": (Group("output_bias", 1),)},
    "an unknown group": {"groups": (Group("embedding", 1),)},
    "no group": {"groups": ()},
    "a group twice": {"groups": (Group("input", 4), Group("input", 4))},
    "another order": {"groups": (Group("input", 4), Group("lstm_bias", 1))},
    "a rank beyond the base": {"groups": (Group("lstm_bias", 1), Group("input", 17))},
    "a rank of what has none": {"groups": (Group("lstm_bias", 2), Group("input", 4))},
    "a batch that cannot be": {"batch_min": 201},
    "a ring that could wrap": {"bits": 20},
    "more kept than there is": {"kept": 257},
    "no clip norm": {"clip_norm": 0.0},
    "an endless clip norm": {"clip_norm": math.inf},
    "no noise": {"sigma": 0},
    "noise that drowns": {"sigma": 4480 * 6, "bits": 40},
    "too small a batch for its noise": {"batch_min": 50},
    "an endless rate": {"optimizer": Optimizer("fedavg", math.inf)},
    "no rate": {"optimizer": Optimizer("fedavg", 0.0)},
    "a momentum of 1": {"optimizer": Optimizer("fedadam", 0.1, beta1=1.0)},
    "a second momentum of 1": {"optimizer": Optimizer("fedadam", 0.1, beta2=1.0)},
    "no floor": {"optimizer": Optimizer("fedadam", 0.1, floor=0.0)},
    "an endless norm limit": {"norm_limit": math.inf},
    "no norm limit": {"norm_limit": 0.0},
    "no variance floor": {"variance_floor": 0.0},
    "an endless variance floor": {"variance_floor": math.inf},
    "a demonstration on the net": {"demonstration": True},
    "a demonstration half on the net": {"demonstration": True, "leader": HERE["leader"]},
    "a demonstration without noise": {"demonstration": True, **HERE, "sigma": 0},
    "a demonstration that could wrap": {"demonstration": True, **HERE, "bits": 12},
}


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_task_is_refused_with(bad):
    require_sound(TASK_SAMPLE, SHAPE)
    with pytest.raises(TaskRefused):
        require_sound(task(**BAD[bad]), SHAPE)


def test_a_demonstration_on_loopback_may_have_weak_noise_and_small_batches():
    require_sound(task(demonstration=True, **HERE, sigma=1, batch_min=2, batch_max=150), SHAPE)


def test_terms_at_their_edges_are_sound():
    require_sound(task(batch_min=200), SHAPE)
    require_sound(task(optimizer=FEDADAM), SHAPE)
    require_sound(task(**HERE), SHAPE)
    require_sound(task(groups=(Group("lstm_bias", 1),), kept=192), SHAPE)
    least = codec_terms(TASK_SAMPLE, SHAPE).smallest_bits(200, 4, 4480)
    assert least == TASK_SAMPLE.bits


GOOD_ADDRESSES = [
    "https://a.example",
    "https://a.example:8443",
    "https://[2001:db8::1]",
    "http://localhost:1",
]
BAD_ADDRESSES = [
    "",
    "a.example",
    "https://",
    "https://a.example/",
    "https://a.example/path",
    "https://a.example?x",
    "https://a.example#x",
    "https://user@a.example",
    "https://user:word@a.example",
    "https://a.example:0",
    "https://a.example:65536",
    "https://a.example:port",
    "https://a .example",
    "https://\N{CYRILLIC SMALL LETTER A}.example",
    "https://a\n.example",
    "https://[::1",
    "HTTPS://a.example",
    "ftp://a.example",
    "http://a.example",
    "http://127.0.0.1.example",
    "http://localhost.example",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", GOOD_ADDRESSES)
def test_an_operator_may_be_at(url):
    require_operators(_at(LEADER, url), HELPER)


@pytest.mark.parametrize("url", BAD_ADDRESSES)
def test_an_operator_may_not_be_at(url):
    with pytest.raises(TaskRefused):
        require_operators(_at(LEADER, url), HELPER)


@given(url=st.text(max_size=30) | st.text(max_size=20).map("https://".__add__))
def test_any_text_for_an_address_is_one_or_refused(url):
    try:
        require_operators(_at(LEADER, url), HELPER)
    except TaskRefused:
        return
    assert url.startswith(("https://", "http://"))


# Vectors ----------------------------------------------------------------------------------------


def _adapter(ranks: dict[str, int], seed: int = 0) -> Adapter:
    random = np.random.default_rng(seed)
    tensors = {
        name: random.normal(size=SHAPE.of(name, rank)).astype(np.float32)
        for name, rank in ranks.items()
    }
    return Adapter("a-base", 7, SHAPE, tensors)


def _naive(adapter: Adapter, ranks: dict[str, int]) -> list[float]:
    """Number by number: the groups in the order of NAMES, rows in order, zeros for rows that are not there."""
    numbers = []
    for name in NAMES:
        if name not in ranks:
            continue
        held = adapter.tensors.get(name)
        size = math.prod(SHAPE.of(name, ranks[name]))
        row = [] if held is None else [float(number) for number in np.nditer(held, order="C")]
        numbers += row + [0.0] * (size - len(row))
    return numbers


some_ranks = st.fixed_dictionaries(
    {},
    optional={
        "lstm_bias": st.just(1),
        "input": st.integers(1, 16),
        "projection": st.integers(1, 24),
        "output": st.integers(1, 16),
    },
).filter(bool)


@given(ranks=some_ranks, seed=st.integers(0, 9))
def test_an_adapter_comes_back_from_its_vector_to_the_byte(ranks, seed):
    adapter = _adapter(ranks, seed)
    vector = flatten(adapter, ranks)
    assert vector.dtype == np.float64
    assert vector.tolist() == _naive(adapter, ranks)
    again = unflatten(vector, ranks, SHAPE, base="a-base", seed=7)
    assert again.to_bytes() == adapter.to_bytes()
    assert set(again.ranks) <= set(SHAREABLE)


@given(ranks=some_ranks, lower=some_ranks)
def test_a_lower_rank_is_the_same_adapter_with_zeros_behind(ranks, lower):
    held = {name: min(rank, ranks[name]) for name, rank in lower.items() if name in ranks}
    adapter = _adapter(held)
    vector = flatten(adapter, ranks)
    assert vector.tolist() == _naive(adapter, ranks)
    again = unflatten(vector, ranks, SHAPE, base="a-base", seed=7)
    whole = Adapter.zero(SHAPE, base="a-base", seed=7, ranks=ranks).plus(adapter)
    assert again.to_bytes() == whole.to_bytes()


def test_the_order_is_that_of_the_names_whatever_that_of_the_ranks():
    adapter = _adapter(RANKS)
    assert (
        flatten(adapter, dict(reversed(RANKS.items()))).tolist() == flatten(adapter, RANKS).tolist()
    )


def test_each_number_is_rounded_to_float32_once():
    vector = np.full(256, 1.0 + 2.0**-24 + 2.0**-40)  # above the middle of two float32
    assert (
        flatten(unflatten(vector, RANKS, SHAPE, base="a-base", seed=7), RANKS) == 1.0 + 2.0**-23
    ).all()


@pytest.mark.parametrize("more", [{"output": 1}, {"lstm_bias": 1, "input": 5}, {"output_bias": 1}])
def test_more_than_the_task_takes_is_not_encoded(more):
    with pytest.raises(CodecRefused):
        flatten(_adapter(more), RANKS)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e39])
def test_a_vector_with_what_is_no_float32_is_refused(bad):
    vector = np.zeros(256)
    vector[200] = bad
    with pytest.raises(CodecRefused):
        unflatten(vector, RANKS, SHAPE, base="a-base", seed=7)


@pytest.mark.parametrize("form", [(255,), (257,), (1, 256), ()])
def test_a_vector_of_another_form_is_refused(form):
    with pytest.raises(CodecRefused):
        unflatten(np.zeros(form), RANKS, SHAPE, base="a-base", seed=7)
