"""What the screen says, as values: state in, text out. Pure: no widget, no colour, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from hushkey.tui.offer import SLOTS, Offer, in_slot
from hushkey.tui.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hushkey.keyboard.profile import LearnProgress, LearnReport
    from hushkey.keyboard.types import Suggestion

_KIND_NOTES: Final[Mapping[str, str]] = {
    "prediction": "a next word",
    "completion": "the rest of this word",
    "correction": "a correction",
    "typed": "as you typed it",
    "phrase": "several words",
    "emoji": "an emoji",
}
# What a slot is marked with behind its number, so that it can be told without colour; help explains them.
_MARKS: Final[Mapping[str, str]] = {"correction": "≈", "typed": "="}
_NEW_MARK: Final = "+"
LEGEND: Final = "≈ a correction · + a new word of yours · = as you typed it"
_EXPERT_NOTES: Final[Mapping[str, str]] = {
    "network": "the shipped base, with what it learned from you",
    "memory-1": "how often you use this word",
    "memory-2": "what you write after the word before",
    "memory-3": "what you write after the two words before",
    "recency": "words you used a moment ago",
    "lexicon": "the shipped word list",
}
_BAR_CELLS: Final = 8
_LEFT_CELLS: Final = 12  # of "59 min left" and the blank before it
_STATUS_CELLS: Final = 54  # of the status line in a terminal of 60 columns


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the strip; an empty `text` is a place that keeps its room."""

    number: int
    text: str = ""
    kind: str = ""
    marked: bool = False
    mark: str = ""  # one character that says what is special about the word, or nothing


EMPTY_STRIP: Final = tuple(Slot(number) for number in range(1, SLOTS + 1))


@dataclass(frozen=True, slots=True)
class Learning:
    """Where a learning run stands: `share` is 0..1 while one runs, None when none does."""

    share: float | None = None
    note: str = ""  # while one runs: how long it will take


@dataclass(frozen=True, slots=True)
class Status:
    """All that the status line and the head line tell."""

    tally: Tally = field(default_factory=Tally)
    words: int = 0
    paused: bool = False
    private: bool = False
    learning: Learning = field(default_factory=Learning)
    opened: bool = True  # until the profile is, nothing is claimed of what is kept


@dataclass(frozen=True, slots=True)
class Why:
    """One expert's part in a suggestion: its name, what it is, its probability 0..1."""

    expert: str
    note: str
    probability: float


def strip(offer: Offer, marked: int = 0) -> tuple[Slot, ...]:
    """Return the three slots in their fixed places; `marked` is where 'forget' and 'why' look."""
    slots = list(EMPTY_STRIP)
    for place in range(SLOTS):
        suggestion = in_slot(offer, place)
        if suggestion is not None:
            text = visible(suggestion.text)
            mark = _NEW_MARK if suggestion.new else _MARKS.get(suggestion.kind, "")
            slots[place] = Slot(place + 1, text, suggestion.kind, place == marked, mark)
    return tuple(slots)


def standing_in(slots: tuple[Slot, ...], standing: Offer) -> tuple[Slot, ...]:
    """Return slots without the words that the line no longer confirms; the slots themselves look as they did.

    The next answer is milliseconds away: a slot that lost its colour until then would flicker, and cost a restyling.
    """
    return tuple(
        slot if in_slot(standing, slot.number - 1) is not None else replace(slot, text="", mark="")
        for slot in slots
    )


def spoken(suggestion: Suggestion) -> str:
    """Return a suggestion as line mode says it: its text, and in words what is special about it."""
    notes = {"correction": "a correction", "typed": "as you typed it", "phrase": "a phrase"}
    note = "new" if suggestion.new else notes.get(suggestion.kind)
    return visible(suggestion.text) + (f" ({note})" if note else "")


def visible(text: str) -> str:
    """Return `text` with what a terminal would act on or hide shown as a mark instead."""
    return "".join(c if c.isprintable() else "·" for c in text)


