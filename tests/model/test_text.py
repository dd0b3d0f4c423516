"""Typed text as the model sees it: the metric's words, marks for punctuation, the cursor's line."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hushkey.model.text import (
    GAP,
    MARKS,
    fold,
    marks_of,
    normalise,
    sentence_so_far,
    sentences_of,
    split_cursor,
    split_token,
    tokens_of,
    words_of,
)

any_text = st.text(st.characters(), max_size=40)  # lone surrogates included
prose = st.text("aB1'’.,?!…([)]-– \n\t\u00a0\u200bé█", max_size=40)
tokens = st.text("aB1é'.,!(█", min_size=1, max_size=12)


def metric_split(token: str) -> tuple[str, str, str]:
    """The measure's own words: letters and digits at both ends of the core."""
    places = [place for place, character in enumerate(token) if character.isalnum()]
    if not places:
        return token, "", ""
    return token[: places[0]], token[places[0] : places[-1] + 1], token[places[-1] + 1 :]


@given(st.one_of(any_text, tokens))
def test_a_token_is_split_as_the_measure_splits_it(token):
    assert split_token(token) == metric_split(token)


@given(st.one_of(any_text, prose))
@example("e\u200b\u0301")
@example("\u1ffd")
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.one_of(any_text, prose))
@example("ΑΣ Σ")
@example("e\u200b\u0301")
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_typographic_quotes_and_blanks_become_plain_ones():
    assert normalise("‘don’t’ “so”\u00a0it\ufeff") == "'don't' \"so\" it"  # noqa: RUF001


@pytest.mark.parametrize(
    ("punctuation", "marks"),
    [
        ("", []),
        (".", ["<.>"]),
        ("...", ["<…>"]),
        ("…", ["<…>"]),
        ("?!!!", ["<?>", "<!>"]),
        ("!!!!", ["<!>"]),
        ("[", ["<(>"]),
        ("—", ["<->"]),
        ("#", ["<sym>"]),
        (").,", ["<)>", "<.>"]),
    ],
)
def test_a_run_of_punctuation_becomes_at_most_two_marks(punctuation, marks):
    assert marks_of(punctuation) == marks


@given(any_text)
def test_every_mark_is_one_of_the_vocabularys(punctuation):
    assert set(marks_of(punctuation)) <= set(MARKS)


def test_a_line_is_folded_words_and_marks_in_order():
    assert list(tokens_of('He said "Hi", OK?')) == [
        ("he", True),
        ("said", True),
        ('<">', False),
        ("hi", True),
        ('<">', False),
        ("<,>", False),
        ("ok", True),
        ("<?>", False),
    ]


@given(st.one_of(any_text, prose))
def test_words_and_sentences_hold_the_same_words(line):
    flat = [word for sentence in sentences_of(line) for word in sentence if word != GAP]
    assert flat == words_of(line)


@given(prose)
def test_the_words_of_a_line_are_those_its_tokens_name(line):
    line = line.replace(GAP, "")
    assert [word.lower() for word in words_of(line)] == [
        text for text, is_word in tokens_of(line) if is_word
    ]


def test_sentences_end_at_stops_and_not_at_commas_or_inside_words():
    assert sentences_of("Well, yes. No? 3.5 is fine... Go … on") == [
        ["Well", "yes"],
        ["No"],
        ["3.5", "is", "fine"],
        ["Go"],
        ["on"],
    ]


def test_a_gap_stands_among_the_words_and_is_none_of_them():
    assert sentences_of("my code is █, thanks") == [["my", "code", "is", GAP, "thanks"]]
    assert sentences_of("pin:█x. Next") == [[GAP], ["Next"]]
    assert words_of("my code is █ a█b thanks") == ["my", "code", "is", "thanks"]


@given(st.one_of(any_text, prose))
def test_the_sentence_so_far_is_the_last_one_unless_it_has_ended(context):
    sentences = sentences_of(context)
    so_far = sentence_so_far(context)
    assert so_far == [] or so_far == sentences[-1]
    begun = sentence_so_far(context + " word")
    assert begun == [*so_far, "word"]


@given(st.one_of(any_text, prose))
def test_context_and_prefix_are_the_current_line_at_every_place_of_the_cursor(text):
    for place in range(len(text) + 1):
        before = text[:place]
        context, prefix = split_cursor(before)
        assert context + prefix == before.split("\n")[-1]


@given(st.one_of(any_text, prose))
def test_a_prefix_is_one_word_begun_and_the_context_ends_at_its_boundary(before):
    context, prefix = split_cursor(before)
    assert prefix == "" or prefix[0].isalnum()
    assert not any(character.isspace() for character in prefix)
    if prefix and context:
        assert not context[-1].isalnum()


@given(tokens, tokens)
def test_while_a_word_is_typed_the_prefix_is_what_the_measure_has_typed_of_it(first, second):
    lead, core, _ = split_token(second)
    for typed in range(1, len(core) + 1):
        assert split_cursor(f"{first} {lead}{core[:typed]}") == (f"{first} {lead}", core[:typed])


@pytest.mark.parametrize(
    ("before", "context", "prefix"),
    [
        ("", "", ""),
        ("hel", "", "hel"),
        ("hello ", "hello ", ""),
        ("one\ntwo thr", "two ", "thr"),
        ("one\n", "", ""),
        ("say (hel", "say (", "hel"),
        ("say (", "say (", ""),
        ("don't", "", "don't"),
        ("it is 'ti", "it is '", "ti"),
    ],
)
def test_the_cursor_divides_a_line_into_what_is_finished_and_what_is_begun(before, context, prefix):
    assert split_cursor(before) == (context, prefix)
