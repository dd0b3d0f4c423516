"""`hushkey serve --stdio`: hushkey-stdio/1 for programs in any language, one JSON value a line; see stdio_schema.json.

    -> {"id":1,"do":"hello","version":1,"surface":"mail"}
    <- {"id":1,"ok":{"version":1,"hushkey":"0.1.0","surface":"mail","learns":true,"suggests":true}}
    -> {"id":2,"do":"suggest","before":"See you tom"}
    <- {"id":2,"ok":{"suggestions":[{"slot":0,"text":"tomorrow","replaces":3,...},...]}}

Lines are answered in their order. A `suggest` behind which another already waits is answered `stale` and costs nothing.
"""

import json
import queue
import threading
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any, BinaryIO

from hushkey.keyboard.embed.stdio_requests import (
    LINE_BYTES,
    VERSION,
    K,
    Refused,
    Request,
    read_request,
)
from hushkey.keyboard.embed.surface import Surface
from hushkey.keyboard.embed.told import told
from hushkey.keyboard.errors import KeyboardError
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.types import Suggestion

Answer = dict[str, Any]


class Service:
    """One client's conversation. Sans-I/O: a request in, an answer out."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._surface: Surface | None = None
        self._offered: list[Suggestion] = []

    def answer(self, request: Request) -> Answer:
        """Answer one request; whatever goes wrong is an answer too."""
        try:
            return {"id": request.id, "ok": self._do(request)}
        except Refused as refused:
            return _error(request.id, refused)
        except KeyboardError as refused:
            return _error(request.id, Refused("refused", told(refused)))
        except Exception as fault:  # noqa: BLE001 - its message may hold typed text
            return _error(request.id, Refused("fault", told(fault)))

    def _do(self, request: Request) -> Answer:  # noqa: PLR0911  one for each request
        given = request.given
        if request.do == "hello":
            return self._hello(**given)
        if self._surface is None:
            raise Refused("hello_first", "the first request is hello; nothing was done")
        match request.do:
            case "suggest":
                return self._suggest(self._surface, given["before"], given.get("k", K))
            case "accept":
                chosen = self._chosen(given["suggestion"])
                return {"text": self._surface.accept(chosen), "replaces": chosen.replaces}
            case "commit":
                self._offered = []
                return {"kept": self._surface.commit(given["text"])}
            case "forget":
                self._offered = []
                return {"lines": self._surface.forget(given["word"])}
            case "private":
                self._surface.private = given["on"]
                return {"private": self._surface.private}
            case _:
                return asdict(self._surface.why(self._chosen(given["suggestion"])))

    def _hello(self, version: int, surface: str) -> Answer:
        if version != VERSION:
            known = [VERSION]
            raise Refused("version", f"this hushkey speaks version {VERSION}", versions=known)
        self._offered = []
        self._surface = here = Surface(self._profile, surface)
        return {
            "version": VERSION,
            "hushkey": _release(),
            "surface": here.name,
            "learns": here.learns,
            "suggests": here.suggests,
        }

    def _suggest(self, surface: Surface, before: str, k: int) -> Answer:
        self._offered = surface.suggest(before, k)
        shown = zip(surface.places, self._offered, strict=True)
        return {"suggestions": [_written(place, suggestion) for place, suggestion in shown]}

    def _chosen(self, place: int) -> Suggestion:
        if place >= len(self._offered):
            raise Refused("no_suggestion", "the last answer has no such suggestion; ask again")
        return self._offered[place]


def serve(profile: Profile, stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Answer lines until there are no more, or nobody reads the answers."""
    lines = _Lines(stdin)
    service = Service(profile)
    while (line := lines.next()) is not None:
        answer = line if isinstance(line, dict) else _unless_stale(line, service, lines)
        try:
            stdout.write(json.dumps(answer, ensure_ascii=False, allow_nan=False).encode() + b"\n")
            stdout.flush()
        except BrokenPipeError:
            return


def _unless_stale(request: Request, service: Service, lines: "_Lines") -> Answer:
    if request.do == "suggest" and lines.questions:
        return {"id": request.id, "stale": True}
    return service.answer(request)


class _Lines:
    """Reads ahead on a thread, so that it is known what waits."""

    def __init__(self, stdin: BinaryIO) -> None:
        self._stdin = stdin
        self._read: queue.Queue[Request | Answer | None] = queue.Queue(maxsize=1024)
        self._lock = threading.Lock()
        self._questions = 0
        threading.Thread(target=self._follow, name="hushkey-stdin", daemon=True).start()

    @property
    def questions(self) -> int:
        """How many questions for suggestions wait."""
        with self._lock:
            return self._questions

    def next(self) -> Request | Answer | None:
        """Return the next request, or the answer to one that cannot be read; None at the end."""
        read = self._read.get()
        self._count(read, -1)
        return read

    def _follow(self) -> None:
        for line in iter(lambda: self._stdin.readline(LINE_BYTES + 1), b""):
            whole = line
            while not line.endswith(b"\n") and line:
                line = self._stdin.readline(LINE_BYTES)  # noqa: PLW2901  the rest of one too long
            read = _read(whole.rstrip(b"\r\n") if whole.endswith(b"\n") else whole)
            self._count(read, 1)
            self._read.put(read)
        self._read.put(None)

    def _count(self, read: Request | Answer | None, by: int) -> None:
        if isinstance(read, Request) and read.do == "suggest":
            with self._lock:
                self._questions += by


def _read(line: bytes) -> Request | Answer:
    try:
        return read_request(line)
    except Refused as refused:
        return _error(refused.id, refused)


def _error(identity: int | str | None, refused: Refused) -> Answer:
    return {"id": identity, "error": refused.error}


def _written(place: int, suggestion: Suggestion) -> Answer:
    return {
        "slot": place,
        "text": suggestion.text,
        "replaces": suggestion.replaces,
        "kind": suggestion.kind,
        "score": min(1.0, max(0.0, suggestion.score)),
        "new": suggestion.new,
    }


def _release() -> str:
    try:
        return version("hushkey")
    except PackageNotFoundError:  # run from a folder that is not installed
        return "unknown"


def schema() -> str:
    """Return the JSON Schema of every line."""
    return files(__package__).joinpath("stdio_schema.json").read_text(encoding="utf-8")
