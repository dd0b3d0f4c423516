"""The README, walked through in a real terminal: its lines in a shell, its keys in the app, and what it says they do.

`tests/test_readme.py` runs the tour as a script; here somebody sits before it and looks at the screen. What the
evaluations count, which take longest and show nothing that a script does not, is looked at there alone.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from in_tmux import Shell

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SLOW_S = 1_200.0
INTERRUPTED = 130
LINE = "Can you pick up Teddy at three"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


def tour() -> Iterator[str]:
    """Each command of the README's tour, in its order."""
    for block in re.findall(r"^```sh tour\n(.*?)^```$", README, re.MULTILINE | re.DOTALL):
        yield from block.strip().splitlines()


def says(text: str) -> bool:
    """Whether the README says this; line breaks are blanks."""
    return text in re.sub(r"\s+", " ", README)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    environ = {
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    with Shell(ROOT, environ) as opened:
        yield opened


def test_the_tour_shows_what_the_readme_says_it_shows(shell: Shell) -> None:
    shown: dict[str, list[str]] = {}
    for command in tour():
        if command.startswith("hushkey eval "):
            continue
        if command == "hushkey learn":
            status, text = interrupted_and_gone_on_with(shell)
        else:
            status, text = shell.run(command, patience_s=SLOW_S)
        assert status == 0, f"{command}\n{text}"
        shown.setdefault(command, []).append(text)

    assert len(shown['hushkey suggest "on my way "'][0].splitlines()) == 3
    before, after = shown['hushkey suggest "can you pick up Te"']
    assert "Teddy" not in before
    assert "Teddy" in after
    imports = [text for command, texts in shown.items() if " import " in command for text in texts]
    assert len(imports) == 3
    assert "cut out" in " ".join(imports)
    (found,) = shown['hushkey history --search "swimming kit" --limit 5']
    assert 1 <= found.count("swimming") <= 5
    (learned,) = shown["hushkey learned --limit 5"]
    assert len(learned.splitlines()) >= 5
    (forgotten,) = shown["hushkey forget radiator"]
    assert "among the first three 0 times" in " ".join(forgotten.split())
    (left,) = shown["hushkey history --search radiator"]
    assert "radiator" not in left
    (placed,) = shown["hushkey locate"]
    assert "history" in placed
    (wiped,) = shown["hushkey wipe --yes"]
    assert "wiped" in wiped


def interrupted_and_gone_on_with(shell: Shell) -> tuple[int, str]:
    """Train, as the README says of it: it shows how far it is, stops at Ctrl+C, and goes on for N minutes."""
    assert says("It shows how far it is and how long it will take, can be interrupted with Ctrl+C")
    assert says("`--minutes N` for how long")
    shell.begin("hushkey learn")
    shell.wait_for(" left", patience_s=SLOW_S)
    shell.press("C-c")
    status, text = shell.ended(patience_s=SLOW_S)
    assert status == INTERRUPTED
    assert "goes on" in text
    status, text = shell.run("hushkey learn --minutes 1", patience_s=SLOW_S)
    assert shell.run("hushkey learn --log")[0] == 0
    return status, text


def test_the_keys_of_the_app_do_what_the_readme_says(shell: Shell, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shell.run(f"export HUSHKEY_HOME={home}")
    shell.run("HUSHKEY_PASSPHRASE=walked hushkey import data_samples/parent-history.txt")
    shell.begin("hushkey")
    shell.wait_for("history is locked")
    shell.write("walked")
    shell.press("Enter")
    shell.until(
        lambda: re.search(r"[1-9]\d* words learned", shell.screen) is not None
    )  # it is open

    shell.write("can you pick up Ted")
    shell.wait_for("Teddy")
    shell.press("Tab")
    shell.wait_for("can you pick up Teddy")
    shell.write("see you tom")
    shell.wait_for("see you tomorrow")
    shell.press("Right")
    shell.write("thank y")
    shell.wait_for("1  you")
    shell.press("M-1")
    shell.wait_for("thank you ")
    shell.write("so m")
    shell.press("Escape")
    shell.press("F1")
    shell.wait_for("Keys")
    shell.press("Escape")
    shell.wait_gone("Esc closes")

    shell.write("u")
    shell.wait_for("much")
    shell.press("F5")
    shell.wait_for("Why", "Esc closes")
    shell.press("Escape")
    shell.wait_gone("Esc closes")
    shell.press("Enter")

    shell.press("F8")
    shell.wait_for("nothing is kept")
    shell.write("the heron sleeps at noon")
    shell.press("Enter")
    shell.press("F8")

    shell.press("F10")
    shell.wait_for("Sharing", "off")
    shell.press("Escape")
    shell.wait_for("Accept")
    shell.press("C-q")
    assert shell.ended()[0] == 0

    shell.run("export HUSHKEY_PASSPHRASE=walked")
    _, newest = shell.run("hushkey history --search tomorrow --limit 3")
    assert "can you pick up Teddy see you tomorrow" in newest
    _, private = shell.run("hushkey history --search heron")
    assert "heron" not in private


def test_the_first_run_asks_before_anything_is_written(shell: Shell, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shell.run(f"export HUSHKEY_HOME={home}")
    shell.begin("hushkey")
    shell.wait_for("Before the first word", "Go on")
    assert not home.exists()
    shell.press("Enter")
    shell.wait_for("Where the key lies")
    assert not home.exists()
    shell.write("walked")
    shell.wait_for("••••••")
    row = shell.cursor_row
    shell.press("Enter")
    shell.until(lambda: shell.cursor_row > row)  # the next field has the focus
    shell.write("walked")
    shell.until(lambda: shell.screen.count("••••••") == 2)
    shell.press("Enter")
    shell.wait_for("learning as you type", "1  I")
    shell.wait_gone("Where the key lies")
    shell.write(LINE)
    shell.press("Enter", "C-q")
    assert shell.ended()[0] == 0
    _, kept = shell.run("HUSHKEY_PASSPHRASE=walked hushkey history")
    assert LINE in kept
    assert LINE.encode() not in b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())


def test_the_line_mode_and_the_settings_work_as_the_readme_says(
    shell: Shell, tmp_path: Path
) -> None:
    shell.run(f"export HUSHKEY_HOME={tmp_path / 'home'} HUSHKEY_PASSPHRASE=walked")
    shell.run("hushkey import data_samples/parent-history.txt")
    shell.begin("hushkey type --plain")
    shell.wait_for("line by line", "> ")
    shell.write("can you pick up Ted+")
    shell.press("Enter")
    shell.wait_for("1: ", "Teddy")
    shell.press("C-d")
    assert shell.ended()[0] == 0

    status, listed = shell.run("hushkey settings")
    assert status == 0
    for name in set(re.findall(r"^\| `([a-z_]+)`(?:, `([a-z_]+)`)?", README, re.MULTILINE)):
        for setting in filter(None, name):
            assert setting in listed.replace("-", "_")
    assert shell.run("hushkey set emoji on")[0] == 0
    assert re.search(r"emoji\s+on", shell.run("hushkey settings")[1])
    assert shell.run('eval "$(hushkey completion bash)"') == (0, "")
    status, text = shell.run("hushkey share status")
    assert status == 0
    assert "off" in text.lower()
    status, text = shell.run("hushkey review --list")
    assert status == 0
    shell.begin("hushkey serve --stdio")
    shell.until(lambda: shell.foreground != "bash")  # which may throw away what it did not read
    shell.write('{"id":1,"do":"hello","version":1,"surface":"walk"}')
    shell.press("Enter")
    shell.wait_for('"learns": true')
    shell.press("C-d")
    assert shell.ended()[0] == 0
