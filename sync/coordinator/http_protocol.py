"""uvicorn's HTTP with a time and a size for a request's head, and word of whether the client showed a certificate."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hushkey.sync.coordinator.paths import CERTIFIED
from hushkey.sync.coordinator.problems import problem
from hushkey.sync.errors import MessageRefused, SyncError

HEAD_BYTES = 16_384


def protocol(head_s: float) -> type[HttpToolsProtocol]:
    """Return the protocol whose connections have `head_s` seconds for each head."""

    class Bounded(_Bounded):
        _head_s = head_s

    return Bounded


class _Bounded(HttpToolsProtocol):
    _head_s: float
    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _certified = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head. TLS has refused certificates of other authorities by now."""
        super().connection_made(transport)
        self._certified = bool(transport.get_extra_info("peercert"))
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._disarm()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._head_bytes = 0
        extensions: dict[str, Any] = {CERTIFIED: self._certified}
        self.scope["extensions"] = extensions
        if self._timer is None:
            self._arm()

    def data_received(self, data: bytes) -> None:
        """Take what arrived. The parser keeps a head until it is whole, so it is counted here."""
        super().data_received(data)
        if self._timer is None or self.transport.is_closing():
            return  # the head is whole
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self.send_400_response("")

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._disarm()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it is uvicorn's wording
        """Refuse what is no HTTP, as everything is refused."""
        refusal = MessageRefused(
            "this is no HTTP request, or its head is too long; nothing was taken"
        )
        self.transport.write(_written(refusal))
        self.transport.close()

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self._head_s, self._late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self.transport.close()


def _written(refusal: SyncError) -> bytes:
    answer = problem(refusal, {"Connection": "close"})
    lines = [f"HTTP/1.1 {answer.status_code} Bad Request".encode()]
    lines += [name + b": " + value for name, value in answer.raw_headers]
    return b"\r\n".join([*lines, b"", bytes(answer.body)])
