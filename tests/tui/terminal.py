"""A command run in a terminal of its own: a real one, so that what asks a person does ask."""

import os
import pty
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest


def at_a_terminal(
    home: Path, passphrase: str, arguments: Sequence[str], *, prompt: str, answers: Sequence[str]
) -> tuple[int, str]:
    """Run `hushkey` and give the next answer whenever the prompt stands; return exit code and all that it showed."""
    ours, theirs = pty.openpty()
    environ = {
        **os.environ,
        "HUSHKEY_HOME": str(home),
        "HUSHKEY_PASSPHRASE": passphrase,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "hushkey", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environ,
        start_new_session=True,
    ) as asking:
        os.close(theirs)
        try:
            shown = _talk(ours, prompt, list(answers))
            return asking.wait(timeout=30), shown
        finally:
            asking.kill()
            os.close(ours)


def _talk(terminal: int, prompt: str, answers: list[str]) -> str:
    shown, silent, asked = "", 0, 0  # prompts that stood when the last answer was given
    while silent < 60:
        if not select.select([terminal], [], [], 0.5)[0]:
            silent += 1  # it listens, or was not quite ready for the last answer
            if answers and shown.endswith(prompt):
                asked = shown.count(prompt)
                os.write(terminal, answers[0].encode())
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:  # it has ended
            return shown
        shown, silent = shown + data.decode(), 0
        if asked and (shown.count(prompt) > asked or not shown.endswith(prompt)):
            answers, asked = answers[1:], 0  # it was heard
    pytest.fail(f"nothing came any more after: {shown}")
