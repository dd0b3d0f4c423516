"""What keyboards of phones write for their owner: Gboard, SwiftKey, FUTO, HeliBoard, AOSP word lists. Pure.

A word that its owner put into a personal dictionary is trusted at once, as it is there. What an expansion of several
words says is a line. docs/portability.md says where each layout is documented.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from hushkey.keyboard.portability.contents import Contents, CopyRefused, Line, PortableWord

GBOARD: Final = re.compile(r"# gboard dictionary version:(\d+)", re.IGNORECASE)
COMBINED: Final = re.compile(r"\s*dictionary=\w+(?::\S+?)?,locale=")
FUTO_FILE: Final = "userdictionary.json"
GBOARD_FILE: Final = "dictionary.txt"
HELIBOARD_BLACKLIST: Final = re.compile(r"(?:unprotected/)?blacklists/[^/]+\.txt")

_MOST: Final = 20_000  # words; a personal dictionary is smaller, a language's is not one's own
_COMBINED_WORD: Final = re.compile(r"\s*word=([^,]+),f=(\d+)(?:,|$)")
_SEEN: Final = 2  # uses that a word counts for of which only its having been learned is known: offered, marked as new


def gboard(text: str) -> Contents:
    """Read `dictionary.txt` of Gboard's export: shortcut, word and language with tabs between; versions 1 and 2."""
    header, *rows = text.splitlines() or [""]
    version = GBOARD.match(header)
    if version is None or version[1] not in {"1", "2"}:
        raise CopyRefused("this dictionary of Gboard has a later layout; nothing was taken")
    cells = (row.split("\t") for row in rows if row.strip() and not row.startswith("#"))
    return _personal((row[1] for row in cells if len(row) > 1), "gboard")


def swiftkey(document: Any) -> Contents:
    """Read SwiftKey's export: `terms`, all words that it learned, without counts or times."""
    words = {term.strip() for term in document["terms"] if isinstance(term, str)}
    own = sorted(word for word in words if _is_word(word))
    _refuse_many(own)
    return Contents(tuple(Line(None, "swiftkey", word, _SEEN) for word in own))


def futo(text: str) -> Contents:
    """Read `userdictionary.json` of FUTO's settings backup: a list of words with frequency, locale and shortcut."""
    document = _parsed(text)
    if not isinstance(document, list):
        raise CopyRefused("this is no personal dictionary of FUTO Keyboard; nothing was taken")
    words = (entry.get("word") for entry in document if isinstance(entry, dict))
    return _personal((word for word in words if isinstance(word, str)), "futo")


def heliboard_blacklist(text: str) -> Contents:
    """Read a list of words that HeliBoard never suggests: one a line."""
    words = sorted({line.strip() for line in text.splitlines()})
    blocked = [word for word in words if word and " " not in word]
    _refuse_many(blocked)
    return Contents(words=tuple(PortableWord("blocked", word) for word in blocked))


def combined(lines: Iterable[str]) -> Contents:
    """Read a word list in the AOSP keyboard's `combined` format, as HeliBoard and FUTO take them.

    Its `f` runs from 0 to 255 by the logarithm of a frequency and counts nothing; 0 is a word never to be offered.
    """
    found = [match for line in lines if (match := _COMBINED_WORD.match(line))]
    _refuse_many(found)
    words = sorted({match[1].strip(): int(match[2]) for match in found}.items())
    return Contents(
        words=tuple(
            PortableWord("vouched" if frequency else "blocked", word)
            for word, frequency in words
            if _is_word(word)
        )
    )


def is_swiftkey(document: Any) -> bool:
    """Whether a JSON document is SwiftKey's export."""
    return isinstance(document, dict) and isinstance(document.get("terms"), list)


def parsed_or_none(text: str) -> Any:
    """Return a JSON document; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parsed(text: str) -> Any:
    document = parsed_or_none(text)
    if document is None:
        raise CopyRefused("begins as JSON and is none; nothing was taken; export it again")
    return document


def _personal(expansions: Iterable[str], surface: str) -> Contents:
    """Words of a personal dictionary, and the lines that its longer expansions are."""
    own = sorted({text.strip() for text in expansions if text.strip()})
    _refuse_many(own)
    words = [text for text in own if " " not in text]
    return Contents(
        tuple(_phrases(own, surface)), tuple(PortableWord("vouched", word) for word in words)
    )


def _phrases(own: Iterable[str], surface: str) -> Iterator[Line]:
    for text in own:
        if " " in text:
            yield Line(None, surface, " ".join(text.split()))


def _is_word(word: str) -> bool:
    return any(map(str.isalpha, word)) and not any(map(str.isspace, word))


def _refuse_many(found: list[Any]) -> None:
    if len(found) > _MOST:
        raise CopyRefused(
            f"more than {_MOST:,} words: that is a language's dictionary and not one's own; "
            "nothing was taken"
        )
