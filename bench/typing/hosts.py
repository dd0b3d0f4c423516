"""Engines in processes of their own: one JSON line to each, one back. An engine that dies loses one answer."""

import json
import select
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

_ANSWER_S = 900.0  # for one user in one regime; an engine that takes longer is ended

Answer = Mapping[str, Any]


class Missing(Exception):
    """The engine is not installed here; the message says what was missing."""


class Host:
    """One process; started again where it ended."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command = list(command)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, request: Mapping[str, Any]) -> Answer:
        """Return the answer to one request; {"lost": why} where the engine failed. Raises Missing."""
        process = self._process or self.start()
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        except BrokenPipeError:
            return self._lost(process)
        answer = _line(process)
        return self._lost(process) if answer is None else answer

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the process and wait until it is ready. Raises Missing."""
        try:
            process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise Missing(f"{self._command[0]} cannot be run") from error
        self._process = process
        answer = _line(process) or {"missing": "it ended at once"}
        if "missing" in answer:
            self.close()
            raise Missing(str(answer["missing"]))
        return process

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _lost(self, process: "subprocess.Popen[bytes]") -> Answer:
        self.close()
        code = process.returncode
        return {"lost": f"its process ended by signal {-code}" if code < 0 else "its process ended"}


def _line(process: "subprocess.Popen[bytes]") -> dict[str, Any] | None:
    """Return the next line; None where the process ended or is too slow, and so is as good as ended."""
    ready, _, _ = select.select([process.stdout], [], [], _ANSWER_S)
    row = process.stdout.readline() if ready else b""  # type: ignore[union-attr]
    return json.loads(row) if row.endswith(b"\n") else None
