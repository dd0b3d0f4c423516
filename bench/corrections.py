"""Corrections offered for misspelt words, and for words that were right; writes its section of docs/benchmarks.md.

python bench/corrections.py --users ../shared/corpora/users --excluded ../shared/peers/dev.jsonl.xz
"""

import argparse
import json
import lzma
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import numpy as np
from document import table, write_section
from misspelling import Misspeller

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.model.text import fold, split_token

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
HALVES = ("tune", "report")
USERS = 3  # of each corpus in each half
HISTORY, TEST = 1_000, 240  # words of a user
MISSPELT = 0.25  # of the words of the test
MOST_FALSE = 0.005
REGIMES = ("cold", "warm")
PARTS = ("before", "first", "of three", "early", "wrong")
# Words of the test that their writers misspelt, beyond doubt, read one by one; a correction of one is none too many.
SLIPS_LEFT = frozenset(
    (
        "achance",
        "aout",
        "blastsome",
        "canhead",
        "classc",
        "dont",
        "epsiode",
        "exctly",
        "intregal",
        "intregration",
        "thanme",
        "thats",
        "wasnt",
    )
)
KINDS = ("left out", "too many", "wrong", "swapped", "two slips", "apostrophe", "blank")
HEAD = [
    "",
    "words",
    "offered %",
    "false %",
    "on the way %",
    "misspelt",
    *(f"{part} %" for part in PARTS),
]
Figures = Counter[str]


