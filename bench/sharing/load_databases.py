"""The databases of the load bench: SQLite's files, and a PostgreSQL of its own that waits for the disk.

PostgreSQL is started as the tests start it, but durable, on a socket that nobody else reaches.
"""

import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import psutil

from bench.sharing.load_operators import ROOT, Operators, Stores
from bench.sharing.load_processes import Failed, cpu_s

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
DATABASES = (SQLITE, POSTGRESQL)


class Cluster(Protocol):
    """A running server."""

    folder: Path

    def new(self) -> str:
        """Make an empty database; returns its URL."""


def fresh(operators: Operators, database: str, cluster: Cluster | None) -> Stores:
    """Return two empty databases. Raises Failed where there is no server for them."""
    if database == SQLITE:
        return operators.sqlite("cell")
    if cluster is None:
        raise Failed("PostgreSQL is not installed")
    return Stores(cluster.new(), cluster.new())


@contextmanager
def postgresql() -> Iterator[Cluster | None]:
    """A server for as long as the block runs; None where its programs are not installed."""
    started = _tests_postgres()
    programs = started.binaries()
    if programs is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="hushkey-pg-"))  # short: a socket's path has 107 bytes
    try:
        cluster = started.start(folder, programs, durable=True)
        try:
            yield cluster
        finally:
            started.stop(cluster, programs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tests_postgres() -> Any:
    """The module that starts one for the tests, which are no package."""
    path = ROOT / "tests" / "sync" / "postgres.py"
    spec = importlib.util.spec_from_file_location("bench_postgres", path)
    if spec is None or spec.loader is None:
        raise Failed(f"{path} is not there")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Meter:
    """What a database server has cost since it was last asked."""

    def __init__(self, cluster: Cluster | None) -> None:
        self._pid = 0 if cluster is None else _pid(cluster)
        self._last = self._cpu_s()

    def passed(self) -> float:
        """Return its processor seconds since then."""
        before, self._last = self._last, self._cpu_s()
        return self._last - before

    def _cpu_s(self) -> float:
        """Those of the server's processes, of those included that have ended."""
        if not self._pid:
            return 0.0
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self._pid)
            times = process.cpu_times()
            ended = float(times.children_user + times.children_system)
            return cpu_s(process) + ended + sum(cpu_s(each) for each in process.children())
        return 0.0


def _pid(cluster: Cluster) -> int:
    held = (cluster.folder / "data" / "postmaster.pid").read_text(encoding="utf-8")
    return int(held.partition("\n")[0])
