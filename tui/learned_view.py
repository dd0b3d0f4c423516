"""What the room of learned words says, as values: state in, text out. Pure: no widget, no thread, no profile.

What a forgetting reached is told in the command line's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from hushkey.model.text import fold
from hushkey.tui.cli.forgetting import verdict
from hushkey.tui.cli.when import day_of
from hushkey.tui.view_model import visible
from hushkey.tui.why_view import said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hushkey.keyboard.own_words import OwnWord
    from hushkey.keyboard.reports import ForgetReport, ProbeReport

Order = Literal["word", "count", "rung", "first", "last"]
Sift = Literal["all", "new", "kept", "blocked"]

ORDERS: Final[tuple[Order, ...]] = ("count", "last", "first", "word", "rung")
SIFTS: Final[tuple[Sift, ...]] = ("all", "new", "kept", "blocked")
NOTHING: Final = (
    "No words of yours yet. What you type that the shipped list lacks is listed here, with every use of it; "
    "a adds a word by hand."
)
GAP: Final = 2  # blanks between two columns
READING: Final = "reading your history"
_RUNGS: Final = ("trusted", "new", "seen")  # by how readily they are offered
_SIFTED: Final[Mapping[Sift, str]] = {
    "all": "",
    "new": "new ones",
    "kept": "those you kept",
    "blocked": "blocked ones",
}


@dataclass(frozen=True, slots=True)
class LearnedState:
    """All that the room tells of."""

    words: tuple[OwnWord, ...] | None = None  # None until they were read
    search: str = ""
    order: Order = "count"
    reverse: bool = False
    sift: Sift = "all"
    doing: str = READING
    told: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class LearnedView:
    """The room, as values."""

    headline: str = ""
    shown: tuple[OwnWord, ...] = ()
    doing: str = ""
    told: str = ""
    refusal: str = ""
    empty: str = ""  # what stands in the place of the table


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table; `order` is what a click on its head sorts by."""

    title: str
    cells: int
    order: Order | None
    text: Callable[[OwnWord], str]
    right: bool = False


def view_of(state: LearnedState) -> LearnedView:
    """Return what the room shows of a state."""
    words = state.words
    if words is None:
        return LearnedView(doing=state.doing, refusal=state.refusal)
    shown = sifted(state)
    return LearnedView(
        headline(words, shown),
        shown,
        state.doing,
        state.told,
        state.refusal,
        "" if shown else _empty(state),
    )


def headline(words: Sequence[OwnWord], shown: Sequence[OwnWord]) -> str:
    """Return how many there are, and of which kinds; where fewer show, how many those are."""
    counts = (
        _many(len(words), "word"),
        *(
            f"{sum(map(_IN[kind], words)):,} {kind}"
            for kind in SIFTS[1:]
            if any(map(_IN[kind], words))
        ),
    )
    told = " · ".join(counts)
    return told if len(shown) == len(words) else f"{len(shown):,} of {told}"


def sifted(state: LearnedState) -> tuple[OwnWord, ...]:
    """Return the words that are searched for, in their order; what has no date comes last either way."""
    sought, fits = fold(state.search.strip()), _IN[state.sift]
    found = [word for word in state.words or () if fits(word) and sought in fold(word.word)]
    by, falls = _KEYS[state.order]
    found.sort(key=lambda word: fold(word.word))
    known = [word for word in found if by(word) is not None]
    known.sort(key=by, reverse=falls != state.reverse)
    return (*known, *(word for word in found if by(word) is None))


def turned(state: LearnedState, order: Order) -> tuple[Order, bool]:
    """Return the order after a click on a column's head: once more on the same turns it round."""
    return order, state.order == order and not state.reverse


def standing(word: OwnWord) -> str:
    """Return how far a word has come, as one word or two."""
    if word.blocked:
        return "blocked"
    if word.vouched:
        return "kept"
    if word.as_typed:
        return "as typed" if not word.count else f"{word.rung}, as typed"
    return word.rung