def typists(
    folder: Path, excluded: set[str], half: str
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield (corpus, history, test) of a fixed draw of users; those reported were never looked at in tuning."""
    for path in sorted(folder.glob("*.jsonl.xz")):
        corpus = path.name.removesuffix(".jsonl.xz")
        by_user: defaultdict[str, list[str]] = defaultdict(list)
        with lzma.open(path, "rt", encoding="utf-8") as stream:
            for row in stream:
                held = json.loads(row)
                by_user[held["user"]].append(held["text"])
        names = [
            name
            for name, lines in sorted(by_user.items())
            if f"{corpus}/{name}" not in excluded
            and sum(len(line.split()) for line in lines) > HISTORY + TEST
        ]
        drawn = np.random.default_rng(11).permutation(names)
        part = slice(2 * USERS, 3 * USERS) if half == "report" else slice(USERS)
        for name in drawn[part]:
            yield corpus, *divided(by_user[str(name)])


def divided(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines of the history and those of the test."""
    words = np.cumsum([len(line.split()) for line in lines])
    begin, end = np.searchsorted(words, [HISTORY, HISTORY + TEST])
    return lines[:begin], lines[begin:end]


class Examiner:
    """Types words right and wrong on one engine, and counts what is offered."""

    def __init__(self, engine: SuggestionEngine, rng: np.random.Generator) -> None:
        self._engine = engine
        self._misspeller = Misspeller(rng)
        self._rng = rng
        self.figures: Figures = Counter()
        self.took_s: list[float] = []
        self.notes: list[str] = []

    def type_line(self, line: str) -> None:
        """Type each word of a line as it is, and some of them misspelt as well."""
        tokens = line.split()
        for place, token in enumerate(tokens):
            lead, core, _ = split_token(token)
            if not core:
                continue
            context = " ".join([*tokens[:place], lead]) if place else lead
            self._right(context, core)
            if self._rng.random() < MISSPELT and self._can_be_misspelt(core):
                follower = split_token(tokens[place + 1])[1] if place + 1 < len(tokens) else ""
                joined = token == lead + core and self._can_be_misspelt(follower)
                self._misspelt(context, core, follower if joined else "")

    def _can_be_misspelt(self, word: str) -> bool:
        lexicon = self._engine.base.lexicon
        return (
            len(word) >= 3
            and fold(word).replace("'", "").isalpha()
            and lexicon.find(fold(word)) is not None
        )

    def _offered(self, context: str, typed: str, *, finished: bool = False) -> list[str]:
        began = process_time()
        found = self._engine.corrections(context + typed, 3, finished=finished)
        self.took_s.append(process_time() - began)
        return [fold(suggestion.text) for suggestion in found]

    def _right(self, context: str, word: str) -> None:
        self.figures["words"] += 1
        self._engine.corrections(context)  # the word boundary: what comes next is asked for here
        if any(self._engine.corrections(context + word[:end]) for end in range(3, len(word))):
            self.figures["false on the way"] += 1
        known = self._engine.base.lexicon.find(fold(word)) is not None
        offered = self._offered(context, word) or self._offered(context, word, finished=True)
        if offered:
            self.figures["offered"] += 1
            self.figures["false"] += fold(word) not in SLIPS_LEFT
            self.notes.append(f"RIGHT {known} {context[-30:]} [{word}] {offered}")

    def _misspelt(self, context: str, word: str, follower: str) -> None:
        meant = fold(word)
        if follower and self._misspeller.runs_on():
            typed, kind, meant = word + follower, "blank", f"{meant} {fold(follower)}"
        else:
            slip = self._misspeller.misspell(word)
            typed, kind = slip.typed, slip.kind
        before = self._offered(context, typed)
        offered = self._offered(context, typed, finished=True)
        early = any(
            self._offered(context, typed[:end])[:1] == [meant] for end in range(3, len(typed))
        )
        for name in ("misspelt", kind):
            self.figures[name] += 1
            self.figures[f"{name}, before"] += before[:1] == [meant]
            self.figures[f"{name}, first"] += offered[:1] == [meant]
            self.figures[f"{name}, of three"] += meant in offered
            self.figures[f"{name}, early"] += early
            self.figures[f"{name}, wrong"] += bool(offered) and offered[0] != meant
        if offered[:1] != [meant]:
            self.notes.append(f"WRONG {kind} {context[-30:]} [{typed}] {meant} {offered}")


def share(figures: Figures, part: str, whole: str) -> str:
    """Return a share in per cent."""
    return f"{100 * figures[part] / figures[whole]:.1f}" if figures[whole] else "–"


def rows(by_name: dict[str, Figures]) -> list[list[str]]:
    """Return a row for each name."""
    return [
        [
            name,
            f"{figures['words']}",
            f"{100 * figures['offered'] / figures['words']:.2f}",
            f"{100 * figures['false'] / figures['words']:.2f}",
            f"{100 * figures['false on the way'] / figures['words']:.2f}",
            f"{figures['misspelt']}",
            *(share(figures, f"misspelt, {part}", "misspelt") for part in PARTS),
        ]
        for name, figures in by_name.items()
    ]


def measure(
    users: Path, excluded: Path, half: str
) -> tuple[dict[str, dict[str, Figures]], list[float], list[str]]:
    """Return the figures of each regime by corpus, the time of each question in seconds, and notes."""
    with lzma.open(excluded, "rt", encoding="utf-8") as stream:
        names = {json.loads(row)["user"] for row in stream}
    engine = SuggestionEngine()
    found: dict[str, dict[str, Figures]] = {regime: defaultdict(Counter) for regime in REGIMES}
    took_s: list[float] = []
    notes: list[str] = []
    for corpus, history, test in typists(users, names, half):
        for regime in REGIMES:
            engine.forget_everything()
            engine.learn(history if regime == "warm" else [])
            examiner = Examiner(engine, np.random.default_rng(5))
            for line in test:
                examiner.type_line(line)
            found[regime][corpus] += examiner.figures
            took_s += examiner.took_s
            notes += [f"{regime} {corpus} {note}" for note in examiner.notes]
        sys.stderr.write(f"{corpus}\n")
    return found, took_s, notes


def section(found: dict[str, dict[str, Figures]], took_s: list[float], command: str) -> str:
    """Return the section's text."""
    totals = {regime: sum(found[regime].values(), Counter()) for regime in REGIMES}
    by_name = {f"all, {regime}": totals[regime] for regime in REGIMES}
    for corpus in found["cold"]:
        by_name |= {f"{corpus}, {regime}": found[regime][corpus] for regime in REGIMES}
    warm = totals["warm"]
    kinds = [
        [kind, f"{warm[kind]}", *(share(warm, f"{kind}, {part}", kind) for part in PARTS)]
        for kind in KINDS
    ]
    p50, p99 = np.quantile(took_s, (0.5, 0.99))
    return "\n".join(
        [
            "## Corrections",
            "",
            f"`{command}`: users who are neither among the 72 nor among those that the thresholds",
            f"were tuned on, {USERS} of each corpus, {HISTORY:,} words of history (warm) and {TEST} of test each.",
            "*Offered*: words as the user left them at whose end, before or after the blank, a correction is",
            "offered; *false*: without those that are the user's own typos beyond doubt (`SLIPS_LEFT`; deliberate",
            "abbreviations count as false). *On the way*: offered at some key before. *First*: the intended word",
            "is the first correction behind a misspelt one, once its blank is typed; *before*: before that; *of",
            "three*: one of three; *early*: first at some key before the last; *wrong*: another word is first.",
            "Misspellings are made by",
            "`bench/misspelling.py`, which shares nothing with the channel; they may be words themselves (`form`),",
            "lie on the way to one, or be too short to be doubted (two letters).",
            "",
            table(HEAD, rows(by_name)),
            "",
            "By what went wrong, warm:",
            "",
            table(["", "misspelt", *(f"{part} %" for part in PARTS)], kinds),
            "",
            f"Processor time of a question: p50 {1e3 * p50:.2f} ms, p99 {1e3 * p99:.2f} ms; the step of the",
            "network at a word boundary counts where it was not taken before.",
        ]
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=Path, default=Path("../shared/corpora/users"))
    parser.add_argument("--excluded", type=Path, default=Path("../shared/peers/dev.jsonl.xz"))
    parser.add_argument("--half", choices=HALVES, default="report")
    parser.add_argument(
        "--notes", type=Path, help="write there what was offered wrongly; only printed otherwise"
    )
    options = parser.parse_args()
    found, took_s, notes = measure(options.users, options.excluded, options.half)
    text = section(found, took_s, "python bench/corrections.py")
    if options.half == "report":
        write_section(DOCUMENT, "corrections", text)
    if options.notes:
        options.notes.write_text("\n".join(notes), encoding="utf-8")
    sys.stdout.write(text + "\n")
    for regime in REGIMES:
        total = sum(found[regime].values(), Counter())
        if total["false"] > MOST_FALSE * total["words"]:
            raise SystemExit(
                f"{regime}: more corrections of words that were left so than {MOST_FALSE:.1%}"
            )


if __name__ == "__main__":
    main()
