"""The resident process's socket: in a folder of its owner alone, for its owner alone."""

import hashlib
import os
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, cast

from hushkey.keyboard.errors import FileRefused
from hushkey.keyboard.paths import Places
from hushkey.keyboard.private_files import make_private_directory
from hushkey.keyboard.shellside.agent import LONGEST_REQUEST, Conversation

_LONGEST_PATH: Final = 100  # bytes; sockaddr_un holds 108
_OTHERS: Final = 0o077
_LOOK_EVERY_S: Final = 5.0


def socket_path(where: Places, environ: Mapping[str, str]) -> Path:
    """Name the socket of a profile: in the session's own folder, else in the profile's cache."""
    runtime = Path(environ.get("XDG_RUNTIME_DIR", ""))
    name = hashlib.sha256(os.fsencode(where.data)).hexdigest()[:16]
    if runtime.is_absolute() and runtime.is_dir():
        return runtime / "hushkey" / f"{name}.socket"
    beside = where.cache / "run" / "agent.socket"
    if len(os.fsencode(beside)) <= _LONGEST_PATH:
        return beside
    return Path("/tmp") / f"hushkey-{os.geteuid()}" / f"{name}.socket"  # noqa: S108  checked to be ours


class AgentServer(socketserver.ThreadingUnixStreamServer):
    """Answers each connection in a thread of its own, until told to end or nobody asked for a while."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(
        self,
        path: Path,
        conversation: Callable[[], Conversation],
        *,
        idle_s: float,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> None:
        """Listen. Raises FileRefused where the folder is not its owner's alone, or another one listens."""
        self._path = path
        self.conversation = conversation
        self._idle_s = idle_s
        self._goes_on = goes_on
        self.asked_at = time.monotonic()
        _own_folder(path.parent)
        if answers(path):
            raise FileRefused("the agent of this profile is running already; nothing was started")
        path.unlink(missing_ok=True)
        before = os.umask(_OTHERS)
        try:
            super().__init__(str(path), _Asked)
        finally:
            os.umask(before)

    def verify_request(self, request: object, client_address: object) -> bool:  # noqa: ARG002
        """Speak with this user's processes alone."""
        connection = cast("socket.socket", request)
        if not hasattr(socket, "SO_PEERCRED"):
            return True  # the folder keeps the others out
        told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        _, user, _ = struct.unpack("3i", told)
        return bool(user == os.geteuid())

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a traceback could hold what was typed."""

    def run(self) -> None:
        """Serve until it is to end."""
        thread = threading.Thread(target=self.serve_forever, args=(0.2,), daemon=True)
        thread.start()
        try:
            while self._goes_on() and time.monotonic() - self.asked_at < self._idle_s:
                thread.join(_LOOK_EVERY_S if self._idle_s > _LOOK_EVERY_S else 0.2)
        finally:
            self.shutdown()
            self.server_close()
            self._path.unlink(missing_ok=True)


class _Asked(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast("AgentServer", self.server)
        talk = server.conversation()
        while line := self.rfile.readline(LONGEST_REQUEST):
            server.asked_at = time.monotonic()
            request = line.decode("utf-8", "replace").rstrip("\n")
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(talk.answer(request).encode() + b"\n")


def answers(path: Path) -> bool:
    """Whether a process listens at a socket."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(0.5)
        try:
            asking.connect(str(path))
        except OSError:
            return False
    return True


def _own_folder(folder: Path) -> None:
    make_private_directory(folder)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.geteuid() or status.st_mode & _OTHERS:
        raise FileRefused(
            f"{folder} can be reached by others; nothing was started; chmod 700 it, or move it away"
        )
