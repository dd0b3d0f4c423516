"""Memory of a training and what it gains, the presets beside full fine-tuning, on one core."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bench.learning import gaining
from bench.learning.asking import Question, ask_all
from bench.learning.memory_table import Footprint, section
from bench.learning.program import ROOT, version_of
from bench.learning.results import Results
from bench.learning.writers import read_writers, sample
from bench.typing.clock import one_core
from bench.typing.hosts import Host
from hushkey.keyboard.adapting import SEED
from hushkey.keyboard.learner import Trainer
from hushkey.keyboard.redaction import redact
from hushkey.keyboard.typists import Typist
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base, load_base
from hushkey.model.plans import PERSONAL_PRESETS, Plan, preset

HISTORY, TEST = 2_000, 600  # words
WRITERS = 24  # whose gain is measured
FOOTPRINTS = 3  # of them, whose trainings' memory is measured
_QUESTION_S = 95.0  # about


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this part."""
    parser.add_argument("--writers", type=int, default=WRITERS)
    parser.add_argument("--footprints", type=int, default=FOOTPRINTS)
    parser.add_argument("--jobs", type=int, default=1, help="for the gain; memory is never shared")
    parser.add_argument("--smoke", action="store_true", help="one writer; writes nothing")


def run(options: argparse.Namespace) -> None:
    """Measure and write the section."""
    base = load_base()
    writers = read_writers(options.users, options.left_out)
    each = -(-options.writers // 7)
    typists = sample(writers, HISTORY, each, TEST)[: 1 if options.smoke else options.writers]
    footprints = []
    with one_core():
        for typist in typists[: options.footprints]:
            footprints += measure(base, _redacted(typist.history))
            print(footprints[-len(PERSONAL_PRESETS) - 1 :], file=sys.stderr, flush=True)
    questions = [_question(typist) for typist in typists]
    version = version_of(base, gaining.DEPENDS)
    results = Results(options.cache / "gain.jsonl")
    answers = ask_all("bench.learning.gaining", questions, version, results, options.jobs)
    text = section(footprints, answers, HISTORY, TEST)
    print(text)
    if not options.smoke:
        options.write("memory", text)


def measure(base: Base, lines: Sequence[str]) -> list[Footprint]:
    """Measure every preset and, for each, full fine-tuning in the same parts: a fresh process a figure."""
    shape = base.runtime().shape
    fully: dict[tuple[int, int], tuple[int, int]] = {}
    found = []
    for name in PERSONAL_PRESETS:
        plan = preset(name)
        start = Adapter.zero(shape, base=base.identity, seed=SEED, ranks=plan.ranks)
        with Trainer(base.folder) as trainer:
            report = trainer.train(lines, start, settings=plan.settings).report
        parts = plan.part, plan.rows
        if parts not in fully:
            fully[parts] = _risen_fully(base, lines, plan), _allocated(lines, None, plan)
        found.append(
            Footprint(
                name,
                report.peak_training_bytes,
                _allocated(lines, name, plan),
                *fully[parts],
                report.process_bytes,
                report.update_bytes,
                report.full_bytes,
                parts,
            )
        )
    return found


def _risen_fully(base: Base, lines: Sequence[str], plan: Plan) -> int:
    with Trainer(base.folder, "compare") as trainer:
        return trainer.compare(lines, settings=plan.settings).full_training_bytes


def _allocated(lines: Sequence[str], plan_name: str | None, plan: Plan) -> int:
    """Return the allocator's peak, of full fine-tuning where no plan is named."""
    question = {"lines": list(lines), "plan": plan_name, "part": plan.part, "rows": plan.rows}
    with Host([sys.executable, "-m", "bench.learning.allocator"], ROOT) as host:
        answer = host.ask(question)
    if "lost" in answer:
        raise RuntimeError(f"the profiler's process failed: {answer['lost']}")
    return int(answer["allocator_bytes"])


def _question(typist: Typist) -> Question:
    request: Mapping[str, Any] = {
        "seed": SEED,
        "history": _redacted(typist.history),
        "test": _redacted(typist.test),
    }
    return Question({"user": typist.name}, request, _QUESTION_S)


def _redacted(lines: Sequence[str]) -> list[str]:
    return [redact(line).text for line in lines]
