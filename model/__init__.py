"""What the next word is. It knows no user, no store and no network."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hushkey.model.adapter import Adapter
    from hushkey.model.base import Base, load_base
    from hushkey.model.errors import BaseDamaged, ModelError, ModelMismatch
    from hushkey.model.evaluation import Counts, type_lines
    from hushkey.model.runtime import NextWord, Runtime, State
    from hushkey.model.vocabulary import Vocabulary

# Each name is imported when it is first asked for: a command that needs one part does not load the others.
_HOMES = {
    "Adapter": "hushkey.model.adapter",
    "Base": "hushkey.model.base",
    "BaseDamaged": "hushkey.model.errors",
    "Counts": "hushkey.model.evaluation",
    "ModelError": "hushkey.model.errors",
    "ModelMismatch": "hushkey.model.errors",
    "NextWord": "hushkey.model.runtime",
    "Runtime": "hushkey.model.runtime",
    "State": "hushkey.model.runtime",
    "Vocabulary": "hushkey.model.vocabulary",
    "load_base": "hushkey.model.base",
    "type_lines": "hushkey.model.evaluation",
}

__all__ = [
    "Adapter",
    "Base",
    "BaseDamaged",
    "Counts",
    "ModelError",
    "ModelMismatch",
    "NextWord",
    "Runtime",
    "State",
    "Vocabulary",
    "load_base",
    "type_lines",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
