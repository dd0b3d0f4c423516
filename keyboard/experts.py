"""One person's experts: all that learning from their lines changes, in one value. It knows no network."""

from dataclasses import dataclass

from hushkey.keyboard.memory import Memory
from hushkey.keyboard.mixer import Mixer
from hushkey.keyboard.recency import Recency
from hushkey.keyboard.wordbook import Wordbook


@dataclass(frozen=True, slots=True, eq=False)
class Experts:
    """Words and their forms, n-gram counts, what was used just now, and how far each is trusted."""

    book: Wordbook
    memory: Memory
    recency: Recency
    mixer: Mixer
