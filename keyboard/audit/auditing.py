"""The audit: plant canaries into a copy of a history, learn as usual, then try to get them out again.

    with training(base) as trains:
        report = audit(lines, base, trains)

Nothing is written: neither a canary nor a line of the history leaves memory, but through the trainer's pipe.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np

from hushkey.keyboard.audit.attacking import ATTACKS
from hushkey.keyboard.audit.figures import AuditReport, Forgotten, Look, Shared, Surface, surface_of
from hushkey.keyboard.audit.querying import OwnWords
from hushkey.keyboard.audit.rounds import Desk, Effort, OnProgress, Round, Trained
from hushkey.keyboard.audit.training import Trains
from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.redaction import redact
from hushkey.model.audit.batch import BATCH, LIFETIME_EPSILON, noise_multiplier
from hushkey.model.base import Base
from hushkey.model.text import words_of

LEAST_WORDS = 200  # of a history; with fewer the canaries would be most of what is learned
MOST_WORDS = 20_000  # of a longer history only the newest are copied


class AuditRefused(KeyboardError):
    """There is too little to audit."""


def audit(  # noqa: PLR0913  what the owner of a history decides on
    history: Sequence[str],
    base: Base,
    trains: Trains,
    effort: Effort | None = None,
    *,
    seed: int = 1,
    noise_entropy: int | None = None,
    on_progress: OnProgress = lambda _what, _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> AuditReport:
    """Audit what a history of lines, oldest first, teaches. The lines are only read.

    Canaries are drawn by `seed`, the noise of batches by `noise_entropy`, or the system's where there is none.
    Raises AuditRefused on too short a history, AuditCancelled, and the learner's errors.
    """
    effort = effort or Effort()
    began = time.monotonic()
    lines = newest([clean for line in history if (clean := redact(line).text.strip())])
    words = sum(len(words_of(line)) for line in lines)
    if words < LEAST_WORDS:
        raise AuditRefused(
            f"an audit needs a history of {LEAST_WORDS} words and this one has {words}; nothing was done; "
            "type or import more, or name a text with --history FILE"
        )
    desk = Desk(
        base,
        trains,
        effort,
        noise=np.random.default_rng(noise_entropy),
        on_progress=on_progress,
        cancelled=cancelled,
    )
    rounds = [desk.round(lines, np.random.default_rng([seed, n])) for n in range(effort.rounds)]
    return report_of(rounds, words, time.monotonic() - began, seed)


def newest(lines: Sequence[str], most: int = MOST_WORDS) -> list[str]:
    """Return the newest lines, as many as have no more than so many words together."""
    kept = 0
    for number in range(len(lines) - 1, -1, -1):
        kept += len(words_of(lines[number]))
        if kept > most:
            return list(lines[number + 1 :])
    return list(lines)


def report_of(rounds: Sequence[Round], words: int, seconds: float, seed: int = 1) -> AuditReport:
    """Join rounds, of one history or of several, into one report."""
    rng = np.random.default_rng([seed, 2**32 - 1])

    def over(look_of: Callable[[Round], Look | None]) -> Surface | None:
        looks = [(each.canaries, look) for each in rounds if (look := look_of(each)) is not None]
        return surface_of(looks, rng) if looks else None

    def of(name: str) -> Surface | None:
        return over(lambda each: getattr(each.trained, name) if each.trained else None)

    ngrams, left = over(lambda each: each.ngrams), over(lambda each: each.forgotten)
    if ngrams is None or left is None:
        raise AuditRefused("no round was run; nothing was measured")
    trained = [each.trained for each in rounds if each.trained is not None]
    forgotten = Forgotten(left, of("forgotten"), all(r.same_memory for r in rounds), _same(trained))
    redacted = rounds[0].redacted
    for each in rounds[1:]:
        redacted = redacted.plus(each.redacted)
    adapter = of("adapter")
    return AuditReport(
        words,
        len(rounds),
        seconds,
        ATTACKS,
        ngrams,
        adapter,
        _shared(of("delta"), of("noised"), trained),
        forgotten,
        redacted,
        _own(trained),
    )


def _shared(
    delta: Surface | None, noised: Surface | None, trained: Sequence[Trained]
) -> Shared | None:
    if delta is None or noised is None:
        return None
    draws = len(trained[0].noised.scores)
    return Shared(delta, noised, BATCH, noise_multiplier(), LIFETIME_EPSILON, draws)


def _same(trained: Sequence[Trained]) -> bool | None:
    told = [each.same for each in trained if each.same is not None]
    return all(told) if told else None


def _own(trained: Sequence[Trained]) -> OwnWords | None:
    if not trained:
        return None
    total = trained[0].own
    for each in trained[1:]:
        total = total.plus(each.own)
    return total
