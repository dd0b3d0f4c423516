"""Typing line by line, for screen readers: no screen, no colour, no cursor movement. Sans-I/O.

`step` takes a line as it was entered and returns the lines to say. What is entered is added to the
sentence; a number alone takes that suggestion; an empty line finishes the sentence and keeps it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hushkey.tui import view_model
from hushkey.tui.offer import SLOTS, window

if TYPE_CHECKING:
    from hushkey.keyboard.types import Suggestion
    from hushkey.keyboard.undo import Undo
    from hushkey.tui.ports import Keeper

HELP: Final = (
    "Type words and press Enter; suggestions follow, numbered.",
    "A number alone takes that suggestion. A space before a number types it.",
    "A plus sign at the end asks for the rest of the last word: tom+",
    "An empty line finishes the sentence: it is kept and learned.",
    ":why N says where a suggestion comes from. :forget N forgets its word.",
    ":private turns private mode on or off. :read reads the sentence. :undo takes the last part",
    "back. :uncorrect puts back what you typed in the place of the last correction.",
    ":help says this again. :quit leaves and keeps the unfinished sentence.",
)
_CLOSING: Final = (".", ",", ";", ":", "!", "?", ")", "…")


class PlainTyping:
    """One conversation over a profile."""

    def __init__(self, profile: Keeper) -> None:
        self._profile = profile
        self._session = profile.session("plain")
        self._text = ""
        self._within_word = False
        self._corrected = ("", "")  # the sentence before and after the last correction taken
        self._earlier: list[str] = []  # the sentence before each part of it
        self._offers: tuple[Suggestion, ...] = ()
        self._private = False
        self._touched_in_private = False
        self.ended = False

    def greeting(self) -> list[str]:
        """Return what is said first."""
        return ["hushkey, line by line. :help lists what you can enter."]

    def step(self, line: str) -> list[str]:
        """Take one entered line; return what to say. A word already there is completed by number."""
        if line.startswith(":"):
            return self._command(line[1:].split())
        if not line.strip():
            return self._finish()
        if line.isdigit() and 1 <= int(line) <= len(self._offers):
            return self._take(self._offers[int(line) - 1])
        return self._add(line.strip() if line[0] != " " else line[1:].rstrip())

    def leave(self) -> list[str]:
        """Keep the unfinished sentence and end."""
        self.ended = True
        return [*(self._finish() if self._text.strip() else []), "Goodbye."]

    # The sentence --------------------------------------------------------------------------------

    def _add(self, words: str) -> list[str]:
        self._within_word = len(words) > 1 and words.endswith("+")
        words = words[:-1] if self._within_word else words
        space = "" if not self._text or words.startswith(_CLOSING) else " "
        self._replace(self._text.rstrip() + space + words)
        return self._offer()

    def _take(self, suggestion: Suggestion) -> list[str]:
        before, earlier = self._asked(), self._text
        kept = before[: len(before) - suggestion.replaces]
        self._replace(kept + self._session.accept(suggestion))
        if suggestion.kind == "correction":
            self._corrected = (earlier, self._text)
        self._within_word = False
        return [f"Took {view_model.visible(suggestion.text)}.", *self._offer()]

    def _replace(self, text: str) -> None:
        self._earlier.append(self._text)
        self._touched_in_private = self._touched_in_private or self._private
        self._text = text

    def _finish(self) -> list[str]:
        text, self._text = self._text.strip(), ""
        keep = bool(text) and not self._touched_in_private
        self._touched_in_private = self._private
        self._earlier.clear()
        self._offers = ()
        if not text:
            return ["The sentence is empty."]
        if not keep:
            return ["Finished. Private: nothing was kept."]
        self._session.commit(text)
        return ["Finished and kept."]

    def _asked(self) -> str:
        """Return the sentence, with a space after its last word unless that is to be completed."""
        whole = self._within_word or not self._text or self._text.endswith(" ")
        return self._text if whole else self._text + " "

    def _offer(self) -> list[str]:
        found = self._session.suggest(window(self._asked()), SLOTS)
        phrase = self._session.phrase()
        self._offers = (*found, phrase) if phrase is not None else tuple(found)
        if not self._offers:
            return ["No suggestion."]
        numbered = enumerate(self._offers, 1)
        return [f"{number}: {view_model.spoken(offer)}" for number, offer in numbered]

    # Commands ------------------------------------------------------------------------------------

    def _command(self, words: list[str]) -> list[str]:  # noqa: PLR0911  one for each command
        match words:
            case ["quit" | "q"]:
                return self.leave()
            case ["read"]:
                return [self._text.strip() or "The sentence is empty."]
            case ["undo"]:
                return self._undo()
            case ["uncorrect"]:
                return self._uncorrect()
            case ["private"]:
                return self._toggle_private()
            case ["why" | "forget" as what, number] if number.isdigit():
                return self._about(what, int(number))
            case _:
                return list(HELP)

    def _undo(self) -> list[str]:
        """Take the last part back; a correction taken back so is offered no more."""
        earlier = self._earlier.pop() if self._earlier else ""
        if self._corrected == (earlier, self._text):
            self._take_back()
        self._text = earlier
        self._offers = ()
        return [self._text.strip() or "The sentence is empty."]

    def _uncorrect(self) -> list[str]:
        change = self._take_back()
        if change is None:
            return ["There is no correction to take back."]
        self._replace(self._text[: len(self._text) - change.replaces] + change.text)
        self._offers = ()
        return [self._text.strip()]

    def _take_back(self) -> Undo | None:
        return self._session.undo(window(self._text), remember=not self._touched_in_private)

    def _toggle_private(self) -> list[str]:
        self._private = not self._private
        self._touched_in_private = self._touched_in_private or self._private
        self._session = self._profile.session("plain")
        if self._private:
            return ["Private mode is on. Nothing is kept, this sentence included."]
        return ["Private mode is off from the next sentence on."]

    def _about(self, what: str, number: int) -> list[str]:
        if not 1 <= number <= len(self._offers):
            return ["There is no suggestion of that number."]
        suggestion = self._offers[number - 1]
        if what == "forget":
            report = self._profile.forget(suggestion.text)
            return [f"Forgotten; {report.entries} entries changed."]
        parts = view_model.why(suggestion)
        return [view_model.why_title(suggestion)] + [
            f"{part.expert}: {view_model.percent(part.probability)}" for part in parts
        ]
