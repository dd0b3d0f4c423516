"""How likely a network finds many secrets after the same words: all of them read side by side. Pure over NextWord.

Secrets of one format share their first pieces, so each beginning is read once.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from hushkey.model.runtime import NextWord, State

_BATCH = 96  # beginnings read at a time: 9 MB of scores

Pieces = tuple[int, ...]
Floats = npt.NDArray[np.float32]
Visit = Callable[[Sequence[Pieces], Floats], None]  # beginnings (B of them), logits (B, V) behind


def read(model: NextWord, pieces: Sequence[int]) -> tuple[State, Floats]:
    """Return the state and the logits (1, V) after pieces, of which there is at least one."""
    state, logits = model.initial_state(), np.empty((1, 0), dtype=np.float32)
    for piece in pieces:
        state, logits = model.advance_batch(state, (piece,))
    return state, logits


def walk(model: NextWord, before: Sequence[int], secrets: Sequence[Pieces], visit: Visit) -> None:
    """Read `before`, then each beginning of the secrets (none of them whole) once; show `visit` what it expects.

    The beginnings come in sorted order: activations are quantised over a batch, and which secret shares its batch
    with which must not depend on which of them was planted.
    """
    state, logits = read(model, before)
    visit([()], logits)
    level: list[Pieces] = [()]
    for length in range(1, max(map(len, secrets))):
        places = {path: row for row, path in enumerate(level)}
        level = sorted({secret[:length] for secret in secrets if len(secret) > length})
        state = _advance(model, state, [places[path[:-1]] for path in level], level, visit)


def log_chances(
    model: NextWord, before: Sequence[int], secrets: Sequence[Pieces]
) -> npt.NDArray[np.float64]:
    """Log-chance (N,) of each secret, nats over all its pieces, behind the pieces `before`."""
    counted = PieceScores(secrets)
    walk(model, before, secrets, counted.visit)
    return counted.log_chances


class PieceScores:
    """Adds up the log-chances of secrets' pieces while their beginnings are walked."""

    def __init__(self, secrets: Sequence[Pieces]) -> None:
        self.log_chances = np.zeros(len(secrets))
        self._behind: dict[Pieces, list[tuple[int, int]]] = {}  # beginning -> (secret, next piece)
        for number, secret in enumerate(secrets):
            for length, piece in enumerate(secret):
                self._behind.setdefault(secret[:length], []).append((number, piece))

    def visit(self, paths: Sequence[Pieces], logits: Floats) -> None:
        """Take what the network expects behind some beginnings."""
        total = log_total(logits)
        for row, path in enumerate(paths):
            for number, piece in self._behind[path]:
                self.log_chances[number] += float(logits[row, piece]) - float(total[row])


def log_total(logits: Floats) -> Floats:
    """Return what to take from logits (B, V) to make log-chances of them, (B,)."""
    highest = logits.max(axis=1)
    total: Floats = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
    return total


def _advance(
    model: NextWord, state: State, parents: Sequence[int], paths: Sequence[Pieces], visit: Visit
) -> State:
    """Read the last piece of each path behind its parent's state."""
    states: list[State] = []
    for first in range(0, len(paths), _BATCH):
        part = paths[first : first + _BATCH]
        after, logits = model.advance_batch(
            rows_of(state, parents[first : first + _BATCH]), [path[-1] for path in part]
        )
        visit(part, logits)
        states.append(after)
    return State(
        np.concatenate([after.hidden for after in states], axis=1),
        np.concatenate([after.cell for after in states], axis=1),
    )


def rows_of(state: State, rows: Sequence[int]) -> State:
    """Return some of the states of a batch, in the order asked for."""
    chosen = list(rows)
    return State(state.hidden[:, chosen], state.cell[:, chosen])
