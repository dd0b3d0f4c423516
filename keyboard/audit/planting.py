"""Plant canaries into a copy of a history, as if they had been typed; and what is left once they are forgotten.

Everything happens in memory: no canary, and no line of the history, gets into a file.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing

import numpy as np

from hushkey.keyboard.history import History
from hushkey.keyboard.redaction import REDACTED, redact
from hushkey.keyboard.store import Store
from hushkey.model.audit.canaries import Canary


def plant(
    history: Sequence[str], typed: Iterable[tuple[str, int]], rng: np.random.Generator
) -> list[str]:
    """Return a history with lines `typed` (line, times) at random places in it, each redacted as what is typed is."""
    new = [redact(line).text for line, times in typed for _ in range(times)]
    order = rng.permutation(len(new))
    places = np.sort(rng.integers(len(history) + 1, size=len(new)))
    planted: list[str] = []
    done = 0
    for place, number in zip(places.tolist(), order.tolist(), strict=True):
        planted += history[done:place]
        planted.append(new[number])
        done = place
    return [*planted, *history[done:]]


def survives(secret: str, line: str) -> bool:
    """Whether a secret is still in a line once that was redacted."""
    return any(part in redact(line).text for part in secret.split())


def forgotten(lines: Sequence[str], canaries: Iterable[Canary]) -> list[str]:
    """Return what a history of these lines holds once each canary's secret was forgotten."""
    with closing(Store.memory()) as store:
        history = History(store)
        history.extend(lines, surface="audit")
        for canary in canaries:
            history.forget(" ".join(canary.secret))
        return [entry.text for entry in history.entries()]


def never_typed(lines: Sequence[str], canaries: Iterable[Canary]) -> list[str]:
    """Return the lines as if a gap had been typed for each word of the secrets: what forgetting must come to."""
    gaps = {
        canary.line: f"{canary.format.before} {' '.join(REDACTED for _ in canary.secret)}"
        for canary in canaries
    }
    return [gaps.get(line, line) for line in lines]
