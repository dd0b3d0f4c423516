"""Search which groups a device trains: `hushkey base plan`. Runs as a process of its own, since it needs torch.

What was measured is noted line by line, and is not measured again after an interruption or for another budget.
"""

import argparse
import json
import lzma
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from hushkey.model.audit.batch import BATCH, LIFETIME_EPSILON, noise_multiplier
from hushkey.model.base import WEIGHTS, load_base
from hushkey.model.errors import CorpusRefused, ModelError
from hushkey.model.groups import SHAREABLE, Ranks
from hushkey.model.plans import Plan
from hushkey.model.training.corpus import Pieces
from hushkey.model.training.finetune import Settings
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.neighbour import be_a_good_neighbour
from hushkey.model.training.populations import (
    Noise,
    Population,
    Writer,
    personal_gain,
    shared_gain,
)
from hushkey.model.training.subset import GRID, Gain, Search, Tried, fitted, training_bytes
from hushkey.model.vocabulary import Vocabulary

_TEST_WORDS = 1_000
_ROUNDS = 4  # of changes at random
_SEED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Search and write a plan; the exit status is 0 where one was written."""
    options = _options(arguments)
    be_a_good_neighbour()
    try:
        plan = search(options)
        options.out.write_text(plan.to_json(), encoding="utf-8")
    except KeyboardInterrupt:
        return 130
    except ModelError as error:
        sys.stderr.write(f"hushkey: {error}\n")
        return 1
    return 0


def search(options: argparse.Namespace) -> Plan:
    """Search under the options' budget. Raises CorpusRefused where there are too few writers."""
    base = load_base()
    network = FrozenNetwork.load(base.folder / WEIGHTS)
    settings = Settings()
    population = Population(network, base.vocabulary, base.identity, settings)
    count = options.writers * (4 if options.shared else 1)
    writers = read_writers(options.users, base.vocabulary, options.words, count)
    if options.shared:
        half = len(writers) // 2
        noise = Noise(BATCH, noise_multiplier())
        measure = shared_gain(population, writers[:half], writers[half:], noise)
    else:
        measure = personal_gain(population, writers)
    tried = _Noted(options.notes or options.out.with_suffix(".jsonl"), measure)
    names = SHAREABLE if options.shared else tuple(GRID)
    searching = Search(population.shape, settings, options.budget, tried, _say, names)
    contributions = searching.contributions()
    best = searching.greedy(contributions)
    best = searching.refined(best, _ROUNDS, np.random.default_rng(_SEED))
    return _plan(options, best, fitted(population.shape, best.ranks, settings, options.budget))


def _plan(options: argparse.Namespace, best: Tried, settings: Settings) -> Plan:
    shape = load_base().runtime().shape
    measured = {
        "recall_at_3_points": round(100 * best.gain.recall_at_3, 2),
        "nats": round(best.gain.nats, 4),
        "parameters": shape.parameters(best.ranks),
        "update_bytes": 4 * shape.parameters(best.ranks),
        "counted_training_bytes": training_bytes(shape, best.ranks, settings),
    }
    if options.shared:
        measured |= {
            "batch": BATCH,
            "lifetime_epsilon": LIFETIME_EPSILON,
            "noise_multiplier": round(noise_multiplier(), 3),
        }
    command = (
        f"hushkey base plan --users DIR --budget {options.budget} --writers {options.writers} "
        f"--words {options.words}{' --shared' if options.shared else ''} --out {options.out.name}"
    )
    return Plan(
        options.out.stem,
        best.ranks,
        settings.part,
        settings.rows,
        options.budget,
        measured,
        command,
    )


class _Noted:
    """A measure that writes down what it measured, and reads it again the next time."""

    def __init__(self, path: Path, measure: Callable[[Ranks], Gain]) -> None:
        self._path, self._measure = path, measure
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        rows = [json.loads(line) for line in lines]
        self._known = {_key(row["ranks"]): Gain(**row["gain"]) for row in rows}

    def __call__(self, ranks: Ranks) -> Gain:
        key = _key(ranks)
        if key not in self._known:
            self._known[key] = gain = self._measure(ranks)
            with self._path.open("a", encoding="utf-8") as notes:
                notes.write(json.dumps({"ranks": dict(ranks), "gain": asdict(gain)}) + "\n")
        return self._known[key]


