"""What the app and the commands need of a profile, as small Protocols.

`hushkey.keyboard.profile.Profile` is the real one; the tests have a scripted one. Knows no widget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushkey.keyboard.erasure import Forgetting
    from hushkey.keyboard.profile import ForgetReport, LearnProgress, LearnReport
    from hushkey.keyboard.types import Suggestion
    from hushkey.keyboard.undo import Undo


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
    def emoji(self) -> bool:
        """Whether emoji are offered."""


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

    def session(self, surface: str) -> Typist:
        """Open a session for one surface."""

    def set(self, **changes: bool) -> None:
        """Change settings and keep them."""

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

    def close(self) -> None:
        """Write what is to be written and let go of the files."""
