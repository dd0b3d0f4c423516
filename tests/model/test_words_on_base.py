"""On the shipped base, words of several pieces come up as early as if every word were scored in full.

The twin reads every piece of every word that fits the letters typed, and multiplies.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from hushkey.keyboard.reader import Reader, Reading
from hushkey.model.base import load_base
from hushkey.model.runtime import Runtime
from hushkey.model.text import fold, split_token
from hushkey.model.words import WordTable, softmax

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
TYPED = (3, 4, 5)  # letters; few enough words begin with them to score each in full
SHOWN = 3
PLACES = 25


class Exhaustive:
    """Every word's chance, piece by piece, one network step for each beginning that words share."""

    def __init__(
        self, table: WordTable, network: Runtime, longer: set[tuple[int, ...]], reading: Reading
    ) -> None:
        self.table, self.network, self.longer = table, network, longer
        self.states = {(): reading.state}
        self.scores = {(): softmax(reading.logits, table.vocabulary.starts_word)}

    def after(self, head: tuple[int, ...]) -> np.ndarray:
        """Chances (V,) of what follows the pieces `head` of a word."""
        if head not in self.scores:
            self.after(head[:-1])
            state, logits = self.network.advance(self.states[head[:-1]], head[-1])
            self.states[head] = state
            self.scores[head] = softmax(logits, ~self.table.vocabulary.is_mark)
        return self.scores[head]

    def chance(self, word: str) -> float:
        """P(word): its pieces, and its end where it could go on."""
        cut = self.table.vocabulary.pieces_of(word)
        product = 1.0
        for place, piece in enumerate(cut):
            product *= float(self.after(cut[:place])[piece])
        if cut in self.longer:
            product *= float(self.after(cut)[self.table.vocabulary.starts_word].sum())
        return product


def beginnings(table: WordTable) -> set[tuple[int, ...]]:
    """Pieces after which some word of the lexicon goes on."""
    cuts = map(tuple, table.vocabulary.pieces_of_all(table.lexicon.words))
    return {cut[:end] for cut in cuts for end in range(1, len(cut))}


def words_of_several_pieces(table: WordTable) -> Iterator[tuple[str, str]]:
    """(text before it, word) of words of the samples that the vocabulary cuts."""
    for path in sorted(SAMPLES.glob("*-history.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            start = 0
            for token in line.split():
                start = line.index(token, start)
                lead, core, _ = split_token(token)
                word = fold(core)
                known = table.lexicon.find(word) is not None and len(word) > TYPED[-1]
                if known and len(table.vocabulary.pieces_of(word)) > 1:
                    yield line[:start] + lead, word
                start += len(token)


def test_a_word_of_several_pieces_is_shown_where_exhaustive_scoring_shows_it():
    base = load_base()
    table, network = base.word_table, base.runtime()
    reader, longer = Reader(network, table), beginnings(table)
    ours = theirs = places = 0
    for context, word in islice(words_of_several_pieces(table), PLACES):
        reading = reader.read(context)
        outlook, twin = reader.outlook(reading), Exhaustive(table, network, longer, reading)
        low, high = table.lexicon.with_prefix(word[: TYPED[0]])
        full = {each: twin.chance(each) for each in table.lexicon.words[low:high]}
        mine = dict(zip(table.lexicon.words[low:high], outlook.chances[low:high], strict=True))
        for typed in TYPED:
            ours += is_shown(word, mine, word[:typed])
            theirs += is_shown(word, full, word[:typed])
        places += 1
    assert places == PLACES
    assert theirs > PLACES // 2  # else the places tell nothing
    assert ours >= theirs - 1  # of all places and numbers of letters


def is_shown(word: str, chances: dict[str, float], prefix: str) -> bool:
    """Whether a word is among the likeliest that begin with the letters typed."""
    rivals = sum(
        chance > chances[word] for each, chance in chances.items() if each.startswith(prefix)
    )
    return rivals < SHOWN
