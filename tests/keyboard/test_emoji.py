"""The emoji that words earn."""

import unicodedata

import pytest

from hushkey.keyboard.emoji import _BY_WORD, _EARNED, _TOGETHER, emoji_after
from hushkey.model.text import fold


@pytest.mark.parametrize(
    ("before", "emoji"),
    [
        ("see you at the party ", "🎉"),
        ("I made Pizza! ", "🍕"),
        ("happy birthday ", "🎂"),
        ("birthday ", "🎂"),
        ("thank you ", "🙏"),
        ("are you ", ""),
        ("the party", ""),
        ("", ""),
        (" ", ""),
        ("party\n", ""),
        ("the party 🎉 ", ""),
    ],
)
def test_an_emoji_follows_the_finished_word_that_earns_it(before, emoji):
    assert emoji_after(before) == emoji


@pytest.mark.parametrize("emoji", sorted({*_EARNED, *_TOGETHER.values()}))
def test_every_emoji_is_one_character_two_cells_wide(emoji):
    assert len(emoji) == 1
    assert unicodedata.east_asian_width(emoji) == "W"


def test_the_words_of_the_table_are_folded_and_each_stands_there_once():
    listed = [word for words in _EARNED.values() for word in words.split()]
    assert len(listed) == len(set(listed)) > 150
    assert all(fold(word) == word for word in (*_BY_WORD, *_TOGETHER))
