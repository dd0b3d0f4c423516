"""A person at a shell in tmux: a real terminal that keeps a screen, on a socket of its own.

The prompt tells the number of the next command and the status of the last, so that each command's output is told apart.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

PATIENCE_S = 300.0  # on a busy machine; what is waited for comes within seconds on a quiet one
_POLL_S = 0.1
_PROMPT = re.compile(r"^ready (\d+) (\d+)> ?(.*)$", re.MULTILINE)


class Shell:
    """An interactive bash of 100 columns and 30 rows; end it by leaving the `with`."""

    def __init__(self, cwd: Path, environ: Mapping[str, str], *, columns: int = 100) -> None:
        self._folder = tempfile.mkdtemp(prefix="hk-tmux-")  # a socket's path has to be short
        self._socket = str(Path(self._folder) / "s")
        kept = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        self._environ = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HISTFILE": "",
            **kept,
            **environ,
        }
        prompt = Path(self._folder) / "prompt"
        prompt.write_text("PS1='ready \\# $?> '\n")
        size = ["-x", str(columns), "-y", "30"]
        bash = ["bash", "--noprofile", "--rcfile", str(prompt), "-i"]
        self._tmux("-f", os.devnull, "new-session", "-d", *size, "-c", str(cwd), *bash)
        self._tmux("set-option", "-s", "escape-time", "0")
        self._tmux("set-option", "-g", "history-limit", "20000")
        self._begun = 0

    def __enter__(self) -> Self:
        try:
            self.until(lambda: self._last_prompt() == 1)
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        """End the shell, and whatever runs in it."""
        ending = ["tmux", "-S", self._socket, "kill-server"]
        subprocess.run(ending, check=False, capture_output=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, command: str, *, patience_s: float = PATIENCE_S) -> tuple[int, str]:
        """Run one line and return its status and what it showed."""
        self.begin(command)
        return self.ended(patience_s=patience_s)

    def begin(self, command: str) -> None:
        """Enter one line, and do not wait."""
        self._begun = self._last_prompt()
        self._tmux("clear-history")
        self.write(command)
        self.press("Enter")

    def ended(self, *, patience_s: float = PATIENCE_S) -> tuple[int, str]:
        """Wait for the end of what was begun; return its status and what it showed."""
        self.until(lambda: self._last_prompt() == self._begun + 1, patience_s)
        whole = self._tmux("capture-pane", "-p", "-J", "-S", "-")
        prompts = list(_PROMPT.finditer(whole))
        shown = whole[prompts[-2].end() if len(prompts) > 1 else 0 : prompts[-1].start()]
        return int(prompts[-1][2]), "\n".join(line.rstrip() for line in shown.splitlines()).strip()

    def write(self, text: str) -> None:
        """Type text as it is."""
        self._tmux("send-keys", "-l", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: Enter, Tab, F8, M-1, C-c."""
        self._tmux("send-keys", *keys)

    @property
    def screen(self) -> str:
        """What the terminal shows now."""
        return self._tmux("capture-pane", "-p")

    @property
    def foreground(self) -> str:
        """The name of the program that has the terminal."""
        return self._tmux("display-message", "-p", "#{pane_current_command}").strip()

    @property
    def cursor_row(self) -> int:
        """The row that the cursor stands in, which is that of the field that has the focus."""
        return int(self._tmux("display-message", "-p", "#{cursor_y}"))

    def wait_for(self, *texts: str, patience_s: float = PATIENCE_S) -> str:
        """Wait until all of it shows, and return the screen."""
        self.until(lambda: all(text in self.screen for text in texts), patience_s)
        return self.screen

    def wait_gone(self, text: str) -> None:
        self.until(lambda: text not in self.screen, PATIENCE_S)

    def until(self, holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        end = time.monotonic() + patience_s
        while not holds():
            if time.monotonic() > end:
                pytest.fail(f"it did not come to this; the screen:\n{self.screen}")
            time.sleep(_POLL_S)

    def _last_prompt(self) -> int:
        prompts = _PROMPT.findall(self.screen)
        return int(prompts[-1][0]) if prompts and not prompts[-1][2] else 0

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, *arguments],
            env=self._environ,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            pytest.fail(f"tmux {shlex.join(arguments[:2])}: {done.stderr}")
        return done.stdout
