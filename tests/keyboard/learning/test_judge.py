"""The judge's figures are those of an engine on which the same lines are typed, and lines prove or prove nothing."""

import numpy as np
import pytest

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.learning.judge import Judge, JudgingStopped, Score
from hushkey.keyboard.learning.lesson import is_better
from hushkey.model.text import GAP
from hushkey.model.words import softmax

BEFORE = [f"you and the Zorblax, {GAP}", "I can see the cat", "how are you today?"] * 5
MET = ["the cat and the Zorblax", f"I can see {GAP} today", "unheardof theatre", "!", "you are"]


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def judge(tiny_base) -> Judge:
    return Judge(tiny_base)


def typed(base, adapter) -> tuple[list[list[float]], object]:
    """(words, nats, hits, network's nats of each line, trust) of an engine that types them."""
    engine = SuggestionEngine(base)
    engine.learn(BEFORE)
    engine.use_adapter(adapter)
    rows = []
    for line in MET:
        row = [0, 0.0, 0, 0.0]
        place = 0
        for word in line.split():
            start = line.index(word, place)
            place = start + len(word)
            if not any(map(str.isalpha, word)) or GAP in word:
                continue
            (chance,) = engine.chances(line[:start], [word])
            offered = [s.text.casefold() for s in engine.suggest(line[:start], 3)]
            row[0] += 1
            row[1] -= np.log(max(chance, 1e-7))
            row[2] += word.casefold() in offered
            row[3] -= np.log(max(network_chance(engine, line[:start], word), 1e-7))
        rows.append(row)
        engine.learn([line])
    return rows, engine.trust


def network_chance(engine, before: str, word: str) -> float:
    """P(first piece) among those that start a word, times the word's share of that piece's words."""
    base, table = engine.base, engine.base.word_table
    if word.casefold() not in base.lexicon.words:
        return 0.0
    number = list(base.lexicon.words).index(word.casefold())
    logits = engine._reader.read(before).logits
    opens = softmax(logits, base.vocabulary.starts_word)
    return float(opens[table.first[number]] * table.share[number])


@pytest.mark.parametrize("learned", [False, True])
def test_figures_are_those_of_an_engine_that_types_the_lines(tiny_base, judge, trained, learned):
    adapter = trained if learned else None
    judge.teach(BEFORE, never)
    found = judge.score(MET, adapter, never)
    rows, trust = typed(tiny_base, adapter)
    words, nats, hits, network = np.array(rows).T
    assert found.words.tolist() == words.tolist() == [5, 4, 2, 0, 2]
    assert found.nats == pytest.approx(nats)
    assert found.hits.tolist() == hits.tolist()
    assert found.network_nats == pytest.approx(network, rel=1e-4)
    assert judge.trust == trust
    assert found.keyboard.nats == pytest.approx(nats.sum() / 13)
    assert found.keyboard.recall_at_3 == hits.sum() / 13


def test_each_score_begins_where_the_teaching_left_off(judge, trained):
    judge.teach(BEFORE, never)
    first = judge.score(MET, None, never)
    judge.score(MET[::-1], trained, never)
    again = judge.score(MET, None, never)
    assert again.nats.tolist() == first.nats.tolist()
    judge.teach([], never)
    assert (
        judge.score(MET, None, never).nats.sum() > first.nats.sum()
    )  # who knows nobody is surprised


def test_it_stops_when_told(judge):
    with pytest.raises(JudgingStopped):
        judge.teach(BEFORE, lambda: True)
    judge.teach(BEFORE, never)
    with pytest.raises(JudgingStopped):
        judge.score(MET, None, lambda: True)
    asked = []
    with pytest.raises(JudgingStopped):  # in the midst of it
        judge.score(MET * 9, None, lambda: len(asked) > 1 or asked.append(1))
    assert len(asked) == 2


def test_scores_of_several_folds_are_one(judge):
    judge.teach(BEFORE, never)
    one = judge.score(MET, None, never)
    both = Score.joined([Score.empty(), one, one])
    assert both.words.sum() == 2 * one.words.sum()
    assert both.keyboard.nats == pytest.approx(one.keyboard.nats)
    assert both.network.recall_at_3 == one.network.recall_at_3
    assert (Score.empty().keyboard.nats, Score.empty().network.recall_at_3) == (0.0, 0.0)


def scored(nats) -> Score:
    ones = np.ones(len(nats), dtype=np.int64)
    held = np.array(nats, dtype=float)
    return Score(ones, held, ones, ones, held, ones)


def test_a_gain_on_every_line_is_better_and_a_loss_is_not():
    before = scored([5.0, 6.0, 7.0, 5.0])
    assert is_better(before, scored([4.9, 5.8, 6.9, 4.8]))
    assert not is_better(before, scored([5.1, 6.2, 7.1, 5.2]))
    assert not is_better(before, before)


def test_a_mean_gain_that_rests_on_one_line_is_noise():
    before = scored([5.0] * 10)
    assert not is_better(before, scored([5.1] * 9 + [3.0]))


def test_one_line_proves_nothing_and_none_neither():
    assert not is_better(scored([9.0]), scored([1.0]))
    assert not is_better(Score.empty(), Score.empty())


def test_adapters_that_differ_by_chance_alone_are_seldom_called_better():
    rng = np.random.default_rng(0)
    verdicts = [is_better(scored(np.zeros(40)), scored(rng.normal(size=40))) for _ in range(2_000)]
    assert 0.13 < np.mean(verdicts) < 0.19  # one standard error, one-sided: 0.16
