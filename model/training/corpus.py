"""A folder of text files as arrays of pieces: encode once, hold some lines out, draw batches."""

import lzma
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hushkey.model.errors import CorpusRefused
from hushkey.model.text import tokens_of
from hushkey.model.vocabulary import Vocabulary

# Share of a file's lines drawn in one epoch. Podcasts are 63% of all words; templated, dated or
# narrow text counts half; what people type to each other counts more. Files not named count once.
SHARES = {
    "changelog_podcasts": 0.3,
    "fiction_dialogue": 0.5,
    "schema_guided_dialogue": 0.5,
    "taskmaster4_coffee": 0.5,
    "casino_negotiation": 0.5,
    "earnings_calls": 0.7,
    "self_dialogue": 1.5,
    "topical_chat": 1.5,
    "gov_web": 1.5,
    "goemotions_comments": 2.0,
}
# Files whose lines follow one another, so that some may be joined to longer messages.
ORDERED = frozenset(
    {"changelog_podcasts", "gov_web", "earnings_calls", "fiction_dialogue", "topical_chat"}
)

_HELD_BLOCK = 64  # lines; held out together, so that neighbours do not give the answer away
_HELD_SHARE = 100  # one block of so many is held out
_MAX_PIECES = 64  # pieces; longer messages are cut
_JOIN = (0.55, 0.25, 0.12, 0.08)  # chance that a message has 1, 2, 3, 4 of the file's lines

Pieces = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class EncodedFile:
    """One file: its lines' pieces end to end, where each line starts, which lines are held out."""

    name: str
    pieces: Pieces  # (N,)
    starts: npt.NDArray[np.int64]  # (lines + 1,)
    held: npt.NDArray[np.bool_]  # (lines,)

    def line(self, index: int) -> Pieces:
        """Return the pieces of one line."""
        return self.pieces[self.starts[index] : self.starts[index + 1]]


def files_in(folder: Path) -> list[Path]:
    """Return the text files of a folder, by name. Raises CorpusRefused where there is none."""
    found = sorted([*folder.glob("*.txt"), *folder.glob("*.txt.xz")])
    if not found:
        raise CorpusRefused(
            f"no .txt or .txt.xz file in {folder}; nothing was trained; name a folder of text"
        )
    return found


def lines_of(path: Path) -> Iterator[str]:
    """Yield the non-empty lines of a plain or xz-compressed UTF-8 file."""
    opened = lzma.open if path.suffix == ".xz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            text = line.strip()
            if text:
                yield text


def name_of(path: Path) -> str:
    """Return the corpus' name: the file's, without endings."""
    return path.name.split(".")[0]


