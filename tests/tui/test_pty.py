"""`hushkey pty`: a wrapped program behaves as if it were not, and a suggestion is typed into it like by hand."""

import os
import signal
import sys
from pathlib import Path

import pytest
from pty_terminal import Terminal

NUL = "\x00"
PTY = [sys.executable, "-m", "hushkey", "pty", "--"]


def at(home: Path, *command: object) -> Terminal:
    return Terminal(
        [*PTY, *command],
        {"HUSHKEY_HOME": str(home), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
    )


def offered(terminal: Terminal) -> None:
    """Type a line and ask until the engine, which is loaded from the first letter on, offers something."""
    terminal.rest(1.0)
    terminal.press("see you tom", pause_s=0.01)
    for _ in range(60):
        terminal.press(NUL)
        if b"loading" not in terminal.wait_for("loading|1 tomorrow")[0]:
            return
        terminal.rest(0.3)
    pytest.fail("the engine was never loaded")


def test_a_suggestion_is_shown_below_and_typed_by_its_number(tmp_path):
    with at(tmp_path, "cat") as terminal:
        offered(terminal)
        terminal.press("1")
        terminal.wait_for("orrow ")
        terminal.press("at noon\r", pause_s=0.01)
        terminal.wait_for("\nsee you tomorrow at noon\r\n")
        terminal.press("\x04")
        assert terminal.ended() == 0
    assert not any(tmp_path.iterdir())  # nothing was made, nothing was learned


def test_any_other_key_goes_to_the_program_and_clears_the_line(tmp_path):
    with at(tmp_path, "cat") as terminal:
        offered(terminal)
        terminal.press("s\r")
        terminal.wait_for("\nsee you toms\r\n")
        terminal.press("\x04")
        terminal.ended()


def test_the_window_is_as_large_inside_and_follows(tmp_path):
    script = "trap 'stty size' WINCH; stty size; while :; do sleep 0.1; done"
    with at(tmp_path, "sh", "-c", script) as terminal:
        terminal.wait_for("30 100")
        terminal.resize(20, 77)
        terminal.process.send_signal(signal.SIGWINCH)
        terminal.wait_for("20 77")
        terminal.press("\x03")
        terminal.ended()


@pytest.mark.parametrize(
    ("script", "status"),
    [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", -signal.SIGTERM), ("kill -KILL $$", -9)],
)
def test_the_exit_status_is_the_programs(tmp_path, script, status):
    with at(tmp_path, "sh", "-c", script) as terminal:
        assert terminal.ended() == status


def test_ctrl_c_reaches_the_program(tmp_path):
    with at(tmp_path, "sleep", "60") as terminal:
        terminal.rest(1.5)
        terminal.press("\x03")
        assert terminal.ended() == -signal.SIGINT


def test_a_terminated_wrapper_ends_its_program(tmp_path):
    with at(tmp_path, "sh", "-c", "echo ready; exec sleep 60") as terminal:
        terminal.wait_for("ready")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ended() == -signal.SIGTERM


def test_all_output_passes_unchanged(tmp_path):
    script = "import os, tty; tty.setraw(1); os.write(1, b'<' + bytes(range(256)) * 500 + b'>')"
    with at(tmp_path, sys.executable, "-c", script) as terminal:
        assert terminal.ended() == 0
    assert b"<" + bytes(range(256)) * 500 + b">" in terminal.shown


def test_a_program_that_is_not_there_is_told_as_shells_do(tmp_path):
    with at(tmp_path, "no-such-program-here") as terminal:
        assert terminal.ended() == 127
    assert b"no-such-program-here" in terminal.shown


def test_the_passphrase_is_not_handed_on_to_the_program(tmp_path):
    terminal = Terminal(
        [*PTY, "env"], {"HUSHKEY_HOME": str(tmp_path), "HUSHKEY_PASSPHRASE": "hidden words"}
    )
    with terminal:
        assert terminal.ended() == 0
    assert b"HUSHKEY_HOME" in terminal.shown
    assert b"hidden words" not in terminal.shown


def test_the_terminal_is_left_as_it_was(tmp_path):
    script = (
        f"{' '.join(map(str, PTY))} true; stty -a | tr -s ' ;' '\\n' | grep -cx -e echo -e icanon"
    )
    with Terminal(["sh", "-c", script], {"HUSHKEY_HOME": str(tmp_path)}) as terminal:
        terminal.wait_for("2")
        assert terminal.ended() == 0


def test_without_a_terminal_nothing_is_started(tmp_path):
    import subprocess  # noqa: PLC0415

    done = subprocess.run(
        [*PTY, "touch", tmp_path / "made"],
        capture_output=True,
        env={**os.environ, "HUSHKEY_HOME": str(tmp_path / "home")},
        check=False,
    )
    assert done.returncode == 2
    assert not (tmp_path / "made").exists()
