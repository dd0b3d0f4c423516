"""The search is exact: what it returns is what comparing every word would have."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import merits

from hushkey.keyboard.correction import search as searching
from hushkey.keyboard.correction.index import Index
from hushkey.keyboard.correction.search import search

held_words = st.lists(
    st.text("abel'q", min_size=1, max_size=7), min_size=1, max_size=25, unique=True
)


def expected(  # noqa: PLR0917
    typed: str,
    words: list[str],
    chances: list[float],
    most: int,
    floor: float,
    dearest: float,
    finished: bool,
) -> list[tuple[int, float]]:
    every = merits(typed, words, chances, finished=finished, beyond=3)
    found = [
        (number, merit)
        for number, (merit, cost) in every.items()
        if merit >= floor and cost <= dearest and cost > 0.01
    ]
    found.sort(key=lambda pair: (-pair[1], pair[0]))
    return [pair for pair in found if pair[1] >= 0.01 * found[0][1]][:most]


@given(
    st.text("abel'q", min_size=3, max_size=7),
    held_words,
    st.sampled_from([1, 3, 8]),
    st.sampled_from([1e-12, 1e-7, 1e-4]),
    st.sampled_from([8.0, 12.8, 40.0]),
    st.booleans(),
    st.integers(0, 2**32),
)
@settings(max_examples=300)
def test_the_search_finds_what_comparing_every_word_finds(  # noqa: PLR0917
    typed, words, most, floor, dearest, finished, seed
):
    chances = np.random.default_rng(seed).pareto(0.5, len(words)).astype(np.float32)
    chances /= chances.sum()
    index = Index()
    index.add(words, 24)
    without_a_slip = [
        number
        for number, word in enumerate(words)
        if (word == typed if finished else word.startswith(typed))
    ]
    found = search(
        index,
        typed,
        chances,
        but=np.array(without_a_slip, dtype=np.int64),
        most=most,
        floor=floor,
        dearest=dearest,
        finished=finished,
    )
    wanted = expected(typed, words, chances.tolist(), most, floor, dearest, finished)
    assert [word.merit for word in found] == pytest.approx([m for _, m in wanted], rel=1e-3)
    near = [a for (_, a), (_, b) in pairwise(wanted) if a - b < 1e-3 * a]
    if not near:
        assert [word.number for word in found] == [number for number, _ in wanted]


def test_looking_at_words_in_smaller_chunks_finds_the_same(shipped_base, monkeypatch):
    lexicon = shipped_base.lexicon
    index = Index()
    index.add(lexicon.words, 24)
    chances = (lexicon.counts / lexicon.counts.sum()).astype(np.float32)
    low, high = lexicon.with_prefix("becuase")
    asked = {"but": np.arange(low, high), "most": 8, "floor": 1e-11, "dearest": 15.5}
    found = search(index, "becuase", chances, **asked)
    monkeypatch.setattr(searching, "_AT_ONCE", 7)
    assert search(index, "becuase", chances, **asked) == found
    assert lexicon.words[found[0].number] == "because"
