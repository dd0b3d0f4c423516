"""Plain deltas of sample devices, by what they train: how long they are, what they share, what they tell of words.

python -m bench.sharing.telling    some two minutes; prints a table
"""

import sys

import numpy as np

from bench.document import table
from hushkey.model.adapter import Adapter
from hushkey.model.base import load_base
from hushkey.model.plans import preset
from hushkey.model.text import fold, sentences_of
from hushkey.sync.demonstration.operators import RANKS
from hushkey.sync.demonstration.samples import read_samples
from hushkey.sync.device.attack import Attacker, Found
from hushkey.sync.device.training import train_delta
from hushkey.sync.task_terms import flatten

DEVICES = 4  # that the samples are cut in: about 1,000 words each


def main() -> None:
    """Train, attack, print."""
    base = load_base()
    zero = base.runtime().zero_adapter()
    rows = []
    for ranks in (preset("shared").ranks, RANKS):
        start = Adapter.zero(zero.shape, base=zero.base, seed=zero.seed, ranks=ranks)
        attacker = Attacker(base, start)
        trained = ", ".join(f"{name} {rank}" for name, rank in ranks.items())
        devices = read_samples(DEVICES).devices
        deltas = [train_delta(base, start, lines) for lines in devices]
        vectors = np.array([flatten(delta, ranks) for delta in deltas])  # (devices, d)
        norms = np.linalg.norm(vectors, axis=1)
        cosines = vectors @ vectors.T / np.outer(norms, norms)
        for number, (lines, delta) in enumerate(zip(devices, deltas, strict=True)):
            words = {fold(word) for line in lines for told in sentences_of(line) for word in told}
            found = attacker.attack(delta, words)
            others = np.delete(cosines[number], number)
            rows.append(
                [
                    trained,
                    f"{norms[number]:.2f}",
                    f"{vectors[number].var():.1e}",
                    f"{others.min():.2f} to {others.max():.2f}",
                    _told(found.all_words),
                    _told(found.rare_words),
                ]
            )
    head = ["trained", "norm", "variance", "cosines with the others", "all words", "rare words"]
    sys.stdout.write(table(head, rows) + "\n")


def _told(found: Found) -> str:
    return (
        f"AUC {found.auc:.2f} ({found.low:.2f} to {found.high:.2f}), p {found.chance:.2f}, "
        f"{found.hits} of {found.top} ({found.hits_by_chance:.1f} by chance)"
    )


if __name__ == "__main__":
    main()
