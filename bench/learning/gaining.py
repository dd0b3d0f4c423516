"""What each preset and full fine-tuning gain for one writer, in nats and recall@3; a process of its own.

    python -m bench.learning.gaining

A question holds `seed`, `history` and `test`, redacted. Each way is trained without a fold of the guard and
judged on it, and trained on the whole history and judged on the test, which nothing saw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench.learning.serving import serve
from hushkey.keyboard.learning.comparison import Comparer
from hushkey.keyboard.learning.folds import folds_of
from hushkey.keyboard.learning.judge import Judge, Score
from hushkey.keyboard.learning.lesson import pieces_of, without
from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, Base, load_base
from hushkey.model.plans import PERSONAL_PRESETS, Plan, preset
from hushkey.model.training.finetune import Course, Settings
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.model.training.neighbour import be_a_good_neighbour

DEPENDS = ("bench.learning.gaining",)  # what an answer rests on
NONE, FINE_TUNING = "none", "full fine-tuning"


class Gaining:
    """The base, loaded for every way of training."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._network = FrozenNetwork.load(base.folder / WEIGHTS)
        self._comparer = Comparer(base)
        self._shape = base.runtime().shape

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return {where: {way: {network, keyboard}}} for `folds` and `test`."""
        history, test, seed = question["history"], question["test"], question["seed"]
        folds = [
            self._ways(without(history, fold), history[fold], seed) for fold in folds_of(history)
        ]
        joined = {way: Score.joined([fold[way] for fold in folds]) for way in folds[0]}
        return {"folds": _figures(joined), "test": _figures(self._ways(history, test, seed))}

    def _ways(self, lines: Sequence[str], held: Sequence[str], seed: int) -> dict[str, Score]:
        judge = Judge(self._base)
        judge.teach(lines, _never)
        scores = {NONE: judge.score(held, None, _never)}
        for name in PERSONAL_PRESETS:
            scores[name] = judge.score(held, self._adapter(preset(name), lines, seed), _never)
        scores[FINE_TUNING] = self._comparer.score(lines, held, Settings(), _never)
        return scores

    def _adapter(self, plan: Plan, lines: Sequence[str], seed: int) -> Adapter:
        course = Course(
            self._network,
            Adapter.zero(self._shape, base=self._base.identity, seed=seed, ranks=plan.ranks),
            pieces_of(lines, self._base.vocabulary),
            Settings(**plan.settings),
            vocabulary=self._base.vocabulary,
        )
        while not course.done:
            course.advance()
        return course.adapter()


def _figures(scores: Mapping[str, Score]) -> dict[str, Any]:
    return {
        way: {"network": asdict(score.network), "keyboard": asdict(score.keyboard)}
        for way, score in scores.items()
    }


def _never() -> bool:
    return False


def main() -> None:
    """Serve."""
    be_a_good_neighbour()
    serve(Gaining(load_base()).answer)


if __name__ == "__main__":
    main()
