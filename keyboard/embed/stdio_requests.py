"""The requests of hushkey-stdio/1, read from a line: see stdio_schema.json. Pure; no message quotes a line."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from hushkey.keyboard.settings import is_surface_name

VERSION: Final = 1
LINE_BYTES: Final = 1 << 20  # a longer line is refused unread
K: Final = 3
_MOST_K: Final = 20

Id = int | str
Code = Literal[
    "not_json",
    "not_understood",
    "too_long",
    "version",
    "hello_first",
    "no_suggestion",
    "refused",
    "fault",
]


class Refused(Exception):
    """A request that cannot be answered."""

    def __init__(self, code: Code, message: str, **more: Any) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message, **more}
        self.id: Id | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Its `repr` does not hold what was typed."""

    id: Id
    do: str
    given: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<Request {self.do}>"


def _whole(low: int, high: float = float("inf")) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _text(value: Any) -> bool:
    return isinstance(value, str)


_Fields = Mapping[str, Callable[[Any], bool]]
_NEEDED: Final[Mapping[str, _Fields]] = {
    "hello": {"version": _whole(-(1 << 31)), "surface": lambda v: _text(v) and is_surface_name(v)},
    "suggest": {"before": _text},
    "accept": {"suggestion": _whole(0)},
    "commit": {"text": _text},
    "forget": {"word": lambda value: _text(value) and bool(value)},
    "private": {"on": lambda value: isinstance(value, bool)},
    "why": {"suggestion": _whole(0)},
}
_MAY: Final[Mapping[str, _Fields]] = {"suggest": {"k": _whole(1, _MOST_K)}}


def read_request(line: bytes) -> Request:
    """Return the request of a line. Raises Refused, with the request's id where it has one."""
    if len(line) > LINE_BYTES:
        raise Refused("too_long", f"a line may have {LINE_BYTES:,} bytes; it was not read")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise Refused("not_json", "the line is not JSON; nothing was done") from None
    identity = value.get("id") if isinstance(value, dict) else None
    if isinstance(identity, bool) or not isinstance(identity, int | str):
        raise Refused("not_understood", "a request is an object with an id; nothing was done")
    try:
        return _checked(identity, value)
    except Refused as refused:
        refused.id = identity
        raise


def _checked(identity: Id, value: dict[str, Any]) -> Request:
    do = value.get("do")
    if not isinstance(do, str) or do not in _NEEDED:
        raise Refused("not_understood", f"do is one of {', '.join(_NEEDED)}; nothing was done")
    needed, may = _NEEDED[do], _MAY.get(do, {})
    given = {name: held for name, held in value.items() if name not in {"id", "do"}}
    wrong = [name for name, fits in needed.items() if name not in given or not fits(given[name])]
    wrong += [name for name, fits in may.items() if name in given and not fits(given[name])]
    if wrong:
        raise Refused("not_understood", f"{do} needs another {wrong[0]}; nothing was done")
    if not given.keys() <= needed.keys() | may.keys():
        raise Refused("not_understood", f"{do} has a field that it does not know; nothing was done")
    return Request(identity, do, given)
