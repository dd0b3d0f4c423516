"""How a predicted word is written, by the letters typed and by its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.casing import capitalised, cased


@pytest.mark.parametrize(
    ("form", "prefix", "opens_sentence", "written"),
    [
        ("the", "", False, "the"),
        ("the", "", True, "The"),
        ("I", "", False, "I"),
        ("GitHub", "", False, "GitHub"),
        ("iPhone", "", True, "IPhone"),
        ("the", "t", False, "the"),
        ("the", "T", False, "The"),
        ("the", "t", True, "the"),  # typed small: it stays small
        ("the", "TH", False, "THE"),
        ("GitHub", "gi", False, "gitHub"),  # what was typed is never changed
        ("GitHub", "Gi", False, "GitHub"),
        ("GitHub", "GI", False, "GITHUB"),
        ("I'm", "I", False, "I'm"),
        ("I'm", "I'", False, "I'm"),  # one capital is no capitals lock, whatever follows it
        ("I'll", "I'L", False, "I'LL"),
        ("I'm", "i", False, "i'm"),
        ("paris", "P", False, "Paris"),
        ("2nd", "2", True, "2nd"),
        ("2ND", "2", False, "2ND"),
        ("corrected", "kor", False, "corrected"),
        ("corrected", "Kor", False, "Corrected"),
        ("straße", "STR", False, "STRASSE"),
        ("don't", "don’", False, "don’t"),
        ("cafés", "cafe\u0301", False, "cafe\u0301s"),
        ("", "", True, ""),
    ],
)
def test_a_word_is_written_as_it_belongs_here(form, prefix, opens_sentence, written):
    assert cased(form, prefix, opens_sentence=opens_sentence) == written


@given(st.text("abCÉé'1", min_size=1, max_size=8), st.integers(1, 8), st.booleans())
def test_a_completion_begins_with_what_was_typed(form, typed, opens):
    for prefix in (form[:typed], form[:typed].lower()):
        assert cased(form, prefix, opens_sentence=opens).startswith(prefix)


@given(st.text(max_size=8), st.text(max_size=8), st.booleans())
def test_casing_changes_letters_to_no_others(form, prefix, opens):
    written = cased(form, prefix, opens_sentence=opens)
    assert written.casefold() == form.casefold() or written.lower() == form.lower()


@given(st.text(max_size=8))
def test_a_capital_is_put_on_the_first_letter_alone(form):
    assert capitalised(form)[-len(form[1:]) or len(form) :] == form[1:]
    assert capitalised(capitalised(form)) == capitalised(form)
