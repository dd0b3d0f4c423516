"""Measuring typists: each one new, three regimes, one network for all that read a line."""

import json

import numpy as np
import pytest

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.evaluating import REGIMES, Evaluation, no_training
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.typists import EvaluationRefused, Typist
from hushkey.model.adapter import Adapter
from hushkey.model.evaluation import Counts, type_lines

ANN = Typist("sms/ann", ["see you at zorbton"] * 4, ["see you at zorbton", "see you at quuxville"])
BOB = Typist("sms/bob", [], ["the blip is late", "the blip is late", "the blip is late"])
EVE = Typist("mail/eve", ["how are you"], ["how are you (today)?"])
POLICIES = ("ranking", "shown")


@pytest.fixture
def evaluation(tiny_base) -> Evaluation:
    return Evaluation(REGIMES, ("ranking",), no_training, tiny_base)


def bare(evaluation, typist) -> dict[str, Counts]:
    """The counts of one typist by regime, of the bare ranking."""
    return {regime: counts for (_, regime), counts in evaluation.run(typist).items()}


def naive(base, policy, regime, typist, adapter) -> Counts:
    """One regime by an engine and a network of its own."""
    engine = SuggestionEngine(base)
    if regime != "cold":
        engine.learn([redact(line).text for line in typist.history])
        engine.use_adapter(adapter)
    session = engine.session(policy=policy)

    def learn(line):
        session.commit(redact(line).text)

    return type_lines(
        typist.test,
        lambda text: [suggestion.text for suggestion in session.suggest(text, 3)],
        [],
        after=learn if regime == "online" else None,
    )


def adapter_for(engine, word) -> Adapter:
    """An adapter that makes words which open as `word` does likelier by far."""
    zero = engine.zero_adapter()
    bias = np.zeros(zero.shape.vocabulary, np.float32)
    bias[engine.base.vocabulary.pieces_of(word)[0]] = 30.0
    return zero.replaced({"output_bias": bias})


def test_every_regime_types_the_same_words(evaluation):
    measured = bare(evaluation, ANN)
    assert list(measured) == list(REGIMES)
    assert {(c.words, c.characters) for c in measured.values()} == {(8, 40)}


def test_learning_the_history_saves_keys_and_learning_on_the_way_saves_more(evaluation):
    ann = bare(evaluation, ANN)
    assert ann["warm"].keys < ann["cold"].keys
    bob = bare(evaluation, BOB)
    assert bob["warm"] == bob["cold"]  # no history
    assert bob["online"].keys < bob["warm"].keys


def test_each_typist_starts_as_on_the_first_day(evaluation, tiny_base):
    for typist in (ANN, BOB):
        evaluation.run(typist)
    alone = Evaluation(REGIMES, ("ranking",), no_training, tiny_base)
    assert evaluation.run(EVE) == alone.run(EVE)


@pytest.mark.parametrize("with_adapter", [False, True])
def test_seats_that_share_a_network_count_as_engines_of_their_own_do(tiny_base, with_adapter):
    adapter = adapter_for(SuggestionEngine(tiny_base), "you") if with_adapter else None
    lines = ["how are you today", "see you at zorbton", "the tea", "are you there?"] * 3
    typist = Typist("a/b", lines[:4] * 2, lines)
    evaluation = Evaluation(REGIMES, POLICIES, lambda _: adapter, tiny_base)
    evaluation.run(ANN)
    assert evaluation.run(typist) == {
        (policy, regime): naive(tiny_base, policy, regime, typist, adapter)
        for regime in REGIMES
        for policy in POLICIES
    }


def test_only_the_regimes_and_policies_asked_for_are_measured(tiny_base):
    cold = Evaluation(["cold"], ["shown"], no_training, tiny_base)
    assert list(cold.run(ANN)) == [("shown", "cold")]
    online = Evaluation(["online"], POLICIES, no_training, tiny_base)
    assert list(online.run(ANN)) == [("ranking", "online"), ("shown", "online")]


def test_only_the_seat_that_asks_the_network_is_timed(tiny_base):
    lines = ["the tea", "the tea", "the tea", "the tea"]
    evaluation = Evaluation(("warm", "online"), ("ranking",), no_training, tiny_base)
    evaluation.run(Typist("a/b", ["the cat"], lines))
    took = {seat: len(outcome.latencies_s) for seat, outcome in evaluation.outcomes.items()}
    alone = Evaluation(("warm",), ("ranking",), no_training, tiny_base)
    alone.run(Typist("a/b", ["the cat"], lines))
    assert took["ranking", "warm"] == len(alone.outcomes["ranking", "warm"].latencies_s) // 2
    assert took["ranking", "online"] > 0


