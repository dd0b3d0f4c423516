"""A real shell at a prompt, with hushkey's snippet read and the resident process of a profile beside it."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from pty_terminal import Terminal

ARGUMENTS = {
    "zsh": ["zsh", "-f", "-i"],
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
SOURCE = {"zsh": "source {}", "bash": "source {}", "fish": "source {}"}
HOTKEY = "\x1bk"


def environ(home: Path) -> dict[str, str]:
    return {
        "HUSHKEY_HOME": str(home),
        "HOME": str(home.parent),
        "XDG_RUNTIME_DIR": str(home.parent / "run"),
        "XDG_CONFIG_HOME": str(home.parent / "config"),
        "XDG_DATA_HOME": str(home.parent / "data"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "HISTFILE": "",
        "PS1": "ready> ",
        "fish_greeting": "",
        "LC_ALL": "C.UTF-8",
    }


def hushkey(home: Path, *arguments: object) -> str:
    """Run one command on the profile."""
    done = subprocess.run(
        [sys.executable, "-m", "hushkey", *map(str, arguments)],
        env={**os.environ, **environ(home)},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def start_agent(home: Path, lines: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Teach a profile some lines, then start its resident process and wait until it listens."""
    (home.parent / "run").mkdir(mode=0o700, exist_ok=True)
    typed = home.parent / "typed.txt"
    typed.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    hushkey(home, "import", "--bare-key-file", typed)
    agent = subprocess.Popen(
        [sys.executable, "-m", "hushkey", "shell-agent"],
        env={**os.environ, **environ(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(600):
        if any((home.parent / "run" / "hushkey").glob("*.socket")):
            return agent
        time.sleep(0.05)
    agent.kill()
    pytest.fail("the agent did not come up")


def at_prompt(shell: str, home: Path, *options: str) -> Terminal:
    """Start a shell and let it read the snippet."""
    snippet = home.parent / f"hushkey.{shell}"
    snippet.write_text(hushkey(home, "shell-init", shell, "--no-start", *options))
    terminal = Terminal(ARGUMENTS[shell], environ(home))
    terminal.rest(0.8)
    if shell == "zsh":
        terminal.press("PS1='ready> '\r")
        terminal.rest(0.3)
    if shell == "fish":
        terminal.press("function fish_prompt; echo -n 'ready> '; end\r")
        terminal.rest(0.3)
    terminal.press(SOURCE[shell].format(snippet) + "; echo snippet-'read'\r")
    terminal.wait_for("snippet-read\r\n")
    terminal.wait_for("ready> ")
    terminal.rest(0.3)
    return terminal
