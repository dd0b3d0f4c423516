"""A program inside a terminal of its own, and everything passed on between it and the owner's, unchanged.

Each byte that is typed is passed on; before that the terminal is asked whether it may be looked at (echo_guard), and
only then does the line's model see it. Nothing that is typed here is kept or learned, and what the program is asked to
do it is asked by the very bytes that a person would have typed.
"""

import array
import errno
import fcntl
import os
import selectors
import signal
import sys
import termios
import tty
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Final

from hushkey.keyboard.shellside import offer_line
from hushkey.keyboard.shellside.echo_guard import Attributes, EditingKeys, WholeScreen, may_look
from hushkey.keyboard.shellside.typed_line import TypedLine
from hushkey.keyboard.types import Suggestion

Suggest = Callable[[str], Sequence[Suggestion] | None]
"""Suggestions for a line; None while nobody can say yet."""

HOTKEY: Final = 0  # Ctrl+Space
SLOTS: Final = 3
_CHUNK: Final = 1 << 16
_PASSED_ON: Final = (signal.SIGTERM, signal.SIGHUP)
_CANNOT_RUN, _NOT_FOUND = 126, 127  # as shells say it


class Relay:
    """One wrapped program at the owner's terminal: `terminal` is read and `screen` written, both descriptors of it."""

    def __init__(  # noqa: PLR0913  what tests and commands set
        self,
        suggest: Suggest,
        *,
        terminal: int = 0,
        screen: int = 1,
        hotkey: int = HOTKEY,
        line: TypedLine | None = None,
        begun: Callable[[], None] = lambda: None,
    ) -> None:
        """`begun` is called at the first byte that may be looked at: what suggests may be loaded from then on."""
        self._suggest = suggest
        self._terminal = terminal
        self._hotkey = hotkey
        self._line = line or TypedLine()
        self._begun = cache(begun)
        self._behind = (
            False  # a line's end was typed that may not have been read: nothing is looked at
        )
        self._display = screen
        self._screen = WholeScreen()
        self._offered: Sequence[Suggestion] = ()
        self._painted = False
        self._program = -1  # the program's process
        self._ours = self._theirs = -1  # the two ends of its terminal

    def run(self, command: Sequence[str]) -> int:
        """Run a command; give its wait status. The process forks: it must not have threads yet."""
        before = termios.tcgetattr(self._terminal)
        self._ours, self._theirs = os.openpty()
        termios.tcsetattr(self._theirs, termios.TCSANOW, before)
        self._resize()
        wake, waker = os.pipe()
        os.set_blocking(waker, False)
        os.set_blocking(wake, False)
        old_wake = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        caught = (signal.SIGCHLD, signal.SIGWINCH, signal.SIGCONT, *_PASSED_ON)
        old = {number: signal.signal(number, lambda *_: None) for number in caught}
        try:
            self._program = os.fork()
            if self._program == 0:
                _become(self._theirs, self._ours, command)
            tty.setraw(self._terminal)
            return self._pump(wake, before)
        finally:
            termios.tcsetattr(self._terminal, termios.TCSADRAIN, before)
            signal.set_wakeup_fd(old_wake)
            for number, handler in old.items():
                signal.signal(number, handler)
            for descriptor in (wake, waker, self._ours, self._theirs):
                os.close(descriptor)

    # Passing on -----------------------------------------------------------------------------------

    def _pump(self, wake: int, before: Attributes) -> int:
        with selectors.DefaultSelector() as selector:
            for descriptor in (self._terminal, self._ours, wake):
                selector.register(descriptor, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if self._ours in ready:
                    self._pass_output()
                if wake in ready:
                    status = self._signalled(os.read(wake, _CHUNK), before)
                    if status is not None:
                        self._drain()
                        return status
                if self._terminal in ready:
                    typed = os.read(self._terminal, _CHUNK)
                    if not typed:  # the owner's terminal is gone
                        selector.unregister(self._terminal)
                        self._tell(signal.SIGHUP)
                    self._pass_input(typed)

    def _pass_output(self) -> None:
        try:
            output = os.read(self._ours, _CHUNK)
        except OSError:
            return
        self._unpaint()
        self._screen.read(output)
        _write(self._display, output)

    def _pass_input(self, typed: bytes) -> None:
        """Pass on what was typed, byte by byte where it may be looked at, else as it came."""
        for place in range(len(typed)):
            attributes = termios.tcgetattr(self._ours)
            if self._screen.taken or not may_look(attributes):
                self._unpaint()
                self._to_program(typed[place:])
                # Behind a line's end a line begins; else this is the middle of one that nobody followed.
                self._line.begin() if typed.endswith((b"\r", b"\n")) else self._line.lose()
                return
            self._looked_at(typed, place, EditingKeys.of(attributes))

    def _looked_at(self, typed: bytes, place: int, keys: EditingKeys) -> None:
        byte = typed[place]
        self._begun()
        # The program has not read the last line: it may turn the echo off before it reads this one.
        self._behind = self._behind or self._ahead()
        if not self._behind and byte == self._hotkey:
            offered = bool(self._offered)
            self._unpaint()
            if not offered:  # where a sentence stands instead, the answer may be another by now
                self._offer()
            return
        if self._painted and ord("1") <= byte < ord("1") + len(self._offered):
            self._take(self._offered[byte - ord("1")], keys)
            return
        self._unpaint()
        if not self._behind:
            self._line.feed(byte, keys)
        elif byte in keys.ends:
            self._line.begin()
        if byte in keys.ends:
            self._behind = place + 1 < len(
                typed
            )  # pasted: the rest may answer a question that hides it
        self._to_program(typed[place : place + 1])

    def _ahead(self) -> bool:
        """Whether finished lines wait that the program has not read."""
        waiting = array.array("i", [0])
        fcntl.ioctl(self._theirs, termios.FIONREAD, waiting)
        return waiting[0] > 0

    def _to_program(self, data: bytes) -> None:
        """Write; while the program takes nothing, its output still passes."""
        os.set_blocking(self._ours, False)
        try:
            while data:
                try:
                    data = data[os.write(self._ours, data) :]
                except BlockingIOError:
                    with suppress(BlockingIOError):
                        self._pass_output()
                except OSError as error:
                    if error.errno != errno.EIO:
                        raise
                    return
        finally:
            os.set_blocking(self._ours, True)

    def _drain(self) -> None:
        """Pass on what the program wrote last."""
        self._unpaint()
        os.set_blocking(self._ours, False)
        with suppress(OSError):
            while output := os.read(self._ours, _CHUNK):
                _write(self._display, output)

    # The line below -------------------------------------------------------------------------------

    def _offer(self) -> None:
        line = self._line.text
        columns = os.get_terminal_size(self._display).columns
        if line is None:
            shown = offer_line.said("hushkey does not know this line", columns)
        elif (found := self._suggest(line)) is None:
            shown = offer_line.said("hushkey is still loading", columns)
        else:
            self._offered = list(found)[:SLOTS]
            shown = offer_line.painted(self._offered, columns)
        self._painted = True
        _write(self._display, shown.encode())

    def _take(self, suggestion: Suggestion, keys: EditingKeys) -> None:
        typed = offer_line.keys_for(suggestion, self._line.text or "", keys)
        self._unpaint()
        for byte in typed or b"":
            self._line.feed(byte, keys)
        self._to_program(typed or b"")

    def _unpaint(self) -> None:
        if self._painted:
            self._painted, self._offered = False, ()
            _write(self._display, offer_line.cleared().encode())

    # Signals --------------------------------------------------------------------------------------

    def _signalled(self, numbers: bytes, before: Attributes) -> int | None:
        """Follow signals; give the program's status once it has ended."""
        for number in set(numbers):
            if number == signal.SIGWINCH:
                self._resize()
            elif number == signal.SIGCONT:
                tty.setraw(self._terminal)
            elif number in _PASSED_ON:
                self._tell(signal.Signals(number))
        ended, status = os.waitpid(self._program, os.WNOHANG | os.WUNTRACED)
        if ended and os.WIFSTOPPED(status):
            self._stop_too(before)
            return None
        return status if ended else None

    def _stop_too(self, before: Attributes) -> None:
        """Stop as the program did, with the terminal as it was, and go on together."""
        self._unpaint()
        termios.tcsetattr(self._terminal, termios.TCSADRAIN, before)
        os.kill(os.getpid(), signal.SIGSTOP)
        tty.setraw(self._terminal)
        self._resize()
        self._tell(signal.SIGCONT)

    def _tell(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._program, number)

    def _resize(self) -> None:
        size = fcntl.ioctl(self._terminal, termios.TIOCGWINSZ, bytes(8))
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)


def _become(theirs: int, ours: int, command: Sequence[str]) -> None:
    """Turn this process into the program, at the terminal that is its own."""
    try:
        os.close(ours)
        os.login_tty(theirs)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)  # which Python had set aside
        os.execvp(command[0], list(command))  # noqa: S606  what the owner asked for
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        sys.stderr.write(f"hushkey pty: {command[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(_NOT_FOUND if missing else _CANNOT_RUN)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