def test_a_test_of_one_line_is_timed_on_every_seat(evaluation):
    evaluation.run(EVE)
    assert all(outcome.latencies_s for outcome in evaluation.outcomes.values())


def test_users_one_after_another_are_measured_as_each_alone(tiny_base):
    def train(lines):
        return adapter_for(SuggestionEngine(tiny_base), "you") if "zorb" in str(lines) else None

    evaluation = Evaluation(REGIMES, ("ranking",), train, tiny_base)
    people = (ANN, BOB, EVE)
    found = list(evaluation.run_all(people))
    assert [typist for typist, _ in found] == list(people)
    alone = Evaluation(REGIMES, ("ranking",), train, tiny_base)
    assert [measured for _, measured in found] == [alone.run(typist) for typist in people]


def test_the_adapter_is_trained_on_the_history_alone_and_on_none_where_there_is_none(tiny_base):
    trained_on = []
    evaluation = Evaluation(REGIMES, ("ranking",), trained_on.append, tiny_base)
    evaluation.run(ANN)
    evaluation.run(BOB)
    assert trained_on == [list(ANN.history)]


def test_nothing_is_trained_for_those_who_are_measured_cold_or_without_adapters(tiny_base):
    trained_on = []
    Evaluation(["cold"], ("ranking",), trained_on.append, tiny_base).run(ANN)
    bare_words = frozenset({"adapter"})
    Evaluation(["warm"], ("ranking",), trained_on.append, tiny_base, without=bare_words).run(ANN)
    assert trained_on == []


def test_what_is_learned_is_redacted_as_a_profile_would(tiny_base):
    trained_on = []
    secret = "4111 1111 1111 1111"
    typist = Typist("a/b", [f"my card is {secret} ok"], ["1111 4111", "my card"])
    evaluation = Evaluation(["warm"], ("ranking",), trained_on.append, tiny_base)
    measured = evaluation.run(typist)["ranking", "warm"]
    assert "1111" not in str(trained_on)
    assert measured.keys_exact >= len("1111 4111 ")  # no key of the number is saved
    assert measured.keys < measured.characters  # of the words beside it there are


def test_an_adapter_that_was_trained_serves_its_typist_and_nobody_else(tiny_base):
    """It makes `you` likelier by far, so that its typist's next words change."""
    learned = adapter_for(SuggestionEngine(tiny_base), "you")
    typist = Typist("a/b", ["zorb"], ["you you you"])
    with_adapter = Evaluation(["cold", "warm"], ("ranking",), lambda _: learned, tiny_base)
    measured = bare(with_adapter, typist)
    assert measured["warm"].hits_at_1 == 3
    assert bare(with_adapter, typist)["cold"] == measured["cold"]
    assert measured["cold"].hits_at_1 < 3


def test_the_report_is_the_mean_over_corpora_of_pooled_figures(evaluation):
    measured = {typist.name: bare(evaluation, typist) for typist in (ANN, BOB, EVE)}
    report = evaluation.report("online", "ranking", many=True)
    sms = measured["sms/ann"]["online"] + measured["sms/bob"]["online"]
    mail = measured["mail/eve"]["online"]
    assert report["ksr"] == pytest.approx((sms.figures()["ksr"] + mail.figures()["ksr"]) / 2)
    assert report["words"] == sms.words + mail.words
    assert report["corpora"] == {"sms": sms.figures(), "mail": mail.figures()}
    assert report["users"]["mail/eve"] == mail.figures()


def test_the_report_is_one_line_of_the_agreed_fields(evaluation):
    evaluation.run(EVE)
    report = json.loads(json.dumps(evaluation.report("warm", "ranking", many=False)))
    assert set(report) == {
        "regime",
        "policy",
        "ksr",
        "ksr_exact",
        "recall_at_1",
        "recall_at_3",
        "words",
        "characters",
        "suggest_ms",
        "learn_s",
        "rss_mb",
    }
    assert (report["regime"], report["policy"]) == ("warm", "ranking")
    assert set(report["suggest_ms"]) == {"p50", "p95", "p99"}
    assert report["rss_mb"] > 10


def test_a_report_on_nobody_is_refused(evaluation):
    with pytest.raises(EvaluationRefused, match="nobody was measured"):
        evaluation.report("cold", "ranking", many=True)


def test_nothing_is_trained_where_no_training_is_asked_for():
    assert no_training(["a line"]) is None


def test_counts_of_a_typist_without_test_lines_are_nothing(evaluation):
    assert bare(evaluation, Typist("a/b", ["the"], []))["online"] == Counts()
