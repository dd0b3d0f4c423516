"""Measuring typists: each one new, three regimes, files that are refused."""

import json
import lzma

import numpy as np
import pytest

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.evaluating import (
    REGIMES,
    Evaluation,
    EvaluationRefused,
    Typist,
    no_training,
    read_lines_of,
    read_typists,
)
from hushkey.model.adapter import Adapter
from hushkey.model.evaluation import Counts

ANN = Typist("sms/ann", ["see you at zorbton"] * 4, ["see you at zorbton", "see you at quuxville"])
BOB = Typist("sms/bob", [], ["the blip is late", "the blip is late", "the blip is late"])
EVE = Typist("mail/eve", ["how are you"], ["how are you (today)?"])


@pytest.fixture(scope="module")
def shared(tiny_base) -> SuggestionEngine:
    return SuggestionEngine(tiny_base)


@pytest.fixture
def evaluation(shared) -> Evaluation:
    return Evaluation(REGIMES, "ranking", no_training, shared)


def test_every_regime_types_the_same_words(evaluation):
    measured = evaluation.run(ANN)
    assert list(measured) == list(REGIMES)
    assert {(c.words, c.characters) for c in measured.values()} == {(8, 40)}


def test_learning_the_history_saves_keys_and_learning_on_the_way_saves_more(evaluation):
    ann = evaluation.run(ANN)
    assert ann["warm"].keys < ann["cold"].keys
    bob = evaluation.run(BOB)
    assert bob["warm"] == bob["cold"]  # no history
    assert bob["online"].keys < bob["warm"].keys


def test_each_typist_starts_as_on_the_first_day(evaluation, shared, tiny_base):
    for typist in (ANN, BOB):
        evaluation.run(typist)
    alone = Evaluation(REGIMES, "ranking", no_training, SuggestionEngine(tiny_base))
    assert evaluation.run(EVE) == alone.run(EVE)


def test_only_the_regimes_asked_for_are_measured(shared):
    assert list(Evaluation(["cold"], "shown", no_training, shared).run(ANN)) == ["cold"]
    assert list(Evaluation(["online"], "shown", no_training, shared).run(ANN)) == ["online"]


def test_the_adapter_is_trained_on_the_history_alone_and_on_none_where_there_is_none(shared):
    trained_on = []
    evaluation = Evaluation(REGIMES, "ranking", trained_on.append, shared)
    evaluation.run(ANN)
    evaluation.run(BOB)
    assert trained_on == [list(ANN.history)]


def test_what_is_learned_is_redacted_as_a_profile_would(shared):
    trained_on = []
    secret = "4111 1111 1111 1111"
    typist = Typist("a/b", [f"my card is {secret} ok"], [f"the card {secret} again", "so"])
    Evaluation(["online"], "ranking", trained_on.append, shared).run(typist)
    assert "1111" not in str(trained_on)
    assert not shared.knows("1111")
    assert not shared.knows("4111")
    assert shared.knows("card")


def test_an_adapter_that_was_trained_serves_its_typist_and_nobody_else(shared):
    """It makes `t` words likelier by far, so that its typist's next words change."""
    zero = shared.zero_adapter()
    bias = np.zeros_like(zero.output_bias)
    bias[shared.base.vocabulary.pieces_of("you")[0]] = 30.0
    learned = Adapter(zero.base, zero.seed, zero.lstm_bias, zero.input, zero.output, bias)
    typist = Typist("a/b", ["zorb"], ["you you you"])
    with_adapter = Evaluation(["cold", "warm"], "ranking", lambda lines: learned, shared)
    measured = with_adapter.run(typist)
    assert measured["warm"].hits_at_1 == 3
    assert with_adapter.run(typist)["cold"] == measured["cold"]
    assert measured["cold"].hits_at_1 < 3


def test_the_report_is_the_mean_over_corpora_of_pooled_figures(evaluation):
    measured = {typist.name: evaluation.run(typist) for typist in (ANN, BOB, EVE)}
    report = evaluation.report("online", many=True)
    sms = measured["sms/ann"]["online"] + measured["sms/bob"]["online"]
    mail = measured["mail/eve"]["online"]
    assert report["ksr"] == pytest.approx((sms.figures()["ksr"] + mail.figures()["ksr"]) / 2)
    assert report["words"] == sms.words + mail.words
    assert report["corpora"] == {"sms": sms.figures(), "mail": mail.figures()}
    assert report["users"]["mail/eve"] == mail.figures()


def test_the_report_is_one_line_of_the_agreed_fields(evaluation):
    evaluation.run(EVE)
    report = json.loads(json.dumps(evaluation.report("warm", many=False)))
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
        evaluation.report("cold", many=True)


def rows(*typists: Typist) -> str:
    return "".join(
        json.dumps({"user": t.name, "history": list(t.history), "test": list(t.test)}) + "\n"
        for t in typists
    )


@pytest.mark.parametrize("name", ["users.jsonl", "users.jsonl.xz"])
def test_users_are_read_from_json_lines_plain_or_compressed(tmp_path, name):
    path = tmp_path / name
    data = rows(ANN, BOB, EVE).encode()
    path.write_bytes(lzma.compress(data) if name.endswith("xz") else data)
    assert list(read_typists(path)) == [ANN, BOB, EVE]
    assert list(read_typists(path, limit=2)) == [ANN, BOB]
    assert [typist.corpus for typist in read_typists(path)] == ["sms", "sms", "mail"]


@pytest.mark.parametrize(
    "row",
    [
        "",
        "no json",
        "[]",
        "3",
        '{"user": "a/b", "history": []}',
        '{"user": "a/b", "history": "one line", "test": []}',
        '{"user": "a/b", "history": [1], "test": []}',
        '{"user": null, "history": [], "test": []}',
    ],
)
def test_a_line_that_is_no_user_is_named_and_never_quoted(tmp_path, row):
    path = tmp_path / "users.jsonl"
    path.write_text(rows(ANN) + row + "\n")
    found = read_typists(path)
    assert next(found) == ANN
    with pytest.raises(EvaluationRefused, match=r"line 2 of users\.jsonl") as refused:
        next(found)
    assert len(row) < 5 or row not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("users.jsonl", b"\xff\xfe"),
        ("users.jsonl.xz", b"not compressed"),
        ("users.jsonl.xz", lzma.compress(rows(ANN).encode() * 50)[:-20]),
    ],
    ids=["not UTF-8", "not xz", "truncated"],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(EvaluationRefused, match="cannot be read"):
        list(read_typists(path))
    with pytest.raises(EvaluationRefused, match="cannot be read"):
        read_lines_of(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(EvaluationRefused, match="absent"):
        read_lines_of(tmp_path / "absent.txt")


def test_lines_are_read_without_blank_ones(tmp_path):
    path = tmp_path / "history.txt"
    path.write_text("  one line \n\n \nanother\n")
    assert read_lines_of(path) == ["one line", "another"]


def test_nothing_is_trained_where_no_training_is_asked_for():
    assert no_training(["a line"]) is None


def test_counts_of_a_typist_without_test_lines_are_nothing(evaluation):
    assert evaluation.run(Typist("a/b", ["the"], []))["online"] == Counts()
