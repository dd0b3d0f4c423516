"""Lists of single words over one table each: they do not mix, and case does not tell two words apart."""

from hushkey.keyboard.store import Store
from hushkey.keyboard.wordlist import WordList


def test_two_lists_do_not_know_of_each_other():
    with Store.memory() as store:
        blocked, kept = WordList(store, "blocked"), WordList(store, "kept_as_typed")
        blocked.add("Ducking")
        kept.add("Teh")
        kept.add("teh")
        assert (blocked.words(), kept.words()) == (["Ducking"], ["Teh"])
        assert not blocked.remove("teh")
        assert kept.remove("TEH")
        assert kept.words() == []


def test_halves_of_surrogate_pairs_and_zero_bytes_are_cut():
    with Store.memory() as store:
        kept = WordList(store, "kept_as_typed")
        kept.add("te\0h\ud800")
        assert kept.words() == ["teh?"]
        assert kept.remove("teh\ud800")
