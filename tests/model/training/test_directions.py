"""Directions found on writers of several kinds: first the way of as much of each, then each kind's own."""

import numpy as np
import pytest

from hushkey.model.training.directions import STEPS, found_directions
from hushkey.model.training.finetune import Settings
from hushkey.model.training.fleet import Reading
from hushkey.model.training.fleets import FLEETS, PIECES, SEED, fleet_of, trained_together
from hushkey.model.training.frozen import FrozenNetwork

SETTINGS = Settings(epochs=1, share=1.0, pieces=24, part=12)
KINDS = ["talk", "talk", "tea", "talk", "tea", "talk"]


@pytest.fixture(scope="module")
def frozen(network):
    return FrozenNetwork.of(network)


@pytest.fixture(scope="module", params=sorted(FLEETS))
def like(zero, request):
    return zero.only([request.param])


@pytest.fixture(scope="module")
def writers(lines):
    return [lines[number::6] for number in (0, 1, 2, 3, 2, 5)]


def rows_of(found):
    return found.rows.astype(np.float64)


def test_with_kinds_the_ways_of_all_and_of_each_are_the_first_directions(
    frozen, vocabulary, like, writers
):
    rows = rows_of(found_directions(frozen, vocabulary, like, SETTINGS, writers, 6, kinds=KINDS))
    fleet = fleet_of(frozen, vocabulary, like, SETTINGS)
    start = like.tensors[fleet.group]

    def way(chosen):
        parts = [
            Reading(fleet.pooled([fleet.read(own) for own in each], PIECES, 1, SEED).steps[:STEPS])
            for each in chosen
        ]
        learned = trained_together(frozen, vocabulary, like, parts, epochs=1)
        return (learned - start).ravel()

    talk, tea = (
        [own for own, kind in zip(writers, KINDS, strict=True) if kind == each]
        for each in ("talk", "tea")
    )
    both = way([talk, tea])
    assert abs(rows[0] @ both) > 0.999 * np.linalg.norm(both)
    for own, count in ((way([talk]), 2), (way([tea]), 3)):
        assert np.linalg.norm(rows[:count] @ own) > 0.999 * np.linalg.norm(own)
    assert np.allclose(rows @ rows.T, np.eye(6), atol=2e-3)


def test_a_kind_of_which_there_is_far_more_counts_no_more(
    frozen, vocabulary, like, writers, monkeypatch
):
    monkeypatch.setattr("hushkey.model.training.directions.STEPS", 1)
    monkeypatch.setattr("hushkey.model.training.directions.PIECES", 20)

    def first(own, kinds):
        found = found_directions(frozen, vocabulary, like, SETTINGS, own, 2, kinds=kinds)
        return rows_of(found)[0]

    alike = first(writers, KINDS)
    more = first([*writers, *[writers[0]] * 40], [*KINDS, *["talk"] * 40])
    without = first([*writers, *[writers[0]] * 40], ["all"] * 46)
    assert abs(alike @ more) > abs(alike @ without)


def test_without_kinds_the_first_is_the_way_of_everybody_together(
    frozen, vocabulary, like, writers
):
    rows = rows_of(found_directions(frozen, vocabulary, like, SETTINGS, writers, 3))
    fleet = fleet_of(frozen, vocabulary, like, SETTINGS)
    readings = [fleet.read(own) for own in writers]
    start = like.tensors[fleet.group]
    way = (trained_together(frozen, vocabulary, like, readings) - start).ravel()
    assert abs(rows[0] @ way) > 0.999 * np.linalg.norm(way)
