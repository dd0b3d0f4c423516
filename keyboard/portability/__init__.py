"""What is mine, out and in: exports, what other keyboards wrote, and a folder that keeps one's devices in step."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hushkey.keyboard.portability.contents import Contents, Line, PortableWord, contents_of
    from hushkey.keyboard.portability.files import read_copy, write_encrypted, write_open
    from hushkey.keyboard.portability.foreign import read_foreign
    from hushkey.keyboard.portability.merging import MergeReport, merge

# Each name is imported when it is first asked for: forgetting imports one small module from here, and no more.
_HOMES = {
    "Contents": "hushkey.keyboard.portability.contents",
    "Line": "hushkey.keyboard.portability.contents",
    "MergeReport": "hushkey.keyboard.portability.merging",
    "PortableWord": "hushkey.keyboard.portability.contents",
    "contents_of": "hushkey.keyboard.portability.contents",
    "merge": "hushkey.keyboard.portability.merging",
    "read_copy": "hushkey.keyboard.portability.files",
    "read_foreign": "hushkey.keyboard.portability.foreign",
    "write_encrypted": "hushkey.keyboard.portability.files",
    "write_open": "hushkey.keyboard.portability.files",
}

__all__ = [
    "Contents",
    "Line",
    "MergeReport",
    "PortableWord",
    "contents_of",
    "merge",
    "read_copy",
    "read_foreign",
    "write_encrypted",
    "write_open",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