def savings(tally: Tally, *, brief: bool = False) -> str:
    """Return the honest count of today: the share of keys saved and how many."""
    today = tally.shown
    if not today.characters:
        return "no keys saved today"
    noun = "key" if abs(today.saved) == 1 else "keys"
    when = f"today {today.share:.0%}" if brief else f"{today.share:.0%} saved today"
    return f"{when} · {today.saved:,} {noun}"


def status_line(status: Status) -> tuple[str, str]:
    """Return the two ends of the status line; the left one is briefer where the right one needs the room."""
    right = learning_line(status)
    left = savings(status.tally)
    if len(left) + len(right) >= _STATUS_CELLS:
        left = savings(status.tally, brief=True)
    return left, right


def unlearned(entries: int) -> str:
    """Return what became of the lines that were to be forgotten."""
    if not entries:
        return "Nothing was kept in the last ten minutes."
    return f"Forgotten: {entries:,} line{'' if entries == 1 else 's'} of the last ten minutes."


def review_due(count: int) -> str:
    """Return what waits for the weekly review."""
    return f"{count:,} new {'word' if count == 1 else 'words'} of yours to keep or forget"


def words(count: int) -> str:
    """Return how many words of the owner's were learned from."""
    return f"{count:,} word{'' if count == 1 else 's'} learned"


def mode(status: Status) -> str:
    """Return the one state that matters most about what is being kept."""
    if not status.opened:
        return ""
    if status.private:
        return "private · nothing is kept"
    return "paused · nothing is kept" if status.paused else "learning as you type"


def learning_line(status: Status) -> str:
    """Return the run under way as a bar and what is left, in a fixed width, else its note, else the words."""
    share = status.learning.share
    if share is None:
        return status.learning.note or words(status.words)
    done = round(max(0.0, min(1.0, share)) * _BAR_CELLS)
    bar = f"{'━' * done}{'╌' * (_BAR_CELLS - done)}"
    return f"learning {bar}{status.learning.note or f'{share:.0%}':>{_LEFT_CELLS}}"


def time_left(seconds: float) -> str:
    """Return how long something will still take, as exactly as a guess deserves; nothing at its end."""
    if seconds <= 0:
        return ""
    if seconds < 60:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 3_570:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3_600:.1f} h left"


def advanced(step: LearnProgress) -> Learning:
    """Return the state after one report of a run."""
    share = step.step / step.steps if step.steps else 0.0
    return Learning(share, time_left(step.left_s).removeprefix("about "))


def learned(report: LearnReport) -> Learning:
    """Return the result line of a run: all experts together, on the owner's own held-out lines."""
    if not report.words:
        return Learning(note="nothing to learn from yet")
    if not report.finished:
        return Learning(note="time is over: goes on later")
    before, after = report.keyboard_before, report.keyboard_after
    if not before.nats:
        return Learning(note="too few words to learn from")
    if not report.kept:
        return Learning(note="no better: nothing changed")
    return Learning(note=f"learned · loss {before.nats:.2f} → {after.nats:.2f}")


def why(suggestion: Suggestion) -> tuple[Why, ...]:
    """Return each expert's part, the most convinced first."""
    parts = (
        Why(name, _EXPERT_NOTES.get(name, ""), probability)
        for name, probability in suggestion.experts.items()
    )
    return tuple(sorted(parts, key=lambda part: (-part.probability, part.expert)))


def why_title(suggestion: Suggestion) -> str:
    """Return the head of the answer to 'why this word?'."""
    note = _KIND_NOTES.get(suggestion.kind, suggestion.kind)
    if suggestion.new:
        note += " that only you use, still new"
    return f"“{visible(suggestion.text)}” — {note}, {percent(suggestion.score)} likely"


def percent(probability: float) -> str:
    """Return a probability as people read it; small ones are not rounded to nothing."""
    if 0 < probability < 0.001:
        return "under 0.1%"
    return f"{probability:.1%}"


def meter(probability: float, cells: int = 16) -> str:
    """Return a bar of `cells` for a probability; anything above nothing shows at least one cell."""
    filled = round(max(0.0, min(1.0, probability)) * cells)
    if probability > 0:
        filled = max(1, filled)
    return "▇" * filled + " " * (cells - filled)
