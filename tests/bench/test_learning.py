"""What the tables on learning rest on: who is measured, on what, what a mean says, what is kept between runs."""

import json
import lzma

import numpy as np
import pytest

from bench.learning.asking import Question, ask_all, kept
from bench.learning.means import mean_of, share_of
from bench.learning.program import reached, version_of
from bench.learning.pupil import DEPENDS
from bench.learning.results import Results
from bench.learning.writers import LEAST_TEST, Writer, concatenated, cut, read_writers, sample
from bench.typing.hosts import Missing
from hushkey.model.base import load_base


def writer(name: str, words: int, a_line: int = 7) -> Writer:
    said = [f"w{number}" for number in range(words)]
    lines = [" ".join(said[first : first + a_line]) for first in range(0, words, a_line)]
    return Writer(name, lines, words)


def words_of(lines) -> list[str]:
    return " ".join(lines).split()


def test_the_test_is_what_was_written_directly_after_the_history():
    typist = cut(writer("a/1", 5_000), 1_000, 600)
    history, test = words_of(typist.history), words_of(typist.test)
    assert len(history) == 1_000
    assert 600 <= len(test) < 607
    assert history + test == [f"w{number}" for number in range(5_000 - 1_000 - len(test), 5_000)]


def test_who_has_too_little_for_a_whole_test_has_a_shorter_one_or_none():
    short = cut(writer("a/1", 1_000 + 500), 1_000, 600)
    assert len(words_of(short.history)) == 1_000
    assert LEAST_TEST <= len(words_of(short.test)) <= 500
    assert cut(writer("a/1", 1_000 + LEAST_TEST - 1), 1_000, 600) is None
    assert cut(writer("a/1", 900), 1_000, 600) is None


def test_the_sample_is_the_first_of_each_corpus_and_takes_all_where_there_are_fewer():
    writers = [writer(f"a/{number}", 1_000) for number in range(9)]
    writers += [writer("b/0", 1_000), writer("b/1", 300)]
    names = [typist.name for typist in sample(writers, 300, 4, 600)]
    assert names == ["a/0", "b/0", "a/1", "a/2", "a/3"]
    assert {*names} <= {typist.name for typist in sample(writers, 100, 6, 600)}


def test_writers_of_other_tables_are_left_out_and_the_order_says_nothing(tmp_path):
    rows = [{"user": f"u{number}", "t": number, "text": f"line {number}"} for number in range(40)]
    with lzma.open(tmp_path / "one.jsonl.xz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    left_out = tmp_path / "typists.jsonl"
    left_out.write_text(json.dumps({"user": "one/u7", "history": [], "test": []}) + "\n")
    names = [writer.name for writer in read_writers(tmp_path, left_out)]
    assert {*names} == {f"one/u{number}" for number in range(40) if number != 7}
    assert names not in (sorted(names), sorted(names, reverse=True))
    assert names == [writer.name for writer in read_writers(tmp_path, left_out)]


def test_concatenated_writers_give_each_corpus_an_equal_share():
    writers = [writer(f"{corpus}/{number}", 90) for corpus in "abc" for number in range(9)]
    lines = concatenated(writers, 600)
    assert len(words_of(lines)) == 600
    assert (
        words_of(lines)[:200]
        == words_of([*writers[0].lines, *writers[1].lines, *writers[2].lines])[:200]
    )


def test_an_interval_holds_its_mean_and_narrows_with_users():
    rng = np.random.default_rng(3)
    few, many = (mean_of(list(rng.normal(0.5, 1.0, users))) for users in (12, 1_200))
    assert few.low < few.mean < few.high
    assert many.high - many.low < (few.high - few.low) / 5
    assert mean_of([0.25, 0.25]).told() == "+0.25 (+0.25 to +0.25)"


def test_a_share_is_that_of_the_means_and_of_nothing_there_is_none():
    whole = [0.1, 0.2, 0.3, 0.4]
    share = share_of([0.9 * gain for gain in whole], whole)
    assert share.mean == pytest.approx(0.9)
    assert (share.low, share.high) == (pytest.approx(0.9), pytest.approx(0.9))
    assert share_of([0.1, 0.2], [0.1, -0.1]).told() == "–"
    assert share_of(whole, [1.0, -0.9, 0.1, 0.1]).high == float("inf")


def test_answers_outlive_a_run_that_was_cut_off_in_the_midst_of_a_line(tmp_path):
    path = tmp_path / "kept" / "answers.jsonl"
    Results(path).add("one", {"value": 1})
    with path.open("a", encoding="utf-8") as file:
        file.write('{"key": "two", "val')
    again = Results(path)
    assert again.get("one") == {"key": "one", "value": 1}
    assert again.get("two") is None
    again.add("three", {"value": 3})
    assert Results(path).get("three") == {"key": "three", "value": 3}


def test_an_answer_depends_on_the_trainer_the_judge_and_the_keyboard_and_not_on_what_it_never_meets():
    names = reached(DEPENDS)
    assert {
        "hushkey.keyboard.engine",
        "hushkey.keyboard.learning.judge",
        "hushkey.keyboard.learning.folds",
        "hushkey.model.training.finetune",
        "hushkey.model.training.lean_softmax",
        "hushkey.model.groups",
        "hushkey.model.evaluation",
    } <= names.keys()
    assert not {name for name in names if "redaction" in name or "tui" in name or "profile" in name}


def test_the_version_changes_with_the_base():
    base = load_base()
    other = type(base)(base.folder, {**base.hashes, "gates.json": "0" * 64})
    assert version_of(base, DEPENDS) == version_of(base, DEPENDS) != version_of(other, DEPENDS)


def test_what_is_kept_is_not_asked_again_and_after_its_time_nothing_is(tmp_path):
    results = Results(tmp_path / "answers.jsonl")
    questions = [Question({"user": f"a/{n}"}, {"history": [], "n": n}, 1.0) for n in range(3)]
    results.add(questions[1].key("v"), {"user": "a/1", "answer": 1})
    found = ask_all("no.such.module", questions, "v", results, 2, limit_s=-1.0)
    assert [one["answer"] for one in found] == [1]
    assert kept(questions, "another version", results) == []
    with pytest.raises(Missing):
        ask_all("no.such.module", questions, "v", results, 2)
