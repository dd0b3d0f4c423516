"""What the word-recovery attack reads out of plain deltas of sample devices, by what they train.

python -m bench.sharing.telling    some two minutes; prints a table
"""

import sys

from bench.document import table
from hushkey.model.adapter import Adapter
from hushkey.model.base import load_base
from hushkey.model.plans import preset
from hushkey.model.text import fold, sentences_of
from hushkey.sync.demonstration.operators import RANKS
from hushkey.sync.demonstration.samples import read_samples
from hushkey.sync.device.attack import Attacker, Found
from hushkey.sync.device.training import train_delta

DEVICES, ATTACKED = 4, 2  # the samples are cut in so many; so many of them are attacked


def main() -> None:
    """Train, attack, print."""
    base = load_base()
    zero = base.runtime().zero_adapter()
    rows = []
    for ranks in (preset("shared").ranks, RANKS):
        start = Adapter.zero(zero.shape, base=zero.base, seed=zero.seed, ranks=ranks)
        attacker = Attacker(base, start)
        for number, lines in enumerate(read_samples(DEVICES).devices[:ATTACKED], 1):
            words = {fold(word) for line in lines for told in sentences_of(line) for word in told}
            found = attacker.attack(train_delta(base, start, lines), words)
            trained = ", ".join(f"{name} {rank}" for name, rank in ranks.items())
            rows.append([trained, str(number), _told(found.all_words), _told(found.rare_words)])
    head = ["trained", "device", "all words", "rare words"]
    sys.stdout.write(table(head, rows) + "\n")


def _told(found: Found) -> str:
    return (
        f"AUC {found.auc:.2f} ({found.low:.2f} to {found.high:.2f}), p {found.chance:.2f}, "
        f"{found.hits} of {found.top} ({found.hits_by_chance:.1f} by chance)"
    )


if __name__ == "__main__":
    main()
