"""Files that only their owner reads: made whole or not at all. Knows nothing of their content."""

import contextlib
import fcntl
import glob
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from hushkey.keyboard.errors import FileRefused, HistoryBusy, KeyExposed

OWNER_ONLY = 0o600
OWNER_ONLY_DIRECTORY = 0o700
LOCK_WAIT_S = 10.0  # making a key takes a tenth of a second; a prompt of the keyring takes longer
_LOCK_POLL_S = 0.05
LEAVINGS_S = 60.0  # no write takes this long; an older temporary is a killed writer's


def make_private_directory(path: Path) -> None:
    """Make a folder of mode 0700, and those above it as the platform does; leave one that exists.

    Raises FileRefused.
    """
    with _refusals("make the folder", path, but=()):
        path.mkdir(mode=OWNER_ONLY_DIRECTORY, parents=True, exist_ok=True)


def create_private(path: Path, content: bytes) -> None:
    """Make a file of mode 0600 that is not there yet, and bring it to the disk. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, OWNER_ONLY), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_private(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file of mode 0600 whole: into a temporary beside it, to the disk, then renamed.

    After a crash there is the old file or the new one. With `replace` false a file that is already
    there stays. Raises FileRefused; the old file is then untouched.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    with _refusals("write", path):
        try:
            _sweep(path, older_than_s=LEAVINGS_S)
            create_private(temporary, content)
            if replace:
                temporary.replace(path)
            else:
                os.link(temporary, path)  # fails if there is one
            sync_directory(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def read_private(path: Path) -> bytes:
    """Read a file that must belong to its reader alone.

    Raises KeyExposed if others may read or write it or own it, FileRefused if it cannot be read or
    is a link, and FileNotFoundError if there is none.
    """
    with _refusals("read", path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            _refuse_exposed(path, os.fstat(descriptor))
            return file.read()


def remove_private(path: Path) -> None:
    """Overwrite and delete a file, and what killed writers left of it. Raises FileRefused.

    A disk that moves its blocks about may keep the old ones for a while; a key was worth the try.
    """
    with contextlib.suppress(FileNotFoundError), _refusals("delete", path):
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            file.write(bytes(os.fstat(descriptor).st_size))
            os.fsync(descriptor)
        path.unlink()
    with _refusals("delete", path):
        _sweep(path, older_than_s=0)
        sync_directory(path.parent)


def drop_files_in(folder: Path) -> int:
    """Overwrite and delete the files in a folder, then the folder; give their number. Raises FileRefused."""
    with _refusals("look into", folder, but=(FileNotFoundError,)):
        files = sorted(folder.iterdir()) if folder.exists() else []
    for path in files:
        remove_private(path)
    with contextlib.suppress(FileNotFoundError), _refusals("delete", folder):
        folder.rmdir()
    return len(files)


@contextlib.contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold a folder against other processes. Raises HistoryBusy when one holds it for too long."""
    with _refusals("lock the folder", directory):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _wait_for_lock(descriptor, directory)
        yield
    finally:
        os.close(descriptor)  # which gives the lock back, as does the end of the process


def _sweep(path: Path, *, older_than_s: float) -> None:
    """Delete what killed writers of a file left beside it."""
    for leaving in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - leaving.stat().st_mtime >= older_than_s:
                leaving.unlink()


def sync_directory(directory: Path) -> None:
    """Bring a folder's names to the disk: without it a rename may be lost with the power."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_exposed(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyExposed(f"{path} is not a plain file; nothing was read; move it away")
    if status.st_uid != os.geteuid():
        raise KeyExposed(f"{path} belongs to another user; nothing was read; chown it to yours")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyExposed(
            f"{path} can be reached by others (mode {stat.S_IMODE(status.st_mode):o}); nothing was "
            f"read; see who used it, then run: chmod 600 '{path}'"
        )


def _wait_for_lock(descriptor: int, directory: Path) -> None:
    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise HistoryBusy(
                    f"another process holds {directory}; nothing was changed; close it or try again"
                ) from None
            time.sleep(_LOCK_POLL_S)
        else:
            return


_THE_CALLERS_QUESTION = (FileNotFoundError, FileExistsError)


@contextlib.contextmanager
def _refusals(
    doing: str, path: Path, *, but: tuple[type[OSError], ...] = _THE_CALLERS_QUESTION
) -> Iterator[None]:
    try:
        yield
    except but:
        raise
    except OSError as error:
        raise FileRefused(
            f"could not {doing} {path}: {error.strerror}; what was there before is unchanged"
        ) from error
