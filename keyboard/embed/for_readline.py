"""hushkey in GNU readline and its like: Tab completes words of prose. It learns nothing; whoever reads the line does.

ReadlineCompleter(surface).install()
surface.commit(input("> "))
"""

import contextlib
import readline

from hushkey.keyboard.embed.surface import Surface
from hushkey.keyboard.errors import KeyboardError

_BLANKS = " \t\n"


class ReadlineCompleter:
    """Answers readline's questions for the word before the cursor."""

    def __init__(self, surface: Surface, k: int = 5) -> None:
        self._surface = surface
        self._k = k
        self._found: list[str] = []

    def install(self) -> None:
        """Complete with Tab from now on, in this process; words end at blanks."""
        readline.set_completer_delims(_BLANKS)
        readline.set_completer(self.complete)
        libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")

    def complete(self, text: str, state: int) -> str | None:
        """Return the `state`-th word that may take the place of `text`, None after the last."""
        if state == 0:
            self._found = []
            with contextlib.suppress(KeyboardError):  # readline has nobody to tell
                self._found = self._words(readline.get_line_buffer()[: readline.get_endidx()], text)
        return self._found[state] if state < len(self._found) else None

    def _words(self, before: str, typed: str) -> list[str]:
        """Return what may stand in the place of `typed`, each with a blank behind it.

        Where several may, readline puts in what they have in common: none may take letters back.
        """
        offered = [
            f"{typed[: len(typed) - word.replaces]}{word.text} "
            for word in self._surface.suggest(before, self._k)
            if word.replaces <= len(typed) and word.kind not in {"correction", "typed"}
        ]
        return [word for word in offered if word.startswith(typed)] or offered[:1]
