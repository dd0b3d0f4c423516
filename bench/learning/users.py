"""The table over users: what the adapter brings by amount of history, on text that nothing saw before it was typed."""

import argparse
from collections.abc import Sequence
from math import inf
from typing import Any

from bench.learning import pupil
from bench.learning.asking import Question, ask_all, kept
from bench.learning.picture import gains
from bench.learning.program import version_of
from bench.learning.results import Results
from bench.learning.users_table import rows_of, section
from bench.learning.writers import read_writers, sample
from hushkey.keyboard.adapting import SEED
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.typists import Typist
from hushkey.model.base import load_base

AMOUNTS = (100, 300, 1_000, 3_000, 10_000)  # words of history
EACH = 20  # users of a corpus and an amount
TEST = 1_000  # words

# Processor seconds, for the estimate: of a word trained on in three epochs, of a word judged or learned, typed twice.
_TRAIN_S, _JUDGE_S, _TYPE_S = 0.005, 0.001, 0.0042


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this table."""
    parser.add_argument("--amounts", type=int, nargs="+", default=AMOUNTS)
    parser.add_argument(
        "--per-corpus",
        type=int,
        nargs="+",
        default=[EACH],
        help="users of a corpus: one number for all amounts, or one for each",
    )
    parser.add_argument("--minutes", type=float, default=inf, help="after which nobody is asked")
    parser.add_argument("--test-words", type=int, default=TEST)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--report", action="store_true", help="only write what is kept")
    parser.add_argument("--smoke", action="store_true", help="a user an amount; writes nothing")


def run(options: argparse.Namespace) -> None:
    """Measure and write the section and its picture."""
    each = [1] if options.smoke else options.per_corpus
    questions = questions_of(options, each * len(options.amounts) if len(each) == 1 else each)
    if options.smoke:
        questions = questions[:: max(1, len(questions) // 10)]
    version = version_of(load_base(), pupil.DEPENDS)
    results = Results(options.cache / "users.jsonl")
    if options.report:
        answers = kept(questions, version, results)
    else:
        answers = ask_all(
            "bench.learning.pupil",
            questions,
            version,
            results,
            options.jobs,
            limit_s=60 * options.minutes,
        )
    rows = rows_of(answers)
    text = section(rows, len(questions), command_of(options))
    print(text)
    if options.smoke or not rows:
        return
    options.write("users", text)
    (options.document.parent / "learning-users.svg").write_text(gains(rows), encoding="utf-8")


def command_of(options: argparse.Namespace) -> str:
    """Return the command that asks the same, without what only says how long and with how many at once."""
    asked: list[str] = []
    if tuple(options.amounts) != AMOUNTS:
        asked += ["--amounts", *map(str, options.amounts)]
    if options.per_corpus != [EACH]:
        asked += ["--per-corpus", *map(str, options.per_corpus)]
    if options.test_words != TEST:
        asked += ["--test-words", str(options.test_words)]
    return " ".join(["python -m bench.learning users", *asked])


def questions_of(options: argparse.Namespace, each: Sequence[int]) -> list[Question]:
    """Return what is asked, the first users of each corpus and amount first: a cut run is balanced all the same."""
    writers = read_writers(options.users, options.left_out)
    by_rank: list[tuple[int, int, Question]] = []
    for amount, most in zip(options.amounts, each, strict=True):
        seen: dict[str, int] = {}
        for typist in sample(writers, amount, most, options.test_words):
            rank = seen[typist.corpus] = seen.get(typist.corpus, 0) + 1
            by_rank.append((rank, amount, question_of(typist, amount)))
    return [question for _, _, question in sorted(by_rank, key=lambda one: one[:2])]


def question_of(typist: Typist, amount: int) -> Question:
    """Ask about one user, whose lines are redacted as a profile keeps them."""
    request: dict[str, Any] = {
        "seed": SEED,
        "history": _redacted(typist.history),
        "test": list(typist.test),
        "committed": _redacted(typist.test),
    }
    return Question({"user": typist.name, "amount": amount}, request, cost_s(typist, amount))


def cost_s(typist: Typist, amount: int) -> float:
    """Estimate the processor seconds that a user takes."""
    trained = {100: 1.0, 300: 3.0, 1_000: 3.0}.get(amount, 1.9) * amount
    test = sum(len(line.split()) for line in typist.test)
    return _TRAIN_S * trained + _JUDGE_S * 4 * amount + _TYPE_S * test + 1.0


def _redacted(lines: Sequence[str]) -> list[str]:
    return [redact(line).text for line in lines]
