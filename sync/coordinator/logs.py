"""One JSON object a line on standard error. Has no field for a payload, an id, a device or an address."""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TextIO

FIELDS: Final = frozenset(
    {
        "count",  # of things of one kind
        "error",  # the name of an exception's class
        "level",
        "library",  # the logger of a library that said something; what it said is not repeated
        "ms",
        "outcome",  # of a batch
        "problem",  # the name of a refusal
        "process",  # which of ours
        "route",  # as a template: /v1/tasks/{task}
        "sequence",  # of a public record
        "stage",  # of a batch
        "status",
        "version",  # in force
    }
)


@dataclass(frozen=True, slots=True)
class Log:
    """Writes what happened, for whoever runs a role."""

    role: str
    stream: TextIO | None = None  # standard error, as it is when something is written
    clock: Callable[[], float] = time.time

    def __call__(self, event: str, **fields: str | float | None) -> None:
        """Write one line. Raises ValueError for a field that is not one of FIELDS: it might name somebody."""
        if unknown := fields.keys() - FIELDS:
            raise ValueError(f"a log line has no field {min(unknown)}")
        line: dict[str, Any] = {"time": round(self.clock(), 3), "role": self.role, "event": event}
        line |= {name: value for name, value in fields.items() if value is not None}
        print(json.dumps(line), file=self.stream or sys.stderr, flush=True)

    def adopt(self, loggers: Mapping[str, int]) -> None:
        """Take over what libraries log: that they did, and the class of the exception, not their words."""
        for name, level in loggers.items():
            logger = logging.getLogger(name)
            logger.handlers = [_Adopted(self)]
            logger.setLevel(level)
            logger.propagate = False


LIBRARIES: Final[Mapping[str, int]] = {
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "httpx": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "uvicorn": logging.WARNING,
    "uvicorn.access": logging.CRITICAL + 1,  # it names addresses
    "uvicorn.error": logging.WARNING,
}


class _Adopted(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0] if record.exc_info else None
        name = kind.__name__ if kind is not None else None
        self._log("library", library=record.name, level=record.levelname.lower(), error=name)
