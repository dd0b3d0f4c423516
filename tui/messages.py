"""What threads and widgets tell the screen. Past tense; each answer carries its question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from hushkey.keyboard.meter import Standing
    from hushkey.keyboard.own_words import Added
    from hushkey.keyboard.profile import LearnProgress, LearnReport
    from hushkey.sync.device.consent import Terms
    from hushkey.sync.device.preview import Preview
    from hushkey.tui.offer import Offer
    from hushkey.tui.sharing_view import Doing, Snapshot


class LineChanged(Message):
    """The line before the cursor changed; `before` is all of it up to the cursor."""

    def __init__(self, before: str, at_end: bool) -> None:
        super().__init__()
        self.before = before
        self.at_end = at_end


class Dismissed(Message):
    """The suggestions on show were sent away."""


class SuggestionsReady(Message):
    """The engine answered the question of `token`."""

    def __init__(self, token: int, offer: Offer) -> None:
        super().__init__()
        self.token = token
        self.offer = offer


class LineKept(Message):
    """A finished line was committed; `words` are learned now."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words = words


class BenefitKept(Message):
    """The keys of a kept line were counted and credited; so it stands now."""

    def __init__(self, standing: Standing) -> None:
        super().__init__()
        self.standing = standing


class WordForgotten(Message):
    """A word was cut out of `entries` lines of the history; `words` are learned now."""

    def __init__(self, word: str, entries: int, words: int) -> None:
        super().__init__()
        self.word = word
        self.entries = entries
        self.words = words


class LinesForgotten(Message):
    """The newest `entries` lines were cut out of the history; `words` are learned now."""

    def __init__(self, entries: int, words: int) -> None:
        super().__init__()
        self.entries = entries
        self.words = words


class WordBlocked(Message):
    """A word will not be suggested again."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word


class WordAdded(Message):
    """A word was to be added to the owner's; `became` says what came of it."""

    def __init__(self, word: str, became: Added) -> None:
        super().__init__()
        self.word = word
        self.became = became


class ForgottenElsewhere(Message):
    """Something was forgotten in another room: what shows here may hold it."""


class SettingChanged(Message):
    """The owner turned a setting on or off."""

    def __init__(self, name: str, on: bool) -> None:
        super().__init__()
        self.name = name
        self.on = on


class LearningBegan(Message):
    """A training run began, asked for or not."""


class LearningAdvanced(Message):
    """The training run reported a step."""

    def __init__(self, progress: LearnProgress) -> None:
        super().__init__()
        self.progress = progress


class LearningEnded(Message):
    """The training run is over; `report` is None where it was cancelled or failed."""

    def __init__(self, report: LearnReport | None) -> None:
        super().__init__()
        self.report = report


class KeyboardFailed(Message):
    """Something was refused; `text` says what, and never quotes what was typed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class ReviewDue(Message):
    """The weekly review has `words` to ask for."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words = words


class SharingSeen(Message):
    """Sharing was looked at; an older snapshot is never posted after a newer one."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot


class SharingWent(Message):
    """Something of sharing began, went a step, or ended; `doing` is all that is under way."""

    def __init__(self, doing: frozenset[Doing], step: LearnProgress | None = None) -> None:
        super().__init__()
        self.doing = doing
        self.step = step


class TermsOffered(Message):
    """The leader told the terms that the question of `token` asked for."""

    def __init__(self, token: int, terms: Terms) -> None:
        super().__init__()
        self.token = token
        self.terms = terms


class PreviewMade(Message):
    """The bundle that the question of `token` asked for was made, measured and thrown away."""

    def __init__(self, token: int, preview: Preview) -> None:
        super().__init__()
        self.token = token
        self.preview = preview


class SharingRefused(Message):
    """Something of sharing was refused; `text` says what, and never quotes what was typed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
