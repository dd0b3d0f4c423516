"""A real PostgreSQL for tests: a cluster of its own, on a socket that nobody else reaches, gone after the run.

A conftest that imports the fixtures `cluster` and `postgres` from here has `postgres.new()`, the URL of an empty
database, which is taken back when the test ends: a database is some three hundred files to make and to delete. It
skips with a plain message where PostgreSQL's programs are not installed.
"""

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

_USERS = ("postgres", "nobody")  # whom the server runs as where we are root, which it refuses to be

_EMPTIED = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    DROP SCHEMA public CASCADE;
    CREATE SCHEMA public
"""


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl, of the newest version there is."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: each.parts[4])
    if found:
        return found[-1].parent
    known = shutil.which("initdb")
    return Path(known).resolve().parent if known else None


@dataclass(frozen=True)
class Cluster:
    """One running server."""

    folder: Path
    user: str
    _number: Iterator[int] = field(default_factory=itertools.count)
    _lent: list[str] = field(default_factory=list)
    _free: list[str] = field(default_factory=list)

    def new(self) -> str:
        """Return the URL of an empty database."""
        if self._free:
            name = self._free.pop()
        else:
            name = f"test_{next(self._number)}"
            _psql(self, f"CREATE DATABASE {name}")
        self._lent.append(name)
        return f"postgresql+psycopg://{self.user}@/{name}?host={self.folder}"

    def take_back(self) -> None:
        """Empty every database that was handed out, whoever is still connected to it; they are handed out again."""
        while self._lent:
            name = self._lent.pop()
            _psql(self, _EMPTIED, name)
            self._free.append(name)


def start(folder: Path, programs: Path, *, durable: bool = False) -> Cluster:
    """Set up a cluster in a folder and start it. Unless it is to be durable it never waits for the disk."""
    user = pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() == 0:
        user = next(name for name in _USERS if _exists(name))
        shutil.chown(folder, user)
    cluster = Cluster(folder, user)
    _run(cluster, programs / "initdb", "-A", "trust", "-U", user, "-E", "UTF8", "-N")
    fsync = "on" if durable else "off"
    settings = f"-c listen_addresses='' -c fsync={fsync} -c max_connections=120 -k {folder}"
    _run(cluster, programs / "pg_ctl", "-w", "-l", str(folder / "log"), "-o", settings, "start")
    return cluster


def stop(cluster: Cluster, programs: Path) -> None:
    """Stop it at once."""
    _run(cluster, programs / "pg_ctl", "-m", "immediate", "stop")


def _run(cluster: Cluster, program: Path, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the cluster, as its user."""
    subprocess.run(
        [program, "-D", cluster.folder / "data", *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=cluster.folder,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(cluster.folder)},
        user=cluster.user if os.getuid() == 0 else None,
        extra_groups=[] if os.getuid() == 0 else None,
    )


@contextlib.contextmanager
def running() -> Iterator[Cluster]:
    """A cluster for as long as the block runs; skips the test where there are no programs for it."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: no /usr/lib/postgresql/*/bin/initdb")
    folder = Path(tempfile.mkdtemp(prefix="hushkey-pg-"))  # short: a socket's path has 107 bytes
    try:
        cluster = start(folder, programs)
        try:
            yield cluster
        finally:
            stop(cluster, programs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One cluster for the whole run."""
    with running() as made:
        yield made


@pytest.fixture
def postgres(cluster: Cluster) -> Iterator[Cluster]:
    """The same, its databases as if nobody had used them."""
    yield cluster
    cluster.take_back()


def _psql(cluster: Cluster, statement: str, database: str = "postgres") -> None:
    import psycopg  # noqa: PLC0415  only where there is a server to talk to

    with psycopg.connect(
        host=str(cluster.folder), user=cluster.user, dbname=database, autocommit=True
    ) as connection:
        connection.execute(statement)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
