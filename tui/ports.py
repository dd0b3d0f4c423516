"""What the app and the commands need of a profile, as small Protocols.

`hushkey.keyboard.profile.Profile` is the real one; the tests have a scripted one. Knows no widget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from hushkey.keyboard.benefit import Acceptance, Benefit
    from hushkey.keyboard.erasure import Forgetting
    from hushkey.keyboard.meter import Standing
    from hushkey.keyboard.profile import ForgetReport, LearnProgress, LearnReport
    from hushkey.keyboard.types import Suggestion
    from hushkey.keyboard.undo import Undo
    from hushkey.sync.device.consent import Terms
    from hushkey.sync.device.preview import Preview
    from hushkey.sync.device.status import SharingStatus
    from hushkey.sync.messages import Record
    from hushkey.sync.releases.receipts import Verified


class Typist(Protocol):
    """One surface's session with the engine."""

    @property
    def places(self) -> tuple[int, ...]:
        """The slot, from 0, of each suggestion of the last answer, ascending."""

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        """Return at most `k` suggestions for the end of a line."""

    def phrase(self, *, look_ahead: bool = True) -> Suggestion | None:
        """Return the first word of the last answer with those that are likely to follow it."""

    def undo(self, text_before_cursor: str, *, remember: bool = True) -> Undo | None:
        """Take back the newest correction that stands in the text; it is offered no more."""

    def accept(self, suggestion: Suggestion) -> str:
        """Note that one was taken; return its text and the space after it."""

    def commit(self, text: str) -> None:
        """Keep a finished line and learn it."""


class Engine(Protocol):
    """The part of an engine that the app asks beside its session."""

    @property
    def words_learned(self) -> int:
        """How many words the personal memory holds."""


class Choices(Protocol):
    """The part of the settings that the app asks."""

    @property
    def background_learning(self) -> bool:
        """Whether a run may begin unasked."""

    @property
    def phrases(self) -> bool:
        """Whether words that are likely to follow are offered."""

    @property
    def corrections(self) -> bool:
        """Whether words that were probably mistyped may be corrected."""

    @property
    def backspace_reverts(self) -> bool:
        """Whether Backspace right behind a correction puts back what was typed."""

    @property
    def emoji(self) -> bool:
        """Whether emoji are offered."""

    def learns_from(self, surface: str) -> bool:
        """Whether a line that was finished on a surface is kept and learned."""


class Meter(Protocol):
    """The part of a profile's benefit meter that the app uses."""

    def credit(self, acceptance: Acceptance) -> Benefit:
        """Say who brought what a suggestion saved that was taken."""

    def keep(self, benefit: Benefit, today: date) -> Standing:
        """Add to a day's sums; return what stands then."""

    def standing(self, today: date) -> Standing:
        """Return what was saved until now."""


class Unlearned(Protocol):
    """What became of a forgetting."""

    @property
    def report(self) -> ForgetReport:
        """What it reached."""


class Keeper(Protocol):
    """The part of a profile that the app uses."""

    @property
    def engine(self) -> Engine:
        """The engine behind every session."""

    @property
    def settings(self) -> Choices:
        """What the owner has set."""

    @property
    def paused(self) -> bool:
        """Whether learning is off."""

    @property
    def meter(self) -> Meter:
        """What suggestions saved, and who brought it."""

    def session(self, surface: str) -> Typist:
        """Open a session for one surface."""

    def set(self, **changes: bool) -> None:
        """Change settings and keep them."""

    def catch_up(self) -> bool:
        """Follow what other processes did on this profile since; say whether they did anything."""

    def pause(self) -> None:
        """Turn learning off."""

    def resume(self) -> None:
        """Turn learning on."""

    def forget(self, word: str) -> ForgetReport:
        """Cut a word out of all that was kept."""

    def forget_what(self, what: Forgetting) -> Unlearned:
        """Forget words or lines, and learn what is left anew."""

    def block(self, word: str) -> None:
        """Never suggest a word again."""

    def learn(
        self,
        on_progress: Callable[[LearnProgress], None] | None = None,
        cancelled: Callable[[], bool] = ...,
    ) -> LearnReport:
        """Train the personal adapter; takes seconds to minutes."""

    def words_to_review(self, now: float) -> int:
        """Count what the weekly review has to ask for; 0 where none is due."""

    def close(self) -> None:
        """Write what is to be written and let go of the files."""


class Shares(Protocol):
    """The part of a profile's sharing that the app uses; `hushkey.sync.device.sharing.Sharing` is the real one.

    Each method may be called from any thread, and raises SyncError.
    """

    def status(self) -> SharingStatus:
        """Return where it stands. It asks nobody."""

    def receipts(self) -> list[Verified]:
        """Return what the stored receipts prove, each checked anew and offline."""

    def log(self) -> list[Record]:
        """Return the records of the task that was agreed to last."""

    def invite(self, code: str) -> Terms:
        """Return what taking part would mean."""

    def review(self) -> Terms:
        """Return the terms that were agreed to last, as they are offered now."""

    def consent(self, terms: Terms) -> SharingStatus:
        """Agree to terms as they were shown, and enrol."""

    def off(self) -> SharingStatus:
        """Stop sending at once, and ask for a live report back."""

    def now(
        self,
        cancelled: Callable[[], bool] = ...,
        on_progress: Callable[[LearnProgress], None] = ...,
    ) -> SharingStatus:
        """Take one whole tick: fetch, and make, send or withdraw a report as is due."""

    def preview(self, terms: Terms | None = None, cancelled: Callable[[], bool] = ...) -> Preview:
        """Make the very bundle, measure it, and throw it away."""

    def withdraw_live(self) -> SharingStatus:
        """Ask for the live report back."""

    def forgot(self) -> SharingStatus:
        """Withdraw or drop what was made of lines that were forgotten since."""

    def close(self) -> None:
        """Close the database and the connections."""


class SharingOpener(Protocol):
    """Opens a profile's sharing when it is first needed: until then nothing of it is loaded."""

    def missing(self) -> str:
        """Name what is not installed and how to install it; empty where nothing is missing."""

    def was_begun(self, profile: Keeper) -> bool:
        """Whether anything was ever agreed to on this profile: without that there is nothing to look after."""

    def open(self, profile: Keeper) -> Shares:
        """Open it. Raises SyncError."""