def detail(word: OwnWord | None) -> str:
    """Return all that is known of the word under the cursor: what a narrow table has no room for."""
    if word is None:
        return ""
    parts = [f"“{visible(word.word)}”: {_many(word.count, 'use')}"]
    if word.first is not None and word.last is not None:
        parts.append(" to ".join(dict.fromkeys((day_of(word.first), day_of(word.last)))))
    if word.surfaces:
        parts.append(f"in {', '.join(map(visible, word.surfaces))}")
    return f"{', '.join(parts)}. {said(word)}"


def columns(width: int) -> tuple[Column, ...]:
    """Return the columns that fit a width, their cells and blanks filling it."""
    fixed = [_USES, _RUNG, _LAST]
    if width >= 74:
        fixed = [_USES, _RUNG, _FIRST, _LAST]
    if width >= 94:
        fixed.append(_WHERE)
    word = max(8, width - sum(column.cells + GAP for column in fixed))
    return (Column("Word", min(word, 44), "word", lambda one: visible(one.word)), *fixed)


def question(word: OwnWord) -> tuple[str, str]:
    """Return the title and the text of the question before a word is forgotten."""
    reach = f"all {word.count:,} uses of it go" if word.count > 1 else "its one use goes"
    goes = f"{reach} from the history, and what was learned of it goes" if word.count else "it goes"
    text = (
        f"{goes[0].upper()}{goes[1:]} from counts, phrases, corrections, your adapter and reports that wait. "
        "Nothing brings it back."
    )
    return f"Forget “{visible(word.word)}”?", text


def forgotten(words: int, report: ForgetReport, found: ProbeReport) -> str:
    """Return what a forgetting reached, and what asking for the words gave."""
    lines = _many(report.entries, "line") if report.entries else "no line"
    told = [f"Forgotten: {_many(words, 'word')}, cut out of {lines}."]
    if report.adapter_dropped:
        told.append("The adapter went with it; F9 trains one on what is left.")
    if report.reports_dropped:
        told.append(f"{_many(report.reports_dropped, 'report')} that waited to be sent: deleted.")
    if report.exports:
        told.append(f"{_many(len(report.exports), 'export')} made since may still hold it.")
    told.append(f"Asked for it: {verdict(found)}.")
    return " ".join(told)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _empty(state: LearnedState) -> str:
    if not state.words:
        return NOTHING
    sought = f" with “{visible(state.search.strip())}”" if state.search.strip() else ""
    among = f" among the {_SIFTED[state.sift]}" if state.sift != "all" else ""
    return f"No word{sought}{among}."


def _day(at: float | None) -> str:
    return "" if at is None else day_of(at)


_IN: Final[Mapping[Sift, Callable[[OwnWord], bool]]] = {
    "all": lambda _: True,
    "new": lambda word: word.rung == "new" and not word.blocked,
    "kept": lambda word: word.vouched and not word.blocked,
    "blocked": lambda word: word.blocked,
}
# What an order compares, and whether it begins with the greatest.
_KEYS: Final[Mapping[Order, tuple[Callable[[OwnWord], Any], bool]]] = {
    "word": (lambda word: fold(word.word), False),
    "count": (lambda word: word.count, True),
    "rung": (lambda word: (word.blocked, _RUNGS.index(word.rung), not word.vouched), False),
    "first": (lambda word: word.first, False),
    "last": (lambda word: word.last, True),
}
_USES: Final = Column("Uses", 6, "count", lambda word: f"{word.count:,}", right=True)
_RUNG: Final = Column("Standing", 17, "rung", standing)
_FIRST: Final = Column("First", 10, "first", lambda word: _day(word.first))
_LAST: Final = Column("Last", 10, "last", lambda word: _day(word.last))
_WHERE: Final = Column("Where", 16, None, lambda word: ", ".join(map(visible, word.surfaces)))
