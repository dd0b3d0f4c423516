"""Cut a forgotten word out of a line. Pure."""

import re
from itertools import islice

from hushkey.keyboard.redaction import REDACTED
from hushkey.model.text import fold, split_token

_TOKENS = re.compile(r"\S+")


def cut_out(word: str, text: str) -> str:
    """Put the break mark in the place of a word, or of each word of a phrase, wherever it stands.

    Whole words only, in any case; punctuation around a word stays. A word is what the model counts
    as one: a white-space separated token without the marks at its ends.
    """
    wanted = [core for core in (_core(token) for token in word.split()) if core]
    tokens = list(_TOKENS.finditer(text))
    if not wanted or not tokens:
        return text
    cores = [_core(token[0]) for token in tokens]
    doomed: set[int] = set()
    for first in range(len(cores) - len(wanted) + 1):
        if list(islice(cores, first, first + len(wanted))) == wanted:
            doomed.update(range(first, first + len(wanted)))
    pieces: list[str] = []
    end = 0
    for number in sorted(doomed):
        token = tokens[number]
        lead, _, trail = split_token(token[0])
        pieces += (text[end : token.start()], lead, REDACTED, trail)
        end = token.end()
    return "".join(pieces) + text[end:]


def _core(token: str) -> str:
    return fold(split_token(token)[1])
