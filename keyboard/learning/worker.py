"""The trainer as a child process: lines in, progress and an adapter out, by frames on its pipes.

    python -m hushkey.keyboard.learning.worker KIND FOLDER     learn or compare; the base's folder

It serves one request after another until its input ends, so that torch is imported once. It opens no
file but the base's, leaves no core, and says nothing of what it reads: an error is a type's name. It
stops within a step when it is told to, when whoever started it is gone, or on a signal.
"""

import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from hushkey.keyboard.learning.desk import Desk
from hushkey.model.base import load_base
from hushkey.model.child import Inbox, give_way, leave, leave_no_trace, private_output, say_type
from hushkey.model.memory import reset_peak
from hushkey.model.training.neighbour import be_a_good_neighbour


def main(arguments: list[str]) -> None:
    """Serve until the input ends."""
    kind, folder = arguments
    give_way()
    be_a_good_neighbour()
    out = private_output()
    desk = Desk(load_base(Path(folder)), out)
    desk.warm_up(kind)
    reset_peak()  # before the process may no longer be looked into, also by itself
    leave_no_trace()  # before a word of its owner's is read
    inbox = Inbox(sys.stdin.buffer)

    def stop(_number: int, _frame: FrameType | None) -> None:
        inbox.close()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key in the terminal is for whoever started us
    with suppress(BrokenPipeError):
        while (frame := inbox.next()) is not None:
            desk.answer(frame, inbox.is_unwanted)


def run(arguments: list[str]) -> NoReturn:
    """Serve, then end."""
    try:
        main(arguments)
    except BaseException as error:  # noqa: BLE001  the last frame: what escapes is told by type alone
        say_type(type(error))
        leave(1)
    leave(0)


if __name__ == "__main__":
    run(sys.argv[1:])
