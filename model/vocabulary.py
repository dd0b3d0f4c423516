"""Sentencepiece vocabulary: words to pieces and back. It knows no model."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import sentencepiece

from hushkey.model.text import MARKS, tokens_of

BOS = "<s>"
WORD_START = "▁"


class Vocabulary:
    """Pieces of words and marks (Kudo 2018, subword regularisation; unigram with byte fallback).

    Each word is cut by itself, so that its pieces do not depend on what stands around it.
    """

    def __init__(self, model: bytes) -> None:
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        self.size: int = self._processor.get_piece_size()
        self.bos: int = self._processor.piece_to_id(BOS)
        self._marks = {mark: self._processor.piece_to_id(mark) for mark in MARKS}
        pieces = [self._processor.id_to_piece(i) for i in range(self.size)]
        self.starts_word = np.array([piece.startswith(WORD_START) for piece in pieces])  # (V,) bool
        self.is_mark = np.zeros(self.size, dtype=bool)  # (V,)
        self.is_mark[list(self._marks.values())] = True
        self.pieces_of = lru_cache(maxsize=8_192)(self._cut)

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read a sentencepiece model file."""
        return cls(path.read_bytes())

    def _cut(self, word: str) -> tuple[int, ...]:
        readable = word.encode(errors="replace").decode()  # terminals pass on lone surrogates
        return tuple(self._processor.encode(readable))

    def pieces_of_all(self, words: Sequence[str]) -> list[list[int]]:
        """Return the pieces of many words at once, which is faster than one by one."""
        cut: list[list[int]] = self._processor.encode(list(words))
        return cut

    def encode(self, line: str) -> list[int]:
        """Return the pieces of a line, words and marks, without the start of sentence."""
        pieces: list[int] = []
        for token, is_word in tokens_of(line):
            if is_word:
                pieces.extend(self.pieces_of(token))
            else:
                pieces.append(self._marks[token])
        return pieces

    def words_of(self, numbers: Iterable[int]) -> list[str]:
        """Return the text of pieces that open a word, without the sign that says so."""
        return [self._processor.id_to_piece(number).removeprefix(WORD_START) for number in numbers]

    def text_of(self, pieces: list[int]) -> str:
        """Return the words that pieces spell, marks written as they are named."""
        text: str = self._processor.decode(pieces)
        return text
