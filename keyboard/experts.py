"""One person's experts: all that learning from their lines changes, in one value. It knows no network."""

from dataclasses import dataclass

from hushkey.keyboard.memory import Memory
from hushkey.keyboard.mixer import Mixer
from hushkey.keyboard.recency import Recency
from hushkey.keyboard.wordbook import Wordbook

# What can be left out of an engine, one at a time, to see what it brings (bench/typing).
ABLATIONS = (
    "network",  # the shipped base and with it the adapter: the word list's own shares take its place
    "adapter",
    "memory",
    "memory-1",
    "memory-2",
    "memory-3",
    "recency",
    "trust",  # gates that learn: without them the fitted starting values stay
    "fitted",  # the fitted starting values: without them every gate starts alike
    "passed-over",  # leaving out, in the bare ranking, what was shown and not taken
)


@dataclass(frozen=True, slots=True, eq=False)
class Experts:
    """Words and their forms, n-gram counts, what was used just now, and how far each is trusted."""

    book: Wordbook
    memory: Memory
    recency: Recency
    mixer: Mixer
    without: frozenset[str] = frozenset()  # names of ABLATIONS that say nothing

    def has_order(self, order: int) -> bool:
        """Whether the n-grams with contexts of `order` words (0..2) are heard."""
        return "memory" not in self.without and f"memory-{order + 1}" not in self.without

    @property
    def has_recency(self) -> bool:
        """Whether recent words are heard, and there are any."""
        return "recency" not in self.without and len(self.recency) > 0
