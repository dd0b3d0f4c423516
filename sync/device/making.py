"""Makes a report, or the preview of one: train, attack, check, encode, seal. It sends and charges nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hushkey.keyboard.learner import LearnProgress
from hushkey.model.adapter import Adapter
from hushkey.sync.device.attack import Attacker, words_of
from hushkey.sync.device.checks import Verdict, Views, check
from hushkey.sync.device.consent import Terms
from hushkey.sync.device.faults import Faults
from hushkey.sync.device.ledger import Spent
from hushkey.sync.device.preview import Preview, preview_of
from hushkey.sync.device.reporting import Built, build, weight_of
from hushkey.sync.device.source import Source
from hushkey.sync.device.training import Train, train_delta
from hushkey.sync.device.visit import View
from hushkey.sync.keys import Entropy
from hushkey.sync.task_terms import flatten

Cancelled = Callable[[], bool]
OnProgress = Callable[[LearnProgress], None]


def unseen(_: object) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Made:
    """A sealed report and the history that it is of."""

    built: Built
    forgettings: int


@dataclass(slots=True)
class Maker:
    """Makes reports of one history. Lines and words are held for as long as one is made."""

    source: Source
    entropy: Entropy
    faults: Faults
    sample: bool  # nobody's history: no word of it is looked for
    train: Train = train_delta
    _attacker: tuple[tuple[bytes, bytes], Attacker] | None = field(default=None, repr=False)

    def make(
        self,
        view: View,
        now: Callable[[], int],
        cancelled: Cancelled,
        on_progress: OnProgress = unseen,
    ) -> Made:
        """Make a report. Raises the learner's errors, and SyncError for what cannot be encoded or sealed."""
        forgettings, lines = self.source.forgettings, self.source.lines()
        attacker = None if self.sample else self.attacker(view)
        delta = self.train(
            self.source.base, view.adapter, lines, cancelled=cancelled, on_progress=on_progress
        )
        self.faults.reach("delta.trained")
        built, _ = self.build(view, delta, words_of(lines), attacker, now())
        self.faults.reach("report.sealed")
        return Made(built, forgettings)

    def build(
        self, view: View, delta: Adapter, words: frozenset[str], attacker: Attacker | None, now: int
    ) -> tuple[Built, Verdict]:
        """Check a delta, then encode and seal it, or zeros where it was refused."""
        place = view.place
        numbers = flatten(delta, view.looked.task.ranks)
        views = Views(place.task, place.codec, view.adapter)
        verdict = check(
            numbers,
            weight_of(place, numbers),
            words,
            views,
            attacker,
            self.entropy,
            sample=self.sample,
        )
        built = build(place, numbers, zeros=verdict.send_zeros, now=now, entropy=self.entropy)
        return built, verdict

    def attacker(self, view: View) -> Attacker:
        """Return the attacker on this version, made once and made ready before anything waits for it."""
        place = view.place
        version = place.identity, view.head.adapter
        if self._attacker is None or self._attacker[0] != version:
            attacker = Attacker(self.source.base, view.adapter, codec=place.codec)
            attacker.prepare()
            self._attacker = version, attacker
        return self._attacker[1]

    def preview(
        self, view: View, terms: Terms, spent: Spent, now: int, cancelled: Cancelled
    ) -> Preview:
        """Make the very bundle, measure it, and throw it away. Raises as `make`."""
        lines = self.source.lines()
        words, attacker = words_of(lines), self.attacker(view)
        delta = self.train(
            self.source.base, view.adapter, lines, cancelled=cancelled, on_progress=unseen
        )
        built, verdict = self.build(view, delta, words, attacker, now)
        return preview_of(
            terms,
            delta,
            flatten(delta, terms.task.ranks),
            built,
            verdict,
            spent,
            views=Views(terms.task, view.place.codec, view.adapter),
            attacker=attacker,
            words=words,
        )
