"""What ibus-typing-booster, Presage and Android keep in SQLite: opened read-only, never changed. Knows no profile.

Each layout was read off a file that the program itself had written (the first two) or its source (Android's
UserDictionaryProvider); docs/portability.md says which versions.
"""

import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from hushkey.keyboard.portability.contents import Contents, CopyRefused, Line, PortableWord
from hushkey.keyboard.portability.ngrams import Pair, Trigram, Walk, walks

MAGIC: Final = b"SQLite format 3\x00"
_SHORTCUT: Final = (
    1_000_000  # ibus-typing-booster's itb_util.SHORTCUT_USER_FREQ: an abbreviation, not a use
)
_MOST: Final = 100_000  # uses of one word in one place; beyond it a number is no count


def read_database(path: Path) -> Contents:
    """Read one of the three databases, told apart by their tables. Raises CopyRefused."""
    unknown = False
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            tables = {
                name
                for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
            }
            if "phrases" in tables:
                return _typing_booster(database)
            if {"_1_gram", "_2_gram", "_3_gram"} <= tables:
                return _presage(database)
            if "words" in tables:
                return _android(database)
            unknown = True
    except (sqlite3.Error, ValueError, TypeError):
        pass
    why = "its tables are those of no keyboard known here" if unknown else "it cannot be read"
    raise CopyRefused(f"{path.name}: a database, but {why}; nothing was taken")


def _typing_booster(database: sqlite3.Connection) -> Contents:
    rows = database.execute(
        "SELECT pp_phrase, p_phrase, phrase, sum(user_freq), max(timestamp) FROM phrases "
        "WHERE user_freq > 0 AND user_freq < ? GROUP BY pp_phrase, p_phrase, phrase",
        (_SHORTCUT,),
    )
    trigrams = [
        Trigram((str(before_that), str(before)), _composed(word), _count(times), _time(at))
        for before_that, before, word, times, at in rows
        # Two words together are counted beside each of them once more.
        if _one_word(word) and " " not in f"{before_that}{before}"
    ]
    return Contents(tuple(_lines(walks(trigrams, _plain), "ibus-typing-booster")))


def _composed(word: object) -> str:
    """Return a word as people type it: ibus-typing-booster keeps each accent as a character of its own."""
    return unicodedata.normalize("NFC", str(word))


def _plain(word: str) -> str:
    """Return a word as ibus-typing-booster writes it before another: small letters without accents."""
    spread = unicodedata.normalize("NFKD", word.lower())
    return "".join(one for one in spread if not unicodedata.combining(one))


def _presage(database: sqlite3.Connection) -> Contents:
    three = [
        Trigram((str(first), str(second)), str(word), _count(times))
        for first, second, word, times in database.execute(
            "SELECT word_2, word_1, word, count FROM _3_gram"
        )
        if all(map(_one_word, (first, second, word)))
    ]
    text = walks(three)
    pairs: Counter[Pair] = Counter()
    words: Counter[str] = Counter()
    for walk in text:
        pairs.update(zip(walk.words, walk.words[1:], strict=False))
        words.update(walk.words)
    rest: list[Walk] = []
    for first, word, times in database.execute("SELECT word_1, word, count FROM _2_gram"):
        for _ in range(max(0, _count(times) - pairs[str(first), str(word)])):
            rest.append(Walk((str(first), str(word)), None))
            words.update((str(first), str(word)))
    for word, times in database.execute("SELECT word, count FROM _1_gram"):
        rest += [Walk((str(word),), None)] * max(0, _count(times) - words[str(word)])
    kept = (walk for walk in (*text, *rest) if all(map(_one_word, walk.words)))
    return Contents(tuple(_lines(kept, "presage")))


def _android(database: sqlite3.Connection) -> Contents:
    rows = database.execute("SELECT word FROM words ORDER BY word")
    words = [str(word).strip() for (word,) in rows if word]
    return Contents(words=tuple(PortableWord("vouched", word) for word in words if _one_word(word)))


def _lines(text: Iterable[Walk], surface: str) -> Iterator[Line]:
    counted = Counter((walk.at, " ".join(walk.words)) for walk in text)
    for (at, line), count in counted.items():
        yield Line(at, surface, line, count)


def _one_word(word: object) -> bool:
    return isinstance(word, str) and bool(word) and not any(map(str.isspace, word))


def _count(times: object) -> int:
    return min(_MOST, int(times)) if isinstance(times, int | float) else 0


def _time(at: object) -> float | None:
    return float(at) if isinstance(at, int | float) and at > 0 else None
