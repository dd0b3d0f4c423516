"""The programs that the app's latency bench drives, each as it is in a terminal; what is to be painted goes to a pipe.

A program tells, for each line that it was asked about, which words it is about to show: a line of JSON. Nothing here
looks at what is painted: that is the other end's work.
"""

import argparse
import json
import os
import sys
import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any

SHOWN = 3
MENU = 5  # completions of prompt_toolkit that are looked at
_AGAIN_S = 0.5  # between two looks whether a run is to begin anew
_ENDING_S = 20.0


class Pipe:
    """Where the truth goes."""

    def __init__(self, number: int) -> None:
        self._number = number

    def tell(self, **truth: Any) -> None:
        """Say what will be shown, in one write."""
        os.write(self._number, json.dumps(truth).encode() + b"\n")


def app(pipe: Pipe, beside: str) -> None:
    """Run the app; `beside` is "", "learning" or "sharing"."""
    from hushkey.tui.frame_rate import paint_promptly  # noqa: PLC0415

    paint_promptly()  # as `hushkey` does
    from hushkey.tui import view_model  # noqa: PLC0415
    from hushkey.tui.app import HushkeyApp  # noqa: PLC0415
    from hushkey.tui.offer import Offer, ghost  # noqa: PLC0415
    from hushkey.tui.owner import OwnerOpener  # noqa: PLC0415

    running = HushkeyApp(OwnerOpener(os.environ, bare=True))
    typing, stop = running.typing, threading.Event()
    moments: list[object] = []
    show = typing._show  # noqa: SLF001  the one place through which answers come

    def told(offer: Offer) -> None:
        show(offer)
        busy = typing.learning if beside == "learning" else len(moments)
        slots = [view_model.strip(typing.editor.offer)[place].text for place in range(SHOWN)]
        rest = ghost(offer, typing.editor.before)
        pipe.tell(asked=offer.asked, slots=slots, ghost=rest, busy=busy)

    typing._show = told  # type: ignore[method-assign]  # noqa: SLF001

    def keep_busy() -> None:
        while not stop.wait(_AGAIN_S):
            if typing.begun and not typing.learning:
                running.call_from_thread(typing.action_learn)

    neighbours = _neighbours(stop, moments) if beside == "sharing" else None
    if neighbours is not None:
        neighbours.start()
    if beside == "learning":
        threading.Thread(target=keep_busy, daemon=True).start()
    try:
        running.run()
    finally:
        stop.set()
        if neighbours is not None:
            neighbours.end(_ENDING_S)
        running.finish()


def _neighbours(stop: threading.Event, moments: list[object]) -> Any:
    """Return four sample devices and both operators, in this process; they go on until they are stopped."""
    from hushkey.model.base import load_base  # noqa: PLC0415
    from hushkey.sync.demonstration import Plan, read_samples  # noqa: PLC0415
    from hushkey.tui.demonstration.beside import Beside  # noqa: PLC0415

    beside = Beside(Plan(read_samples(4), 100, 3), load_base(), stop)
    beside.post = moments.append
    return beside


def prompt(pipe: Pipe, own: str) -> None:
    """Run a prompt of prompt_toolkit with hushkey's completer, or with its own over the same lexicon."""
    from prompt_toolkit import PromptSession  # noqa: PLC0415
    from prompt_toolkit.completion import (  # noqa: PLC0415
        CompleteEvent,
        Completer,
        Completion,
        WordCompleter,
    )
    from prompt_toolkit.document import Document  # noqa: PLC0415

    from hushkey import open_profile  # noqa: PLC0415
    from hushkey.keyboard.embed import HushkeyCompleter, Surface  # noqa: PLC0415

    with open_profile(allow_bare_file=True) as profile:
        if own:
            asked: Completer = WordCompleter(list(profile.engine.base.lexicon.words))
        else:
            asked = HushkeyCompleter(Surface(profile, "bench"))

        class Telling(Completer):
            """Answers as the completer that is measured, and says what."""

            def get_completions(
                self, document: Document, complete_event: CompleteEvent
            ) -> Iterator[Completion]:
                found = list(islice(asked.get_completions(document, complete_event), MENU))
                words = [completion.text for completion in found]
                pipe.tell(asked=document.text_before_cursor, slots=words, ghost="", busy=0)
                yield from found

        session: PromptSession[str] = PromptSession(
            "> ", completer=Telling(), complete_while_typing=True
        )
        pipe.tell(asked="", slots=[], ghost="", busy=0)
        while session.prompt() != "quit":
            pass


def main() -> None:
    """Run one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", choices=["app", "prompt"])
    parser.add_argument("pipe", type=int)
    parser.add_argument("how", nargs="?", default="")
    asked = parser.parse_args()
    run = {"app": app, "prompt": prompt}[asked.program]
    run(Pipe(asked.pipe), asked.how)


if __name__ == "__main__":
    sys.exit(main())
