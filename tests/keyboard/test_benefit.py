"""What suggestions saved, and who is told to have brought it."""

from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.benefit import Acceptance, Benefit, Credit, credited, taken_back

TOMORROW = Acceptance("see you tom", "tomorrow", 3, "completion")


def test_a_word_taken_after_three_letters_saves_the_rest_of_it() -> None:
    assert (TOMORROW.net, TOMORROW.gain) == (6, 5)


def test_what_the_base_would_have_offered_at_that_letter_is_all_the_bases() -> None:
    assert credited(TOMORROW, Credit(5, 5)) == Benefit(base=5)


def test_letters_that_the_base_would_have_asked_for_more_are_mine() -> None:
    assert credited(TOMORROW, Credit(2, 2)) == Benefit(base=2, mine=3)


def test_what_the_shared_adapter_adds_to_the_base_is_told_apart() -> None:
    assert credited(TOMORROW, Credit(1, 4)) == Benefit(base=1, shared=3, mine=1)


def test_a_shared_adapter_that_would_have_saved_less_is_credited_with_nothing() -> None:
    assert credited(TOMORROW, Credit(4, 1)) == Benefit(base=4, mine=1)


def test_a_correction_that_adds_no_letter_costs_its_key() -> None:
    the = Acceptance("teh ", "the", 4, "correction")
    assert credited(the, Credit(0, 0)) == Benefit(spent=1)


def test_a_word_taken_back_with_one_key_costs_its_letters_and_the_key() -> None:
    # "tom", the key that takes "tomorrow ", Ctrl+W: four keys and one, and nothing stands.
    typed = Benefit(keys=3, characters=3)
    taken = Benefit(keys=1, characters=6, accepted=1)
    whole = typed + taken + credited(TOMORROW, Credit(5, 5)) + taken_back(9)
    assert whole.saved == -5
    assert whole.base + whole.shared + whole.mine - whole.spent == whole.saved


def test_neither_text_before_the_cursor_nor_the_word_is_in_a_repr() -> None:
    assert "tom" not in repr(TOMORROW)


def test_sums_of_another_version_are_read_as_far_as_they_are_known() -> None:
    assert Benefit.from_dict({"keys": 3, "emoji": 4}) == Benefit(keys=3)
    assert Benefit.from_dict(Benefit(1, 2, 3, 4, 5, 6, 7).as_dict()) == Benefit(1, 2, 3, 4, 5, 6, 7)


_KEYS = st.one_of(
    st.just("letter"),
    st.builds(
        Acceptance,
        st.just(""),
        st.text("ab", max_size=9),
        st.integers(0, 9),
        st.sampled_from(["completion", "correction", "phrase"]),
    ),
    st.integers(-3, 9),  # characters taken back
)


@given(st.lists(st.tuples(_KEYS, st.integers(-2, 12), st.integers(-2, 12))))
def test_the_shares_less_what_was_spent_are_always_what_was_saved(keys: list[object]) -> None:
    total = Benefit()
    for key, base, shared in keys:
        if key == "letter":
            total += Benefit(keys=1, characters=1)
        elif isinstance(key, Acceptance):
            total += Benefit(keys=1, characters=key.net, accepted=1)
            total += credited(key, Credit(base, shared))
        else:
            total += taken_back(key)
    assert total.base + total.shared + total.mine - total.spent == total.saved
    assert min(total.base, total.shared, total.mine) >= 0