def _key(ranks: Ranks) -> str:
    return json.dumps(dict(ranks), sort_keys=True)


def read_writers(folder: Path, vocabulary: Vocabulary, words: int, count: int) -> list[Writer]:
    """Return `count` writers, as many of each file of `{user, t, text}` lines, chosen by a hash of their names.

    Raises CorpusRefused where there are none with `words` of history and a test behind them.
    """
    found: list[list[Writer]] = []
    files = sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.xz")])
    for path in files:
        histories = _histories(path)
        names = [name for name, lines in histories.items() if _words(lines) >= words + _TEST_WORDS]
        names.sort(key=lambda name: zlib.crc32(f"plan/{path.name}/{name}".encode()))
        own = names[: -(-count // len(files))]
        found.append([_writer(histories[name], vocabulary, words) for name in own])
    writers = [writer for rank in _ranked(found) for writer in rank][:count]
    if len(writers) < 2:
        raise CorpusRefused(
            f"{folder.name} holds fewer than two writers of {words + _TEST_WORDS:,} words; no plan was made"
        )
    return writers


def _ranked(found: Sequence[Sequence[Writer]]) -> Iterator[list[Writer]]:
    """Yield the first writer of each file, then the second of each, and so on."""
    for place in range(max(map(len, found), default=0)):
        yield [writers[place] for writers in found if place < len(writers)]


def _histories(path: Path) -> dict[str, list[str]]:
    opened = lzma.open if path.suffix == ".xz" else open
    rows: defaultdict[str, list[str]] = defaultdict(list)
    with opened(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            row = json.loads(line)
            rows[row["user"]].append(row["text"])
    return rows


def _words(lines: Sequence[str]) -> int:
    return sum(len(line.split()) for line in lines)


def _writer(lines: Sequence[str], vocabulary: Vocabulary, words: int) -> Writer:
    """Cut a history's end off as the test, and take so many words before it."""
    counted = np.cumsum([len(line.split()) for line in reversed(lines)])
    test = int(np.searchsorted(counted, _TEST_WORDS)) + 1
    first = int(np.searchsorted(counted, _TEST_WORDS + words)) + 1
    cut = len(lines) - test
    return Writer(
        _pieces(lines[max(0, len(lines) - first) : cut], vocabulary),
        _pieces(lines[cut:], vocabulary),
    )


def _pieces(lines: Sequence[str], vocabulary: Vocabulary) -> list[Pieces]:
    return [
        np.array(pieces, dtype=np.uint16) for line in lines if (pieces := vocabulary.encode(line))
    ]


def _say(tried: Tried) -> None:
    ranks = ", ".join(f"{name} {rank}" for name, rank in tried.ranks.items())
    sys.stderr.write(
        f"{time.strftime('%H:%M:%S')} {ranks}: recall@3 {100 * tried.gain.recall_at_3:+.2f} points, "
        f"nats {tried.gain.nats:+.4f}, {tried.bytes / 1e6:.1f} MB\n"
    )
    sys.stderr.flush()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hushkey base plan", description=__doc__)
    parser.add_argument("--users", type=Path, required=True, help="folder of .jsonl(.xz) files")
    parser.add_argument("--budget", type=int, required=True, help="bytes of training memory")
    parser.add_argument("--out", type=Path, required=True, help="the plan that is written")
    parser.add_argument("--notes", type=Path, help="what was measured; budgets may share it")
    parser.add_argument("--words", type=int, default=600, help="of history a writer")
    parser.add_argument("--writers", type=int, default=7, help="of all files together")
    parser.add_argument("--shared", action="store_true", help="for what is sent, under noise")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
