"""Whom to measure: users with a history and a test, read from files. It measures nothing."""

import json
import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hushkey.keyboard.errors import KeyboardError


class EvaluationRefused(KeyboardError):
    """The file to measure on is not what eval reads."""


@dataclass(frozen=True, slots=True)
class Typist:
    """One user: `name` is corpus/id; lines oldest first."""

    name: str
    history: Sequence[str]
    test: Sequence[str]

    @property
    def corpus(self) -> str:
        """Return the part of the name before the slash."""
        return self.name.split("/")[0]


def read_typists(path: Path, limit: int | None = None) -> Iterator[Typist]:
    """Yield the users of a file of JSON lines, plain or .xz. Raises EvaluationRefused."""
    for number, row in enumerate(_rows_of(path)):
        if limit is not None and number >= limit:
            return
        typist = _typist_in(row)
        if typist is None:
            raise EvaluationRefused(
                f"line {number + 1} of {path.name} is not a JSON object with user, history and test; "
                "nothing was measured of it or after it"
            )
        yield typist


def read_lines_of(path: Path) -> list[str]:
    """Return the non-empty lines of a text file. Raises EvaluationRefused."""
    return [line.strip() for line in _rows_of(path) if line.strip()]


def _typist_in(row: str) -> Typist | None:
    try:
        held = json.loads(row)
        name, history, test = held["user"], held["history"], held["test"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(name, str) or not _are_lines(history) or not _are_lines(test):
        return None
    return Typist(name, history, test)


def _are_lines(held: object) -> bool:
    return isinstance(held, list) and all(isinstance(line, str) for line in held)


def _rows_of(path: Path) -> Iterator[str]:
    try:
        with (
            lzma.open(path, "rt", encoding="utf-8")
            if path.suffix == ".xz"
            else path.open(encoding="utf-8")
        ) as rows:
            yield from rows
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise EvaluationRefused(
            f"{path.name} cannot be read as UTF-8 text, plain or .xz; name another file"
        ) from error
