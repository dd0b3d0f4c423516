"""The ideal typist against transcripts counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.model.evaluation import (
    Counts,
    latency_figures,
    mean_over,
    type_line,
    type_lines,
)
from hushkey.model.text import split_token

lines = st.text("abAB ',.!(é1\t", max_size=30)


def scripted(answers: dict[str, list[str]]):
    """Suggest by table; nothing where the table is silent."""
    return lambda before: answers.get(before, [])


def silent(before: str) -> list[str]:
    return []


def test_a_transcript_counted_by_hand():
    """The transcript: `See` typed; `you` taken at once; `(tomorrow)` taken after `t`; `—` typed."""
    suggest = scripted(
        {
            "See ": ["me", "you", "the"],  # one key and its blank is given
            "See you (": ["today", "there", "then"],
            "See you (t": ["tomorrow", "today"],
        }
    )
    counts = type_line("See you (tomorrow) —", suggest, [])
    assert counts == Counts(
        words=3,
        hits_at_1=0,
        hits_at_3=1,  # you
        characters=4 + 4 + 11 + 2,
        keys=4 + 1 + (1 + 1 + 1 + 1) + 2,  # ( t, the taking key, ) and the dash with its blank
        keys_exact=4 + 1 + 4 + 2,
    )


def test_a_word_in_another_case_is_taken_by_who_ignores_case_alone():
    suggest = scripted({"": ["paris"], "P": ["paris"], "Pa": ["Paris"]})
    counts = type_line("Paris", suggest, [])
    assert (counts.hits_at_1, counts.hits_at_3) == (1, 1)
    assert counts.keys == 1
    assert counts.keys_exact == 2 + 1


def test_only_the_first_three_suggestions_count():
    counts = type_line("you", lambda before: ["a", "b", "c", "you"], [])
    assert counts.keys == counts.keys_exact == counts.characters == 4
    assert counts.hits_at_3 == 0


def test_a_word_offered_again_later_was_taken_the_first_time():
    suggest = scripted({"y": ["you"], "yo": ["your"]})
    assert type_line("you", suggest, []).keys == 2


def test_a_word_already_typed_in_full_is_not_asked_for_again():
    asked = []

    def suggest(before):
        asked.append(before)
        return []

    type_line("ab cd", suggest, [])
    assert asked == ["", "a", "ab ", "ab c"]


def test_the_context_is_what_stands_before_the_word_in_this_line_blanks_and_all():
    asked = []

    def suggest(before):
        asked.append(before)
        return ["b"]

    type_line("  a\t(b", suggest, [])
    assert asked == ["  ", "  a\t("]


def test_a_word_found_exactly_ends_the_questions():
    asked = []

    def suggest(before):
        asked.append(before)
        return ["tomorrow"] if before == "to" else []

    type_line("tomorrow", suggest, [])
    assert asked == ["", "t", "to"]


@given(lines)
def test_without_suggestions_every_character_is_a_key(line):
    counts = type_line(line, silent, [])
    assert counts.keys == counts.keys_exact == counts.characters
    assert counts.characters == sum(len(token) + 1 for token in line.split())
    assert counts.words == sum(bool(split_token(token)[1]) for token in line.split())


@given(lines)
def test_a_mind_reader_needs_one_key_a_word_and_the_punctuation(line):
    answers = {}
    position = 0
    for token in line.split():
        start = line.index(token, position)
        position = start + len(token)
        lead, core, _ = split_token(token)
        answers[line[:start] + lead] = [core]
    counts = type_line(line, scripted(answers), [])
    punctuation = sum(
        len(lead) + len(trail) + (0 if core else 1)
        for lead, core, trail in map(split_token, line.split())
    )
    assert counts.keys == counts.keys_exact == counts.words + punctuation
    assert counts.hits_at_1 == counts.hits_at_3 == counts.words


@given(lines, st.lists(st.sampled_from(["a", "A", "ab", "b", "é"]), max_size=4))
def test_minding_the_case_never_saves_keys(line, offered):
    counts = type_line(line, lambda before: offered, [])
    assert counts.keys <= counts.keys_exact <= counts.characters
    assert counts.hits_at_1 <= counts.hits_at_3 <= counts.words


@given(st.lists(lines, max_size=4))
def test_lines_typed_together_count_as_the_sum_of_lines_typed_alone(several):
    alone = Counts()
    for line in several:
        alone += type_line(line, lambda before: ["ab", "a"], [])
    assert type_lines(several, lambda before: ["ab", "a"], []) == alone


def test_each_line_is_handed_on_once_it_was_typed_and_not_before():
    events = []

    def suggest(before):
        events.append(f"asked {before!r}")
        return []

    type_lines(["a", "b"], suggest, [], after=lambda line: events.append(f"typed {line}"))
    assert events == ["asked ''", "typed a", "asked ''", "typed b"]


def test_every_question_is_timed():
    latencies: list[float] = []
    type_lines(["ab", "c"], silent, latencies)
    assert len(latencies) == 3
    assert all(seconds >= 0 for seconds in latencies)


def test_the_figures_are_shares_of_characters_and_of_words():
    counts = Counts(words=4, hits_at_1=1, hits_at_3=2, characters=20, keys=10, keys_exact=15)
    assert counts.figures() == {
        "ksr": 0.5,
        "ksr_exact": 0.25,
        "recall_at_1": 0.25,
        "recall_at_3": 0.5,
        "words": 4,
        "characters": 20,
    }


def test_nothing_typed_has_figures_too():
    assert Counts().figures()["recall_at_3"] == 0.0


def test_the_mean_weighs_corpora_alike_and_sums_their_sizes():
    small = Counts(words=1, hits_at_1=1, hits_at_3=1, characters=10, keys=0, keys_exact=0)
    large = Counts(words=99, hits_at_1=0, hits_at_3=0, characters=1000, keys=1000, keys_exact=1000)
    mean = mean_over([small, large])
    assert mean["ksr"] == pytest.approx(0.5)
    assert mean["recall_at_1"] == pytest.approx(0.5)
    assert mean["words"] == 100
    assert mean["characters"] == 1010


def test_latencies_are_told_in_milliseconds():
    figures = latency_figures([0.001] * 99 + [0.1])
    assert figures["p50"] == pytest.approx(1.0)
    assert figures["p50"] <= figures["p95"] <= figures["p99"] <= 100.0
    assert latency_figures([]) == {"p50": 0.0, "p95": 0.0, "p99": 0.0}
