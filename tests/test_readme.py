"""What the README shows is run, as written: the tour in one shell, the program in one interpreter."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
_BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _blocks(language: str, mark: str) -> list[str]:
    """The code blocks whose fence says ```language mark, in the order of the page."""
    return [
        code
        for name, marks, code in _BLOCK.findall(README)
        if name == language and mark in marks.split()
    ]


def _tour(blocks: list[str], place: Path) -> dict[str, str]:
    """What each block prints, all run in one shell whose owner, keyring and path are not ours."""
    environ = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
    environ |= {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(place),
        "TMPDIR": str(place),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    end = "---- end of block ----\n"
    done = subprocess.run(
        ["bash", "-euxo", "pipefail"],
        input="".join(f"{block}\nprintf %s '{end}'\n" for block in blocks),
        cwd=ROOT,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(blocks, done.stdout.split(end), strict=False))


@pytest.mark.slow
def test_the_tour_runs_as_written(tmp_path: Path):
    printed = _tour(_blocks("sh", "tour"), tmp_path)

    def after(command: str) -> str:
        (found,) = (text for block, text in printed.items() if command in block)
        return found

    assert "Teddy" in after('hushkey suggest "are you in the "').split()
    assert "1 × card cut out" in after("--author Priya")
    assert "swimming kit" in after("hushkey forget radiator").partition("forgotten")[0]
    assert "radiator" not in after("hushkey forget radiator").partition("forgotten")[2]
    rows = [json.loads(line) for line in after("hushkey eval").splitlines()]
    assert len(rows) == 4  # one writer thrice, three writers once
    assert [row["regime"] for row in rows].count("cold") == 2
    assert "wiped" in after("hushkey wipe --yes")


def test_the_program_runs_as_written():
    (program,) = _blocks("python", "runs")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Please stake the dahlias " in done.stdout


def test_the_plain_commands_are_those_that_make_runs():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for needed in (
        "--no-build-isolation",
        "setuptools",
        "'.[app,coordinator]'",
        "'.[dev]'",
        "constraints.txt",
    ):
        assert needed in README
        assert needed in makefile


def test_every_file_that_the_readme_links_to_is_there():
    assert [name for name in _LINK.findall(README) if not (ROOT / name).exists()] == []