def held_out(lines: int, name: str) -> npt.NDArray[np.bool_]:
    """Return which lines never train: one block in a hundred, chosen by a hash of name and number.

    Of a file too short for that its end is held out, a fiftieth.
    """
    blocks = (lines + _HELD_BLOCK - 1) // _HELD_BLOCK
    chosen = [zlib.crc32(f"{name}/{block}".encode()) % _HELD_SHARE == 0 for block in range(blocks)]
    held = np.repeat(np.array(chosen, dtype=bool), _HELD_BLOCK)[:lines]
    if not held.any():
        held[lines - lines // 50 :] = True
    return held


def count_words(path: Path) -> tuple[Counter[str], Counter[str]]:
    """(folded words, words as written inside a sentence) of the training lines of a file."""
    folded: Counter[str] = Counter()
    written: Counter[str] = Counter()
    lines = list(lines_of(path))
    for line, held in zip(lines, held_out(len(lines), name_of(path)), strict=True):
        if held:
            continue
        tokens = list(tokens_of(line))
        folded.update(token for token, is_word in tokens if is_word)
        written.update(_inside_sentence(line))
    return folded, written


def _inside_sentence(line: str) -> Iterator[str]:
    """Words that do not open a sentence: only there does a capital belong to the word."""
    opening = True
    for token in line.split():
        core = token.strip("\"'()[]{}*_.,!?;:…-")
        if core and not opening and any(character.isalpha() for character in core):
            yield core
        opening = token[-1] in '.!?…:"' if core or not opening else opening


def encode_file(path: Path, vocabulary: Vocabulary) -> EncodedFile:
    """Encode every line of a file."""
    pieces: list[int] = []
    starts = [0]
    for line in lines_of(path):
        pieces.extend(vocabulary.encode(line))
        starts.append(len(pieces))
    name = name_of(path)
    return EncodedFile(
        name, np.array(pieces, dtype=np.uint16), np.array(starts), held_out(len(starts) - 1, name)
    )


def _drawn_lines(file: EncodedFile, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Numbers of the training lines that one epoch takes from a file, its share of times."""
    own = np.flatnonzero(~file.held)
    share = SHARES.get(file.name, 1.0)
    whole = [own] * int(share)
    rest = rng.permutation(own)[: round((share - int(share)) * len(own))]
    return np.concatenate([*whole, rest])


def messages(file: EncodedFile, rng: np.random.Generator) -> Iterator[Pieces]:
    """Yield the messages of one epoch of a file: lines, or several neighbours joined."""
    drawn = _drawn_lines(file, rng)
    if file.name not in ORDERED:
        for index in drawn:
            yield file.line(index)[:_MAX_PIECES]
        return
    # Each drawn line opens a message of n lines with chance 1/n: the words drawn stay the share.
    lengths = rng.choice(np.arange(1, 5), size=len(drawn), p=_JOIN)
    kept = rng.random(len(drawn)) < 1 / lengths
    last = len(file.held)
    for index, length in zip(drawn[kept], lengths[kept], strict=True):
        end = min(int(index + length), last)
        while end - 1 > index and file.held[end - 1]:
            end -= 1
        yield file.pieces[file.starts[index] : file.starts[end]][:_MAX_PIECES]


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs and targets (T, B) int64; weight (T, B) is zero where nothing is to be predicted."""

    inputs: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float32]


def make_batch(rows: list[Pieces], vocabulary: Vocabulary, *, pad_to: int = 4) -> Batch:
    """Pad messages to one length. Padding and marks, which are never predicted, have no weight."""
    longest = max(len(row) for row in rows)
    length = -(-longest // pad_to) * pad_to
    inputs = np.zeros((length, len(rows)), dtype=np.int64)
    targets = np.zeros((length, len(rows)), dtype=np.int64)
    weight = np.zeros((length, len(rows)), dtype=np.float32)
    for column, row in enumerate(rows):
        inputs[0, column] = vocabulary.bos
        inputs[1 : len(row), column] = row[:-1]
        targets[: len(row), column] = row
        weight[: len(row), column] = ~vocabulary.is_mark[row]
    return Batch(inputs, targets, weight)


Augment = Callable[[Pieces, np.random.Generator], Pieces]


def drop_marks(vocabulary: Vocabulary, share: float) -> Augment:
    """Return an augmentation: a share of the messages loses its marks, as many people type."""

    def augment(row: Pieces, rng: np.random.Generator) -> Pieces:
        return row[~vocabulary.is_mark[row]] if rng.random() < share else row

    return augment


def epoch(
    files: list[EncodedFile],
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    *,
    tokens: int,
    augment: Augment,
) -> Iterator[Batch]:
    """Yield the batches of one epoch, about `tokens` pieces each, of messages of like length."""
    rows = [augment(row, rng) for file in files for row in messages(file, rng)]
    rows = [row for row in rows if len(row)]
    order = rng.permutation(len(rows))
    pool = 200 * tokens // 16
    for first in range(0, len(order), pool):
        chosen = sorted(order[first : first + pool], key=lambda index: len(rows[index]))
        batches: list[list[Pieces]] = [[]]
        for index in chosen:
            row = rows[index]
            if (len(batches[-1]) + 1) * len(row) > tokens:
                batches.append([])
            batches[-1].append(row)
        for number in rng.permutation(len(batches)):
            if batches[number]:
                yield make_batch(batches[number], vocabulary)


def by_frequency(files: list[EncodedFile], vocabulary: Vocabulary) -> npt.NDArray[np.int64]:
    """Return all pieces (V,), the one that an epoch holds most often first."""
    counts = np.zeros(vocabulary.size)
    for file in files:
        counts += SHARES.get(file.name, 1.0) * np.bincount(file.pieces, minlength=vocabulary.size)
    return np.argsort(-counts, kind="stable")


def word_counts(paths: list[Path]) -> tuple[dict[str, float], dict[str, float]]:
    """(folded, written) counts over files, each weighted by its share of an epoch."""
    folded: defaultdict[str, float] = defaultdict(float)
    written: defaultdict[str, float] = defaultdict(float)
    for path in paths:
        share = SHARES.get(name_of(path), 1.0)
        for total, counts in zip((folded, written), count_words(path), strict=True):
            for word, count in counts.items():
                total[word] += count * share
    return folded, written
