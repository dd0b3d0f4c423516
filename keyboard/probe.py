"""Ask the engine for words that were forgotten, and say how likely it takes them to be. It changes nothing.

What can be promised exactly is that the engine is the one that never saw the word; so its counts are compared
with those of an engine taught the rest, array for array. Then the word is asked for, as a person would come upon
it: behind neutral texts and behind those in which it stood, and a word of one's own by each of its beginnings.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.reports import ProbeReport, WordProbe

NEUTRAL = (
    "",
    "I ",
    "the ",
    "and then ",
    "we are going to ",
    "please send me the ",
    "my ",
    "in the ",
    "thank you for ",
    "it was a ",
    "have you seen ",
    "Dear ",
)
BEGUN = 200  # words of one's own that are begun letter by letter; more of them are asked for whole
SHOWN = 3  # suggestions; what a strip shows
_OFFERED = 8  # suggestions that are looked at: more than any strip shows
_BEHIND = ("", "the ", "and then ")  # texts behind which a word is begun


def probe(
    engine: SuggestionEngine,
    left: Iterable[list[str]],
    words: Sequence[str],
    contexts: Sequence[str],
) -> ProbeReport:
    """Probe folded words against the base alone and against an engine that is taught the lines `left`."""
    base = SuggestionEngine(engine.base)
    asked = list(dict.fromkeys((*NEUTRAL, *contexts)))
    times = dict.fromkeys(words, 0.0)
    shown, shown_by_base = Counter[str](), Counter[str]()
    for context in asked:
        now, alone = engine.chances(context, words), base.chances(context, words)
        for word, chance, own in zip(words, now, alone, strict=True):
            times[word] = max(times[word], _times(chance, own))
        shown.update(_shown(engine, context))
        shown_by_base.update(_shown(base, context))
    unknown = [word for word in words if not base.knows(word)]
    strange, begun = set(unknown), set(unknown[:BEGUN])
    found = tuple(
        WordProbe(
            word,
            in_base=word not in strange,
            left=engine.count(word),
            offered=_offered(engine, word) if word in begun else 0,
            times_base=times[word],
            shown=shown[word],
            shown_by_base=shown_by_base[word],
        )
        for word in words
    )
    return ProbeReport(_as_taught(base, left, engine), engine.adapted, len(asked), found)


def _times(chance: float, own: float) -> float:
    """Return a word's chance as a multiple of the base's; infinite where the base alone has none."""
    if own > 0.0:
        return chance / own
    return float("inf") if chance > 0.0 else 0.0


def _shown(engine: SuggestionEngine, context: str) -> set[str]:
    return {suggestion.text.lower() for suggestion in engine.candidates(context, SHOWN)}


def _offered(engine: SuggestionEngine, word: str) -> int:
    """Count how often a word shows when it is begun, by any of its letters."""
    return sum(
        suggestion.text.lower().split(" ")[0] == word
        for context in _BEHIND
        for end in range(len(word))
        for suggestion in (
            *engine.candidates(context + word[:end], _OFFERED),
            *engine.corrections(context + word[:end], _OFFERED),
        )
    )


def _as_taught(
    fresh: SuggestionEngine, left: Iterable[list[str]], engine: SuggestionEngine
) -> bool:
    for lines in left:
        fresh.recount(lines)
    one, other = fresh.as_arrays(), engine.as_arrays()
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and one[name].tobytes() == other[name].tobytes()
        for name in one
    )
