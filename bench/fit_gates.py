"""Fit the starting values of the mixer's gates on public writers, by expectation-maximisation.

    python bench/fit_gates.py --users ../shared/corpora/users --exclude ../shared/peers/dev.jsonl.xz \
        --base model/base

Only corpora marked as allowed to train what ships are read, and no writer that anything is measured on.
What comes out is about two hundred numbers between 0 and 1, and no word.
"""

import argparse
import json
import lzma
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.experts import Experts
from hushkey.keyboard.memory import Memory
from hushkey.keyboard.mixer import GateName, Mixer, learn_word
from hushkey.keyboard.reader import Reader
from hushkey.keyboard.recency import Recency
from hushkey.keyboard.teaching import judgement
from hushkey.keyboard.wordbook import Wordbook
from hushkey.model.base import CARD, GATES, MANIFEST, files_of, load_base, write_manifest
from hushkey.model.text import fold, sentences_of
from hushkey.model.training.card import with_files

ALLOWED = ("duraspace_irc", "gov_bloggers", "self_dialogue", "star_users")
WORDS = (300, 4_000)  # of a writer's history that are replayed: at least, at most
SWEEPS = 6
PRIOR = 0.1  # responsibility and
PRIOR_SEEN = 1.0  # words that stand behind a gate before any evidence

Step = tuple[
    float, list[tuple[GateName, float]]
]  # the network's chance, then each gate and its expert's


def writers(folder: Path, excluded: set[str], most: int) -> Iterator[list[str]]:
    """Yield the lines of a fixed draw of writers from each allowed corpus."""
    rng = np.random.default_rng(7)
    for corpus in ALLOWED:
        by_user: defaultdict[str, list[str]] = defaultdict(list)
        with lzma.open(folder / f"{corpus}.jsonl.xz", "rt", encoding="utf-8") as stream:
            for row in stream:
                held = json.loads(row)
                by_user[held["user"]].append(held["text"])
        names = [name for name in sorted(by_user) if f"{corpus}/{name}" not in excluded]
        names = [
            name for name in names if sum(len(line.split()) for line in by_user[name]) >= WORDS[0]
        ]
        for name in rng.permutation(names)[:most]:
            yield _first_words(by_user[str(name)])


def _first_words(lines: Sequence[str]) -> list[str]:
    kept, words = [], 0
    for line in lines:
        kept.append(line)
        words += len(line.split())
        if words > WORDS[1]:
            break
    return kept


def replay(lines: Sequence[str], reader: Reader, book: Wordbook) -> Iterator[Step]:
    """Yield what each expert said of each word of a history, as it would have been when typed."""
    experts = Experts(book, Memory(), Recency(), Mixer())
    for line, reads in zip(lines, reader.follow(lines), strict=True):
        coming = iter(reads)
        for sentence in sentences_of(line):
            numbers = [book.number(fold(word)) for word in sentence]
            for place, number in enumerate(numbers):
                read = next(coming)
                steps = judgement(experts, numbers[:place], number, read)
                yield read.chance, steps
                experts.recency.add(number)
            experts.memory.add(numbers)


class Evidence(Mixer):
    """Gates that hold still while evidence for better ones is gathered."""

    def __init__(self, fitted: Mapping[GateName, float]) -> None:
        super().__init__(fitted)
        self._claimed: defaultdict[GateName, float] = defaultdict(lambda: PRIOR)
        self._seen: defaultdict[GateName, float] = defaultdict(lambda: PRIOR_SEEN)

    def learn(self, name: GateName, claimed: float, seen: float) -> None:
        """Count evidence, and change nothing."""
        self._claimed[name] += claimed
        self._seen[name] += seen

    def better(self) -> dict[GateName, float]:
        """Return the gates that the evidence asks for."""
        return {name: self._claimed[name] / self._seen[name] for name in self._seen}


def fit(histories: Sequence[Sequence[Step]]) -> dict[GateName, float]:
    """Return the gates under which the histories are likeliest."""
    gates: dict[GateName, float] = {}
    for sweep in range(SWEEPS):
        evidence = Evidence(gates)
        chances = np.array(
            [learn_word(evidence, *word) for history in histories for word in history]
        )
        known = chances[chances > 0]
        nats = -np.log(known).mean()
        sys.stderr.write(f"sweep {sweep}: {nats:.4f} nats a word over {len(known)} words\n")
        gates = evidence.better()
    return gates


def excluded(path: Path) -> set[str]:
    """Return the names of the writers in a file, corpus/user."""
    with lzma.open(path, "rt", encoding="utf-8") as stream:
        return {json.loads(row)["user"] for row in stream}


def state_anew(base: Path) -> None:
    """State a file that came or changed in the base's manifest and its card."""
    manifest = json.loads((base / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(base, {name: fact for name, fact in manifest.items() if name != "files"})
    card = base / CARD
    card.write_text(with_files(card.read_text(encoding="utf-8"), files_of(base)), encoding="utf-8")


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True, help="folder of the base they are for")
    parser.add_argument("--writers", type=int, default=20, help="of each corpus")
    options = parser.parse_args()
    left_out = excluded(options.exclude)
    engine = SuggestionEngine(load_base(options.base))
    reader = Reader(engine.base.runtime(), engine.base.word_table)
    histories = []
    for number, lines in enumerate(writers(options.users, left_out, options.writers)):
        histories.append(list(replay(lines, reader, Wordbook(engine.base.lexicon))))
        sys.stderr.write(f"writer {number}: {len(histories[-1])} words\n")
    gates = fit(histories)
    rows = [[list(name), round(value, 4)] for name, value in sorted(gates.items(), key=repr)]
    (options.base / GATES).write_text(json.dumps({"gates": rows}) + "\n", encoding="utf-8")
    state_anew(options.base)


if __name__ == "__main__":
    main()
