"""Plans: small files that say what is trained. The shipped ones fit the shipped base; hostile ones are refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.errors import PlanRefused
from hushkey.model.groups import NAMES, SHAREABLE, AdapterShape
from hushkey.model.plans import PERSONAL_PRESETS, PRESETS, Plan, plan_from, preset

SMALL = AdapterShape(vocabulary=20, width=8, hidden=12, layers=2)


@pytest.mark.parametrize("name", PRESETS)
def test_a_shipped_plan_fits_the_shipped_base_and_trains_no_embedding(shipped_base, name):
    plan = preset(name)
    assert plan.name == name
    shape = shipped_base.runtime().shape
    plan.require(shape)
    assert set(plan.ranks) <= set(NAMES)
    assert shape.parameters(plan.ranks) < 0.05 * shape.all_parameters  # of an update: 95% below


def test_a_larger_preset_learns_more_numbers(shipped_base):
    shape = shipped_base.runtime().shape
    sizes = [shape.parameters(preset(name).ranks) for name in PERSONAL_PRESETS]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == len(sizes)


def test_what_is_shared_holds_no_group_that_names_words():
    assert set(preset("shared").ranks) <= set(SHAREABLE)


def test_a_name_that_is_no_preset_is_refused_and_not_taken_for_a_file():
    for name in ("", "huge", "../plans/tiny", "tiny.json"):
        with pytest.raises(PlanRefused, match="tiny, small, full"):
            preset(name)


@given(
    st.dictionaries(st.sampled_from(NAMES), st.integers(1, 512), min_size=1),
    st.text(max_size=20),
    st.integers(0, 10**9),
)
def test_a_plan_comes_back_from_what_is_written(ranks, made_by, budget):
    plan = Plan("mine", ranks, budget_bytes=budget, measured={"gain": 0.5}, made_by=made_by)
    assert plan_from(plan.to_json()) == plan


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["name", "ranks", "measured", "input", "budget_bytes", "part", "x"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_a_file_holds_it_is_a_plan_or_refused(value):
    try:
        plan = plan_from(json.dumps(value))
    except PlanRefused:
        return
    assert plan.ranks
    assert isinstance(plan.name, str)


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "[]", "1", "null", "{}", '{"name": "x"}', '{"ranks": {"input": 4}}',
        '{"name": "x", "ranks": {}}', '{"name": "x", "ranks": {"embedding": 4}}',
        '{"name": "x", "ranks": ["input"]}', '{"name": "x", "ranks": "input"}',
        '{"name": "x", "ranks": {"input": 0}}', '{"name": "x", "ranks": {"input": -4}}',
        '{"name": "x", "ranks": {"input": 1.5}}', '{"name": "x", "ranks": {"input": "4"}}',
        '{"name": "x", "ranks": {"input": true}}', '{"name": "x", "ranks": {"input": null}}',
        '{"name": "x", "ranks": {"input": Infinity}}', '{"name": 7, "ranks": {"input": 4}}',
        '{"name": "x", "ranks": {"input": 4}, "more": 1}', "[" * 100_000,
        '{"name": "x", "ranks": {"input": 4}, "part": 0}',
        '{"name": "x", "ranks": {"input": 4}, "rows": "32"}',
    ],
    ids=lambda text: text[:60],
)  # fmt: skip
def test_hostile_json_is_refused(text):
    with pytest.raises(PlanRefused, match="nothing was trained"):
        plan_from(text)


def test_a_rank_that_a_base_does_not_have_is_refused():
    Plan("most", {"input": 8, "projection": 12, "output": 8}).require(SMALL)
    for ranks in ({"input": 9}, {"projection": 13}, {"output": 10**30}, {"lstm_bias": 2}):
        with pytest.raises(PlanRefused, match="this base has"):
            Plan("beyond", ranks).require(SMALL)
