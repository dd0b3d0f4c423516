"""Typed text as the model sees it: folded words and punctuation marks. Pure.

The model reads case-folded words, so that pieces are not spent twice on `The` and `the`; capitals
are put back by whoever shows the word. Punctuation around a word is reduced to a few marks: context worth
having, but nothing that the keyboard ever predicts.
"""

import unicodedata
from collections.abc import Iterator

# Marks are whole pieces of the vocabulary; the spelling `<.>` cannot occur inside a word.
MARKS = (
    "<.>",
    "<,>",
    "<?>",
    "<!>",
    "<…>",
    "<:>",
    "<;>",
    "<->",
    '<">',
    "<'>",
    "<(>",
    "<)>",
    "</>",
    "<sym>",
)

GAP = "█"  # stands in kept text where a secret or a forgotten word stood

_MARKS_PER_SIDE = 2  # of a run such as `?!!!` the first two distinct marks are kept
_CANONICAL = {
    **{mark[1]: mark for mark in MARKS if len(mark) == 3},
    **dict.fromkeys("[{<", "<(>"),
    **dict.fromkeys("]}>", "<)>"),
    **dict.fromkeys("–—−‐_~", "<->"),  # noqa: RUF001  dashes of every length
}
_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u00b4": "'",
        "\u1ffd": "'",  # which NFC would make the one before
        "\u201c": '"',
        "\u201d": '"',
        "\u00a0": " ",
        "\u202f": " ",
        "\u200b": None,
        "\ufeff": None,
    }
)


def normalise(text: str) -> str:
    """NFC with plain quotes and blanks; case and everything else stay as typed. Doing it twice changes nothing."""
    return unicodedata.normalize("NFC", text.translate(_PLAIN))


def fold(text: str) -> str:
    """Return the text normalised and without case: the form in which words are counted and predicted."""
    return normalise(text).lower()


def split_token(token: str) -> tuple[str, str, str]:
    """(lead, core, trail) of a white-space separated token; the core starts and ends alphanumeric.

    A token without any letter or digit is all lead. This is the metric's definition of a word.
    """
    start, end = 0, len(token)
    while start < end and not token[start].isalnum():
        start += 1
    while end > start and not token[end - 1].isalnum():
        end -= 1
    return token[:start], token[start:end], token[end:]


def marks_of(punctuation: str) -> list[str]:
    """Return the marks that stand for a run of punctuation, repeats collapsed, two at the most."""
    if punctuation.startswith(("..", "…")):
        return ["<…>"]
    marks: list[str] = []
    for character in punctuation:
        mark = _CANONICAL.get(character, "<sym>")
        if not marks or marks[-1] != mark:
            marks.append(mark)
    return marks[:_MARKS_PER_SIDE]


def tokens_of(line: str) -> Iterator[tuple[str, bool]]:
    """(text, is_word) of each folded word and each mark of a line, in order."""
    for token in normalise(line).split():
        lead, core, trail = split_token(token)
        if lead:
            for mark in marks_of(lead):
                yield mark, False
        if core:
            yield core.lower(), True
        if trail:
            for mark in marks_of(trail):
                yield mark, False


def words_of(line: str) -> list[str]:
    """Return the words of a line as typed, punctuation around them cut off."""
    cores = (split_token(token)[1] for token in normalise(line).split() if GAP not in token)
    return [core for core in cores if core]


def sentences_of(line: str) -> list[list[str]]:
    """Return the words of each sentence of a line, as typed; a sentence ends at . ? ! or an ellipsis.

    A token that holds a GAP stands as GAP among the words: something was there that nobody may learn,
    and what stands on either side of it did not follow one another.
    """
    sentences: list[list[str]] = [[]]
    for word, ends in _sentence_tokens(line):
        if word:
            sentences[-1].append(word)
        if ends:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def sentence_so_far(context: str) -> list[str]:
    """Return the words (and GAPs), as typed, of the sentence that a line's context ends in."""
    words: list[str] = []
    for word, ends in _sentence_tokens(context):
        if word:
            words.append(word)
        if ends:
            words = []
    return words


def _sentence_tokens(line: str) -> Iterator[tuple[str, bool]]:
    """(word, GAP or nothing; whether the sentence ends behind it) of each token of a line."""
    for token in normalise(line).split():
        _, core, trail = split_token(token)
        word = GAP if GAP in token else core
        yield word, ends_sentence(trail if core else token)


def ends_sentence(punctuation: str) -> bool:
    """Whether punctuation behind a word ends its sentence."""
    return any(character in ".?!…" for character in punctuation)


def split_cursor(text_before_cursor: str) -> tuple[str, str]:
    """(context, prefix) of the current line: what is finished, and the letters of the word begun.

    Punctuation that opens the word (a bracket, a quote) belongs to the context.
    """
    line = text_before_cursor[text_before_cursor.rfind("\n") + 1 :]
    start = len(line)
    while start > 0 and not line[start - 1].isspace():
        start -= 1
    while start < len(line) and not line[start].isalnum():
        start += 1
    return line[:start], line[start:]
