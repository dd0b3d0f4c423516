"""How often phrases are right, by the floor of keyboard/phrases.py: what that floor was chosen by.

    python bench/phrases.py --users ../shared/corpora/users --exclude ../shared/peers/dev.jsonl.xz

Reads the corpora that bench/fit_gates.py may read, and no writer that anything is measured on.
"""

import argparse
import json
import lzma
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from document import table
from fit_gates import writers

from hushkey.keyboard import phrases
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.settings import Settings
from hushkey.model.text import fold, split_token

FLOORS = (0.1, 0.2, 0.3, 0.4, 0.5)
LETTERS = 4  # places looked at in a word: before its first letter, and behind the first three
TRUSTED = Settings().sightings_trusted
WORDS = 300  # of each writer's last third that are typed

Place = tuple[int, float, list[bool]]  # letters typed, chance of the whole, which words were right


def places_of(engine: SuggestionEngine, line: str) -> Iterator[Place]:
    """Yield every phrase of two words that the engine would offer in a line at the lowest floor."""
    tokens = [split_token(token) for token in line.split()]
    position = 0
    for number, (lead, core, _) in enumerate(tokens):
        start = line.index(lead + core, position) + len(lead)
        position = start + len(core)
        for typed in range(min(len(core), LETTERS)):
            before = line[: start + typed]
            first = engine.candidates(before, 1, sightings=TRUSTED)
            found = phrases.phrase_from(engine, before, first[0], TRUSTED) if first else None
            if found is not None:
                yield typed, found.score, right(found.text.split()[:2], tokens[number:])


def right(words: Sequence[str], tokens: Sequence[tuple[str, str, str]]) -> list[bool]:
    """Return for each word of a phrase whether it came next, nothing but a blank between them."""
    verdicts: list[bool] = []
    for place, word in enumerate(words):
        came = place < len(tokens) and fold(tokens[place][1]) == fold(word)
        joined = not place or (came and not tokens[place - 1][2] and not tokens[place][0])
        verdicts.append(all(verdicts) and came and joined)
    return verdicts


def typed_out(folder: Path, excluded: set[str], most: int) -> Iterator[Place]:
    """Yield the phrases of two words that were offered to each writer, taught two thirds of their lines."""
    engine = SuggestionEngine()
    for lines in writers(folder, excluded, most):
        engine.forget_everything()
        cut = len(lines) * 2 // 3
        engine.learn(lines[:cut])
        words = 0
        for line in lines[cut:]:
            yield from places_of(engine, line)
            words += len(line.split())
            if words > WORDS:
                break
        sys.stderr.write(".")


def main() -> None:
    """Print, for each floor, how many phrases were shown and how often their words were right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, required=True)
    parser.add_argument("--writers", type=int, default=3, help="of each corpus")
    options = parser.parse_args()
    with lzma.open(options.exclude, "rt", encoding="utf-8") as stream:
        excluded = {json.loads(row)["user"] for row in stream}
    phrases.FLOOR, phrases.LONGEST = FLOORS[0], 2
    held = list(typed_out(options.users, excluded, options.writers))
    rows = []
    for where, letters in (("before the first letter", {0}), ("within a word", {1, 2, 3})):
        for floor in FLOORS:
            shown = [each for typed, chance, each in held if typed in letters and chance >= floor]
            first = [each for each in shown if each[0]]
            both = sum(each[1] for each in first)
            rows.append(
                [
                    where,
                    str(floor),
                    str(len(shown)),
                    f"{len(first) / max(1, len(shown)):.2f}",
                    f"{both / max(1, len(first)):.2f}",
                ]
            )
    print(table(["", "floor", "shown", "first word right", "then the second"], rows))


if __name__ == "__main__":
    main()
