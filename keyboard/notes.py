"""Small values of a profile beside its history: settings by name, and the log of learning runs.

Values are JSON and mean nothing here. They are encrypted with all else: a count of words or a time
of day tells of its owner too.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hushkey.keyboard.store import Store


class SavedSettings:
    """Values by name, over one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, name: str, default: Any = None) -> Any:
        """Give what was set under a name, else the default."""
        with self._store.reading() as database:
            row = database.execute("SELECT json FROM settings WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def set(self, name: str, value: Any) -> None:
        """Set a value of JSON's kinds. Raises TypeError or ValueError for another."""
        self.change(name, lambda _: value)

    def change(self, name: str, change: Callable[[Any], Any]) -> Any:
        """Set what `change` makes of the value under a name, None where there is none; no process comes between.

        Give the new value. Raises as `set`.
        """
        with self._store.writing() as database:
            row = database.execute("SELECT json FROM settings WHERE name = ?", (name,)).fetchone()
            value = change(None if row is None else json.loads(row[0]))
            database.execute(
                "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE "
                "SET json = excluded.json",
                (name, json.dumps(value, allow_nan=False)),
            )
        return value

    def remove(self, name: str) -> None:
        """Drop a value; dropping one that is not there changes nothing."""
        with self._store.writing() as database:
            database.execute("DELETE FROM settings WHERE name = ?", (name,))

    def all(self) -> dict[str, Any]:
        """Give every value by its name."""
        with self._store.reading() as database:
            rows = database.execute("SELECT name, json FROM settings ORDER BY name").fetchall()
        return {name: json.loads(text) for name, text in rows}


@dataclass(frozen=True, slots=True)
class LearnRun:
    """One run of learning and what it reported."""

    id: int
    at: float
    """Unix time of its end, seconds."""
    report: Mapping[str, Any]


class LearnLog:
    """The learning runs in their order, over one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, report: Mapping[str, Any], *, at: float | None = None) -> LearnRun:
        """Note a run. Raises TypeError or ValueError where the report is not of JSON's kinds."""
        at = time.time() if at is None else at
        text = json.dumps(dict(report), allow_nan=False)
        with self._store.writing() as database:
            (identity,) = database.execute(
                "INSERT INTO learn_runs (at, json) VALUES (?, ?) RETURNING id", (at, text)
            ).fetchone()
        return LearnRun(identity, at, json.loads(text))

    def runs(self, limit: int | None = None) -> list[LearnRun]:
        """List the runs, newest first."""
        with self._store.reading() as database:
            rows = database.execute(
                "SELECT id, at, json FROM learn_runs ORDER BY id DESC LIMIT ?",
                (-1 if limit is None else limit,),
            ).fetchall()
        return [LearnRun(identity, at, json.loads(text)) for identity, at, text in rows]
