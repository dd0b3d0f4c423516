"""One engine, one consent, many surfaces: what programs embed. Each name loads its library when first asked for.

`Surface` and `AsyncSession` need the base install alone; the others need the library that they are for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hushkey.keyboard.embed.asynchronous import AsyncSession
    from hushkey.keyboard.embed.for_prompt_toolkit import HushkeyAutoSuggest, HushkeyCompleter
    from hushkey.keyboard.embed.for_readline import ReadlineCompleter
    from hushkey.keyboard.embed.for_textual import HushkeySuggester
    from hushkey.keyboard.embed.surface import Surface
    from hushkey.keyboard.embed.why import Why

_HOMES = {
    "AsyncSession": "hushkey.keyboard.embed.asynchronous",
    "HushkeyAutoSuggest": "hushkey.keyboard.embed.for_prompt_toolkit",
    "HushkeyCompleter": "hushkey.keyboard.embed.for_prompt_toolkit",
    "HushkeySuggester": "hushkey.keyboard.embed.for_textual",
    "ReadlineCompleter": "hushkey.keyboard.embed.for_readline",
    "Surface": "hushkey.keyboard.embed.surface",
    "Why": "hushkey.keyboard.embed.why",
}

__all__ = [
    "AsyncSession",
    "HushkeyAutoSuggest",
    "HushkeyCompleter",
    "HushkeySuggester",
    "ReadlineCompleter",
    "Surface",
    "Why",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
