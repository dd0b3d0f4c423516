"""Public writers to audit: ordinary ones, the smallest histories, those whose words the base knows least."""

import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path

import numpy as np

from hushkey.model.lexicon import Lexicon
from hushkey.model.text import fold, words_of

CORPORA = ("bytecode_zulip", "nus_sms", "self_dialogue", "star_users", "freecodecamp_gitter")
LEAST, MOST = 300, 2_500  # words of a writer's history that are audited
SEED = 1
GROUPS = ("ordinary writers", "smallest histories", "farthest from the base")


@dataclass(frozen=True, slots=True)
class Writer:
    """A public writer: nothing of theirs but numbers leaves this file."""

    lines: Sequence[str]
    words: int
    strangeness: float  # bits a word under the base's word list alone


def writers(folder: Path, lexicon: Lexicon) -> list[Writer]:
    """Read every writer with enough words."""
    total = float(lexicon.counts.sum())
    found = []
    for corpus in CORPORA:
        by_user: defaultdict[str, list[str]] = defaultdict(list)
        with lzma.open(folder / f"{corpus}.jsonl.xz", "rt", encoding="utf-8") as stream:
            for row in stream:
                held = json.loads(row)
                by_user[held["user"]].append(held["text"])
        for name in sorted(by_user):
            lines = by_user[name]
            words = sum(len(line.split()) for line in lines)
            if words >= LEAST:
                found.append(Writer(lines, words, _strangeness(lines, lexicon, total)))
    return found


def _strangeness(lines: Sequence[str], lexicon: Lexicon, total: float) -> float:
    """Bits a word of the first words under the base's counts; a word that it lacks counts as half a sighting."""
    uses = Counter(fold(word) for line in lines[:60] for word in words_of(line))
    bits = 0.0
    for word, times in uses.items():
        number = lexicon.find(word)
        bits += times * log2(total / (float(lexicon.counts[number]) if number is not None else 0.5))
    return bits / max(1, sum(uses.values()))


def chosen(found: Sequence[Writer], each: int) -> dict[str, list[Writer]]:
    """Draw writers: of the lowest decile by words, of the highest by strangeness, and of what lies between."""
    rng = np.random.default_rng(SEED)
    small = np.quantile([writer.words for writer in found], 0.1)
    strange = np.quantile([writer.strangeness for writer in found], 0.9)
    pools: dict[str, list[Writer]] = {name: [] for name in GROUPS}
    for writer in found:
        if writer.words <= small:
            pools["smallest histories"].append(writer)
        elif writer.strangeness >= strange:
            pools["farthest from the base"].append(writer)
        else:
            pools["ordinary writers"].append(writer)
    return {
        name: [pool[int(place)] for place in rng.permutation(len(pool))[:each]]
        for name, pool in pools.items()
    }
