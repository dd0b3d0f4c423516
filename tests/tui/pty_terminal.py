"""A person at a terminal: types, waits until something shows, changes the window. A real pseudo-terminal."""

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import pytest

PATIENCE_S = 30.0


class Terminal:
    """One program in a terminal of its own, of 100 columns and 30 rows."""

    def __init__(self, command: Sequence[object], environ: Mapping[str, str] | None = None) -> None:
        self._ours, theirs = os.openpty()
        self.resize(30, 100)
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", **(environ or {})},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  one thread
        )
        os.close(theirs)
        self.shown = b""
        self._seen = 0

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, text: str | bytes, *, pause_s: float = 0.0) -> None:
        """Type, with a pause after each byte where one is given, as a person does."""
        data = text.encode() if isinstance(text, str) else text
        if not pause_s:
            os.write(self._ours, data)
            return
        for byte in data:
            os.write(self._ours, bytes([byte]))
            self.rest(pause_s)

    def rest(self, seconds: float) -> None:
        """Read on for a while."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def wait_for(self, pattern: str, *, patience_s: float = PATIENCE_S) -> re.Match[bytes]:
        """Wait until something shows that did not before; fail the test where it never does."""
        end = time.monotonic() + patience_s
        wanted = re.compile(pattern.encode())
        while (found := wanted.search(self.shown, self._seen)) is None:
            left = end - time.monotonic()
            if left <= 0 or not self._read(left):
                pytest.fail(f"{pattern!r} never showed; what did: {self.shown[-2000:]!r}")
        self._seen = found.end()
        return found

    def ended(self, *, patience_s: float = PATIENCE_S) -> int:
        """Wait for the end; give the exit status, negative for a signal."""
        end = time.monotonic() + patience_s
        while self._process.poll() is None and time.monotonic() < end:
            self._read(0.05)
        while self._read(0.05):
            pass
        return self._process.wait(timeout=1)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        return self._process

    def _read(self, patience_s: float) -> bool:
        if not select.select([self._ours], [], [], max(0.0, patience_s))[0]:
            return False
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:
            time.sleep(0.01)
            return False
        self.shown += data
        return bool(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(timeout=10)
        os.close(self._ours)
