"""What this person is about to type: the package that developers embed."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hushkey.keyboard.engine import SuggestionEngine
    from hushkey.keyboard.erasure import Forgetting
    from hushkey.keyboard.errors import KeyboardError
    from hushkey.keyboard.history import Entry, History
    from hushkey.keyboard.keys import Passphrase
    from hushkey.keyboard.learner import LearnProgress, LearnReport
    from hushkey.keyboard.profile import ForgetReport, ImportReport, Profile, open_profile
    from hushkey.keyboard.redaction import Redaction, redact
    from hushkey.keyboard.reports import ProbeReport
    from hushkey.keyboard.review import LearnedWord, Review
    from hushkey.keyboard.session import Session, Tally
    from hushkey.keyboard.settings import Settings
    from hushkey.keyboard.types import Suggestion

# Each name is imported when it is first asked for: a command that needs one part does not load the others.
_HOMES = {
    "Entry": "hushkey.keyboard.history",
    "ForgetReport": "hushkey.keyboard.profile",
    "Forgetting": "hushkey.keyboard.erasure",
    "History": "hushkey.keyboard.history",
    "ImportReport": "hushkey.keyboard.profile",
    "KeyboardError": "hushkey.keyboard.errors",
    "LearnProgress": "hushkey.keyboard.learner",
    "LearnReport": "hushkey.keyboard.learner",
    "LearnedWord": "hushkey.keyboard.review",
    "Passphrase": "hushkey.keyboard.keys",
    "ProbeReport": "hushkey.keyboard.reports",
    "Profile": "hushkey.keyboard.profile",
    "Redaction": "hushkey.keyboard.redaction",
    "Review": "hushkey.keyboard.review",
    "Session": "hushkey.keyboard.session",
    "Settings": "hushkey.keyboard.settings",
    "Suggestion": "hushkey.keyboard.types",
    "SuggestionEngine": "hushkey.keyboard.engine",
    "Tally": "hushkey.keyboard.session",
    "open_profile": "hushkey.keyboard.profile",
    "redact": "hushkey.keyboard.redaction",
}

__all__ = [
    "Entry",
    "ForgetReport",
    "Forgetting",
    "History",
    "ImportReport",
    "KeyboardError",
    "LearnProgress",
    "LearnReport",
    "LearnedWord",
    "Passphrase",
    "ProbeReport",
    "Profile",
    "Redaction",
    "Review",
    "Session",
    "Settings",
    "Suggestion",
    "SuggestionEngine",
    "Tally",
    "open_profile",
    "redact",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
