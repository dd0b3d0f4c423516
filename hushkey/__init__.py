"""hushkey: a predictive keyboard that learns you without telling on you.

    from hushkey import SuggestionEngine

    engine = SuggestionEngine()                              # the shipped model, in memory, nothing kept
    [offered.text for offered in engine.suggest("See you tom")]    # ["tomorrow", ...]

An engine suggests and learns, and knows no file. A profile (`open_profile`) adds what a person wants kept:
an encrypted history on this machine, cleaned of secrets before it is written, and a way to forget any of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hushkey.keyboard.engine import SuggestionEngine
    from hushkey.keyboard.errors import KeyboardError
    from hushkey.keyboard.profile import Profile, open_profile
    from hushkey.keyboard.session import Session
    from hushkey.keyboard.types import Suggestion
    from hushkey.model.errors import ModelError

# Each name is imported when it is first asked for: a command that needs one part does not load the others.
_HOMES = {
    "KeyboardError": "hushkey.keyboard.errors",
    "ModelError": "hushkey.model.errors",
    "Profile": "hushkey.keyboard.profile",
    "Session": "hushkey.keyboard.session",
    "Suggestion": "hushkey.keyboard.types",
    "SuggestionEngine": "hushkey.keyboard.engine",
    "open_profile": "hushkey.keyboard.profile",
}

__all__ = [
    "KeyboardError",
    "ModelError",
    "Profile",
    "Session",
    "Suggestion",
    "SuggestionEngine",
    "open_profile",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
