"""How good a base is on lines that never trained it, and how close its int8 graph comes to its float twin."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np
import torch

from hushkey.model.base import Base
from hushkey.model.runtime import Runtime
from hushkey.model.training.corpus import EncodedFile, Pieces
from hushkey.model.training.network import Network
from hushkey.model.words import WordTable

_LINES = 250  # of each file
_BATCH = 32
_TOP = 5  # pieces compared between int8 and float


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Figures over held-out lines; a word's chance is the product of its pieces' chances."""

    words: int
    word_perplexity: float  # of the float network, words without the punctuation around them
    recall_at_1: (
        float  # next word, of the int8 graph over the lexicon; unknown words count as missed
    )
    recall_at_3: float
    agreement: float  # share of the float network's five likeliest pieces that int8 has in its five
    lines: int


def held_lines(files: Sequence[EncodedFile], *, most: int = _LINES) -> list[Pieces]:
    """Return the first held-out lines of each file, empty ones left out."""
    lines: list[Pieces] = []
    for file in files:
        own = [file.line(int(index)) for index in np.flatnonzero(file.held)]
        lines.extend([line for line in own if len(line)][:most])
    return lines


def appraise(network: Network, base: Base, lines: Sequence[Pieces]) -> Appraisal:
    """Measure a network and the graph exported from it on lines of pieces."""
    network = network.cpu().float().eval()
    runtime, table = base.runtime(), base.word_table
    nats, words, hits_1, hits_3, same, compared = 0.0, 0, 0, 0, 0, 0
    for first in range(0, len(lines), _BATCH):
        for line, floats, ints in _logits(
            network, runtime, lines[first : first + _BATCH], table.vocabulary.bos
        ):
            shifted = floats - floats.max(axis=1, keepdims=True)
            logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            counted = ~table.vocabulary.is_mark[line]
            nats -= float(logs[np.arange(len(line)), line][counted].sum())
            for place in np.flatnonzero(table.vocabulary.starts_word[line]):
                words += 1
                best = _best_words(table, ints[place])
                target = _word_at(table, line, int(place))
                hits_1 += int(target is not None and target == best[0])
                hits_3 += int(target in best)
                both = set(_top(floats[place])) & set(_top(ints[place]))
                same, compared = same + len(both), compared + _TOP
    return Appraisal(
        words, exp(nats / words), hits_1 / words, hits_3 / words, same / compared, len(lines)
    )


def _logits(
    network: Network, runtime: Runtime, lines: Sequence[Pieces], bos: int
) -> list[tuple[Pieces, np.ndarray, np.ndarray]]:
    """(line, float logits (T, V), int8 logits (T, V)) of each line, before each of its pieces."""
    longest = max(len(line) for line in lines)
    inputs = np.full((longest, len(lines)), bos, dtype=np.int64)
    for column, line in enumerate(lines):
        inputs[1 : len(line), column] = line[:-1]
    with torch.no_grad():
        features, _ = network(torch.from_numpy(inputs))
    state = runtime.initial_state(len(lines))
    rows = []
    for step in inputs:
        state, logits = runtime.advance_batch(state, step.tolist())
        rows.append(logits)
    ints = np.stack(rows)  # (T, B, V)
    found = []
    for column, line in enumerate(lines):
        with torch.no_grad():
            floats = network.logits(features[: len(line), column]).numpy()
        found.append((line, floats, ints[: len(line), column]))
    return found


def _top(logits: np.ndarray) -> list[int]:
    return [int(piece) for piece in np.argpartition(-logits, _TOP)[:_TOP]]


def _best_words(table: WordTable, logits: np.ndarray) -> list[int]:
    chances = table.distribution(logits)
    three = np.argpartition(-chances, 3)[:3]
    return [int(word) for word in three[np.argsort(-chances[three])]]


def _word_at(table: WordTable, line: Pieces, place: int) -> int | None:
    """Return the number of the word that starts at a place of a line."""
    end = place + 1
    stops = table.vocabulary.starts_word | table.vocabulary.is_mark
    while end < len(line) and not stops[line[end]]:
        end += 1
    return table.lexicon.find(table.vocabulary.text_of([int(piece) for piece in line[place:end]]))
