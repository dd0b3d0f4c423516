"""One writer learned by a whole keyboard and typed on without the adapter and with it; a process of its own.

    python -m bench.learning.pupil

A question holds `seed`, `history` and `committed` as a profile keeps them (redacted) and `test` as it is typed.
The n-gram memory, the recent words and the gates have judged the history, as a profile's have; both typings begin
from the same state and learn on the way. A guarded training that is refused is followed by one without the guard,
so that what the guard keeps away is seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from time import process_time
from typing import Any

from bench.learning.serving import serve
from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.learner import Learned, Trainer
from hushkey.keyboard.settings import Settings
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base, load_base
from hushkey.model.evaluation import Counts, K, type_line
from hushkey.model.plans import Plan, preset

DEPENDS = ("bench.learning.pupil", "hushkey.keyboard.learning.worker")  # what an answer rests on


class Pupil:
    """An engine and a trainer that serve one writer after another. Close it at the end."""

    def __init__(self, base: Base, plan: Plan) -> None:
        self._engine, self._plan = SuggestionEngine(base), plan
        self._shape = self._engine.zero_adapter().shape
        self._trainer = Trainer(base.folder)

    def close(self) -> None:
        """End the trainer."""
        self._trainer.close()

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return counts `without` and `with` the adapter, and whether the guard kept it."""
        history, seed = question["history"], question["seed"]
        guarded = self._trained(history, seed, guarded=True)
        # The guarded run ends with the very training that the unguarded one is.
        adapter = guarded.adapter or self._trained(history, seed, guarded=False).adapter
        self._engine.forget_everything()
        self._engine.use_adapter(None)
        self._engine.learn(history)
        arrays, trust = self._engine.as_arrays(), self._engine.trust
        answer: dict[str, Any] = {"kept": guarded.report.kept, "learn_s": guarded.report.seconds}
        for name, used in (("without", None), ("with", adapter)):
            began = process_time()
            self._engine.restore(arrays)
            self._engine.recount([], trust)
            self._engine.use_adapter(used)
            answer[name] = asdict(self._typed(question["test"], question["committed"]))
            answer["type_s"] = process_time() - began
        return answer

    def _trained(self, history: Sequence[str], seed: int, *, guarded: bool) -> Learned:
        base, plan = self._engine.base, self._plan
        start = Adapter.zero(self._shape, base=base.identity, seed=seed, ranks=plan.ranks)
        return self._trainer.train(history, start, settings=plan.settings, guarded=guarded)

    def _typed(self, test: Sequence[str], committed: Sequence[str]) -> Counts:
        """Type lines as an ideal typist before the bare ranking; each is learned once it was typed."""
        session = self._engine.session(policy="ranking")

        def suggest(text: str) -> list[str]:
            return [suggestion.text for suggestion in session.suggest(text, K)]

        counts = Counts()
        for line, kept in zip(test, committed, strict=True):
            counts += type_line(line, suggest, [])
            session.commit(kept)
        return counts


def main() -> None:
    """Serve."""
    pupil = Pupil(load_base(), preset(Settings().learn_plan))
    try:
        serve(pupil.answer)
    finally:
        pupil.close()


if __name__ == "__main__":
    main()
