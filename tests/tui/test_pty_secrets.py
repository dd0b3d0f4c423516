"""Not one byte that is typed while the echo is off reaches the model's side: shown on the real programs."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_terminal import Terminal

WITNESS = Path(__file__).with_name("pty_witness.py")
SECRET = "Zq7#Xj"  # no letter of it is typed elsewhere in these tests
ROOT = os.geteuid() == 0

needs_sudo = pytest.mark.skipif(shutil.which("sudo") is None, reason="sudo is not installed")
needs_root = pytest.mark.skipif(not ROOT, reason="only root can become another user here")


def wrapped(record: Path, *command: object, blind: bool = False) -> list[object]:
    fault = ["--blind-guard"] if blind else []
    return [sys.executable, WITNESS, record, *fault, *command]


def seen(record: Path) -> bytes:
    return record.read_bytes() if record.exists() else b""


def holds_nothing_of_the_secret(record: Path) -> bool:
    return not set(SECRET.encode()) & set(seen(record))


def test_read_s_in_bash_is_never_seen_and_what_comes_before_and_behind_is(tmp_path):
    script = 'read -r a; read -rs -p "Password: " b; echo; read -r c; echo "got ${#b} <$a> <$c>"'
    with Terminal(wrapped(tmp_path / "seen", "bash", "-c", script)) as terminal:
        terminal.rest(1.0)
        terminal.press("hello\r")
        terminal.wait_for("Password: ")
        terminal.press(SECRET + "\r", pause_s=0.02)
        terminal.rest(0.3)
        terminal.press("bye\r")
        terminal.wait_for(rf"got {len(SECRET)} <hello> <bye>")
        assert terminal.ended() == 0
    assert holds_nothing_of_the_secret(tmp_path / "seen")
    assert b"hello" in seen(tmp_path / "seen")
    assert b"bye" in seen(tmp_path / "seen")


def test_the_test_finds_a_guard_that_looks_at_everything(tmp_path):
    """The planted fault: were the guard blind, the test above would fail."""
    script = 'read -rs -p "Password: " b; echo done'
    with Terminal(wrapped(tmp_path / "seen", "bash", "-c", script, blind=True)) as terminal:
        terminal.wait_for("Password: ")
        terminal.press(SECRET + "\r", pause_s=0.02)
        terminal.wait_for("done")
        terminal.ended()
    assert SECRET.encode() in seen(tmp_path / "seen")


def test_a_secret_pasted_behind_a_line_is_never_seen(tmp_path):
    """Both lines come at once: the echo is still on when the second one arrives."""
    script = 'read -r a; read -rs -p "Password: " b; echo; echo "got ${#b}"'
    with Terminal(wrapped(tmp_path / "seen", "bash", "-c", script)) as terminal:
        terminal.rest(1.0)
        terminal.press(f"hello\r{SECRET}\r")
        terminal.wait_for("got")
        terminal.ended()
    assert holds_nothing_of_the_secret(tmp_path / "seen")
    assert b"hello" in seen(tmp_path / "seen")


def test_a_secret_typed_before_the_question_is_never_seen(tmp_path):
    """The program is busy while a line, and then a secret, are typed ahead of it."""
    script = 'sleep 2; read -r a; read -rs b; echo "got ${#b}"'
    with Terminal(wrapped(tmp_path / "seen", "bash", "-c", script)) as terminal:
        terminal.rest(1.0)
        terminal.press("hello\r")
        terminal.rest(0.2)
        terminal.press(SECRET, pause_s=0.02)
        terminal.rest(2.0)
        terminal.press("\r")
        terminal.wait_for("got")
        terminal.ended()
    assert holds_nothing_of_the_secret(tmp_path / "seen")


def test_a_hotkey_in_a_hidden_answer_goes_to_the_program_and_asks_nothing(tmp_path):
    script = "import getpass; print('got', ascii(getpass.getpass('Secret: ')))"
    with Terminal(wrapped(tmp_path / "seen", sys.executable, "-c", script)) as terminal:
        terminal.wait_for("Secret: ")
        terminal.press("Zq\x00Xj\r", pause_s=0.02)
        terminal.wait_for("got")
        terminal.ended()
    assert b"x00" in terminal.shown
    assert seen(tmp_path / "seen") == b""


def test_pythons_getpass_is_never_seen(tmp_path):
    script = (
        "import getpass; print('got', len(getpass.getpass('Secret: '))); print('<' + input() + '>')"
    )
    with Terminal(wrapped(tmp_path / "seen", sys.executable, "-c", script)) as terminal:
        terminal.wait_for("Secret: ")
        terminal.press(SECRET + "\r", pause_s=0.02)
        terminal.wait_for(f"got {len(SECRET)}")
        terminal.rest(0.2)
        terminal.press("hello\r", pause_s=0.02)
        terminal.wait_for("<hello>")
        terminal.ended()
    assert holds_nothing_of_the_secret(tmp_path / "seen")
    assert b"hello" in seen(tmp_path / "seen")


@needs_sudo
@needs_root
def test_sudos_password_is_never_seen(tmp_path):
    command = [
        "setpriv",
        "--reuid=nobody",
        "--regid=nogroup",
        "--clear-groups",
        "sudo",
        "-k",
        "true",
    ]
    with Terminal(wrapped(tmp_path / "seen", *command)) as terminal:
        terminal.wait_for("assword")
        terminal.rest(0.2)
        terminal.press(SECRET + "\r", pause_s=0.02)
        terminal.wait_for("(?i)sorry|not in the sudoers|incorrect")
    assert holds_nothing_of_the_secret(tmp_path / "seen")


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[int]:
    """A real sshd on a port of its own, that asks for passwords."""
    server = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if server is None or shutil.which("ssh") is None:
        pytest.skip("OpenSSH is not installed")
    if not ROOT:
        pytest.skip("sshd asks for passwords only where root runs it")
    Path("/run/sshd").mkdir(exist_ok=True)
    key = tmp_path / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path / "sshd_config"
    settings.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {key}\nPasswordAuthentication yes\n"
        "PubkeyAuthentication no\nUsePAM no\nPidFile none\n"
    )
    with subprocess.Popen(
        [server, "-D", "-e", "-f", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            for _ in range(100):
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield port
        finally:
            running.terminate()


def test_sshs_password_is_never_seen(tmp_path, sshd: int):
    options = ["StrictHostKeyChecking=no", f"UserKnownHostsFile={tmp_path / 'known'}"]
    options += ["PreferredAuthentications=password", "NumberOfPasswordPrompts=1", "LogLevel=ERROR"]
    command = ["ssh", "-F", "none", "-p", sshd, *(p for o in options for p in ("-o", o))]
    with Terminal(wrapped(tmp_path / "seen", *command, "nobody@127.0.0.1")) as terminal:
        terminal.wait_for("assword: ")
        terminal.rest(0.2)
        terminal.press(SECRET + "\r", pause_s=0.02)
        terminal.wait_for("Permission denied")
        assert terminal.ended() == 255
    assert holds_nothing_of_the_secret(tmp_path / "seen")


def test_no_program_that_edits_for_itself_is_looked_at(tmp_path):
    script = (
        "import os, termios, tty; old = termios.tcgetattr(0); tty.setraw(0); print('raw', flush=True);"
        "got = b''\nwhile not got.endswith(b'~~'): got += os.read(0, 1000)\n"
        "termios.tcsetattr(0, termios.TCSADRAIN, old); print(got == bytes(range(256)) + b'~~')"
    )
    with Terminal(wrapped(tmp_path / "seen", sys.executable, "-c", script)) as terminal:
        terminal.wait_for("raw")
        terminal.press(bytes(range(256)) + b"~~")
        terminal.wait_for("True")
        terminal.ended()
    assert seen(tmp_path / "seen") == b""


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_vim_works_as_ever_and_is_not_looked_at(tmp_path):
    file = tmp_path / "written.txt"
    with Terminal(wrapped(tmp_path / "seen", "vim", "-u", "NONE", "-n", file)) as terminal:
        terminal.rest(1.0)
        terminal.press("ihello\x1b", pause_s=0.02)
        terminal.rest(0.3)
        terminal.press(":wq\r", pause_s=0.02)
        assert terminal.ended() == 0
    assert file.read_text() == "hello\n"
    assert seen(tmp_path / "seen") == b""


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")
def test_less_works_as_ever_and_is_not_looked_at(tmp_path):
    file = tmp_path / "long.txt"
    file.write_text("".join(f"row {number}\n" for number in range(200)))
    with Terminal(wrapped(tmp_path / "seen", "less", file)) as terminal:
        terminal.wait_for("row 10\\b")
        terminal.press("G")
        terminal.wait_for("row 199")
        terminal.press("q")
        assert terminal.ended() == 0
    assert seen(tmp_path / "seen") == b""
