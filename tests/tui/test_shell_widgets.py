"""Suggestions at the prompt of the real zsh, bash and fish: prose alone, never a private line."""

import json
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell_at_prompt import HOTKEY, at_prompt, hushkey, start_agent

LINES = ["we met Zorblax behind the orangery", "fix the orangery of Zorblax"] * 4

OUTPUT = r"(?:[\r\n]|\x1b\[J|\x1b\[\?2004h)"  # what stands before a command's output

pytestmark = pytest.mark.slow

shells = pytest.mark.parametrize(
    "shell",
    [
        pytest.param(
            name,
            marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed"),
        )
        for name in ("zsh", "bash", "fish")
    ],
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A profile with its resident process."""
    place = tmp_path_factory.mktemp("s") / "home"
    agent = start_agent(place, LINES)
    try:
        yield place
    finally:
        agent.terminate()
        agent.wait(timeout=20)


def learned(home: Path) -> list[str]:
    entries = map(json.loads, hushkey(home, "history", "--json", "--limit", 1000).splitlines())
    return [entry["text"] for entry in entries if entry["surface"] == "shell"]


def learns(home: Path, text: str, *, within_s: float = 10.0) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if text in learned(home):
            return True
        time.sleep(0.3)
    return False


@shells
def test_a_key_puts_in_how_prose_goes_on_and_the_shell_runs_it(shell, home):
    with at_prompt(shell, home) as terminal:
        terminal.press('echo "we met Zor', pause_s=0.02)
        terminal.rest(0.5)
        terminal.press(HOTKEY)
        terminal.rest(0.8)
        terminal.press('."\r')
        terminal.wait_for(OUTPUT + "we met Zorblax")


@shells
def test_a_commit_message_goes_on_in_a_real_repository(shell, home, tmp_path):
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    with at_prompt(shell, home) as terminal:
        terminal.press(f"cd {tmp_path}\r")
        terminal.rest(0.5)
        terminal.press(
            'git -c user.name=A -c user.email=a@b.c commit --allow-empty -q -m "fix the oran',
            pause_s=0.01,
        )
        terminal.rest(0.5)
        terminal.press(HOTKEY)
        terminal.rest(0.8)
        terminal.press('now"\r')
        terminal.rest(1.0)
        log = subprocess.run(
            ["git", "-C", tmp_path, "log", "--format=%s"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert log.stdout.startswith("fix the orangery")


@shells
def test_the_key_pressed_again_gives_another_word(shell, home):
    with at_prompt(shell, home) as terminal:
        terminal.press("echo see you tom", pause_s=0.02)
        terminal.rest(0.5)
        for _ in range(3):
            terminal.press(HOTKEY)
            terminal.rest(0.8)
        terminal.press("\r")
        said = terminal.wait_for(OUTPUT + "see you (tom[a-z]*)")[1]
        assert said != b"tomorrow"
        assert len(said) > 3


@shells
def test_a_line_that_starts_with_a_blank_is_neither_read_nor_learned(shell, home):
    with at_prompt(shell, home, "--learn") as terminal:
        terminal.press(' echo "we met Zor', pause_s=0.02)
        terminal.press(HOTKEY)
        terminal.rest(0.8)
        terminal.press(' quietly"\r')
        terminal.wait_for(OUTPUT + "we met Zor ")
        terminal.rest(1.0)
    assert not any("quietly" in text for text in learned(home))


@shells
def test_what_is_no_prose_is_left_alone(shell, home):
    with at_prompt(shell, home) as terminal:
        terminal.press("printf '%s.' Zor", pause_s=0.02)
        terminal.press(HOTKEY)
        terminal.rest(0.8)
        terminal.press("\r")
        terminal.wait_for(r"Zor\.")


@shells
def test_prose_is_learned_after_the_command_ran_and_only_the_prose(shell, home):
    word = f"quagga{shell}"
    with at_prompt(shell, home, "--learn") as terminal:
        terminal.press(f"echo the {word} wrote to me@example.com\r", pause_s=0.01)
        terminal.wait_for(OUTPUT + f"the {word} wrote")
        assert learns(home, f"the {word} wrote to █")
        terminal.press(f"echo failed {word} && false\r", pause_s=0.01)
        terminal.wait_for(OUTPUT + f"failed {word}")
        terminal.press(f"ls /{word} ; true\r", pause_s=0.01)
        terminal.wait_for("No such file")
        terminal.rest(1.0)
    assert [text for text in learned(home) if word in text] == [f"the {word} wrote to █"]


@shells
def test_nothing_is_learned_unless_asked_for(shell, home):
    with at_prompt(shell, home) as terminal:
        terminal.press(f"echo unlearned {shell} words\r", pause_s=0.01)
        terminal.wait_for(OUTPUT + f"unlearned {shell} words")
        terminal.rest(1.5)
    assert not any("unlearned" in text for text in learned(home))


@shells
def test_nothing_is_learned_while_the_surface_is_off(shell, home):
    hushkey(home, "set", "surfaces-off", "shell")
    try:
        with at_prompt(shell, home, "--learn") as terminal:
            terminal.press(f"echo switched off in {shell}\r", pause_s=0.01)
            terminal.wait_for(OUTPUT + f"switched off in {shell}")
            terminal.rest(1.5)
        assert not any("switched off" in text for text in learned(home))
    finally:
        hushkey(home, "set", "surfaces-off", "none")


HIDDEN = {
    "zsh": "read -s 'secret?Hidden: '; echo; echo got $#secret",
    "bash": "read -rs -p 'Hidden: ' secret; echo; echo got ${#secret}",
    "fish": "read -s -P 'Hidden: ' secret; echo got (string length $secret)",
}


@shells
def test_a_hidden_answer_is_neither_read_nor_learned(shell, home):
    """It is written so that it would be prose at the prompt."""
    answer = "echo we met Zor"
    with at_prompt(shell, home, "--learn") as terminal:
        terminal.press(HIDDEN[shell] + "\r")
        terminal.wait_for(OUTPUT + "Hidden: ")
        terminal.rest(0.5)
        terminal.press(answer, pause_s=0.02)
        terminal.press("\r")
        assert terminal.wait_for(r"got (\d+)")[1] == str(len(answer)).encode()
        terminal.rest(1.0)
    assert b"Zorblax" not in terminal.shown
    assert not any("met Zor" in text and "Zorblax" not in text for text in learned(home))


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_the_key_does_nothing_in_fishs_own_questions(home):
    with at_prompt("fish", home) as terminal:
        terminal.press("read -P 'Ask: ' said; echo \"got <$said>\"\r")
        terminal.wait_for(OUTPUT + "Ask: ")
        terminal.rest(0.5)
        terminal.press("echo we met Zor", pause_s=0.02)
        terminal.press(HOTKEY)
        terminal.rest(0.8)
        terminal.press("\r")
        terminal.wait_for("got <echo we met Zor>")


def test_the_key_does_nothing_in_bashs_own_questions(home):
    with at_prompt("bash", home) as terminal:
        terminal.press("read -e -p 'Ask: ' said; echo \"got <$said>\"\r")
        terminal.wait_for(OUTPUT + "Ask: ")
        terminal.rest(0.5)
        terminal.press("echo we met Zor", pause_s=0.02)
        terminal.press(HOTKEY)
        terminal.rest(0.8)
        terminal.press("\r")
        terminal.wait_for("got <echo we met Zor>")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_shows_it_behind_the_cursor_and_asks_nothing_in_vared(home):
    with at_prompt("zsh", home) as terminal:
        terminal.press('echo "we met Zor', pause_s=0.05)
        terminal.wait_for("blax")
        terminal.press("\x15")
        terminal.rest(0.3)
        terminal.press("said='echo we met '; vared -p 'Ask: ' said; echo \"got <$said>\"\r")
        terminal.wait_for("Ask: ")
        terminal.rest(0.5)
        before = terminal.shown.count(b"blax")
        terminal.press("Zor", pause_s=0.05)
        terminal.press(HOTKEY)
        terminal.rest(0.8)
        assert terminal.shown.count(b"blax") == before
        terminal.press("\r")
        terminal.wait_for("got <echo we met Zor>")


@shells
def test_without_the_resident_process_the_shell_is_as_ever(shell, tmp_path):
    home = tmp_path / "home"
    (tmp_path / "run").mkdir()
    with at_prompt(shell, home, "--learn") as terminal:
        terminal.press("echo see you tom", pause_s=0.02)
        terminal.press(HOTKEY)
        terminal.rest(1.0)
        terminal.press("orrow\r")
        terminal.wait_for(OUTPUT + "see you tomorrow\r\n")


def test_the_socket_is_its_owners_alone(home):
    (path,) = (home.parent / "run" / "hushkey").glob("*.socket")
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_agent_ends_when_the_profile_is_wiped(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("w")  # a socket's path has 107 bytes at most
    home = tmp_path / "home"
    agent = start_agent(home, LINES[:1])
    try:
        hushkey(home, "wipe", "--yes")
        assert agent.wait(timeout=30) == 0
        assert not any((tmp_path / "run" / "hushkey").iterdir())
    finally:
        agent.kill()
        agent.wait()


def test_nothing_typed_is_in_the_arguments_of_any_process(home, tmp_path):
    """Bash runs a small process for a key; a watcher reads every command line meanwhile."""
    with at_prompt("bash", home, "--learn") as terminal:
        watched = tmp_path / "seen"
        script = "while :; do cat /proc/[0-9]*/cmdline; done > %s 2>/dev/null"
        with subprocess.Popen(["sh", "-c", script % watched]) as watcher:
            terminal.press("echo we met Zor", pause_s=0.02)
            for _ in range(5):
                terminal.press(HOTKEY)
                terminal.rest(0.3)
            terminal.press("\r")
            terminal.rest(1.0)
            watcher.kill()
        text = watched.read_bytes()
    assert b"shell-agent" in text
    assert b"met Zor" not in text


def test_each_snippet_is_read_without_a_word(tmp_path):
    for shell in ("zsh", "bash", "fish"):
        if shutil.which(shell) is None:
            continue
        snippet = tmp_path / shell
        snippet.write_text(hushkey(tmp_path / "home", "shell-init", shell, "--no-start", "--learn"))
        flags = ["--no-execute"] if shell == "fish" else ["-n"]
        done = subprocess.run([shell, *flags, snippet], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


def test_a_key_that_is_a_command_is_refused(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        hushkey(tmp_path / "home", "shell-init", "bash", "--key", '"; touch x; "')
