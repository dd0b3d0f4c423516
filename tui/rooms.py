"""The rooms beside the screen on which one types: keys, names, what each is given. Loads none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from hushkey.tui.learning_runs import LearningRuns
    from hushkey.tui.ports import Keeper
    from hushkey.tui.workers import Conversation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """One room: `module` has the screen class `screen`, which is made of a `Desk`."""

    name: str
    title: str
    key: str
    module: str
    screen: str
    does: str


ROOMS: Final = (
    Room(
        "learned",
        "Learned",
        "ctrl+l",
        "hushkey.tui.screens.learned",
        "LearnedScreen",
        "Every word that only you use; search, forget, block, add, review",
    ),
    Room(
        "learning",
        "Learning",
        "ctrl+r",
        "hushkey.tui.screens.learning",
        "LearningScreen",
        "Runs, their curve and their memory, when they may run, the last audit",
    ),
    Room(
        "privacy",
        "Privacy",
        "ctrl+o",
        "hushkey.tui.screens.privacy",
        "PrivacyScreen",
        "What is stored, where and under which key; surfaces, export, wipe",
    ),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a room is given: the profile, its learning runs, and the engine's thread.

    What changes the profile goes through `run`, so that it keeps its place behind lines that are being kept.
    `forgot` tells sharing that something was forgotten.
    """

    profile: Keeper
    runs: LearningRuns
    conversation: Conversation
    forgot: Callable[[], None]

    def run(self, job: Callable[[], T]) -> Future[T]:
        """Run a job on the engine's thread, behind what was asked for before."""
        return self.conversation.run(job)
