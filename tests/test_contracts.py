"""Promises about the repository as a whole that no single module can keep by itself."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("hushkey", "keyboard", "model", "sync", "tui")

# In halves, so that this file does not name what it looks for.
REGISTRIES = re.compile(
    "|".join(
        re.escape(f"{name}.{domain}")
        for name, domain in [
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("pytorch", "org/whl"),
            ("anaconda", "org"),
            ("npmjs", "org"),
            ("crates", "io"),
        ]
    )
)
MADE_UP = "(?:ada|ann)"  # whose homes examples may name
ONE_MACHINE = re.compile(rf"(?<![\w.~-])/(?:(?:home|Users)/(?!{MADE_UP}\b)|root/|work/)\w")


def _texts() -> Iterator[tuple[Path, str]]:
    """Every file of the repository that is text, committed or about to be."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if b"\0" not in content[:8192]:
                yield path.relative_to(ROOT), content.decode("utf-8", errors="replace")


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {
        _normalised(line.partition("==")[0]): line.partition("==")[2]
        for line in lines
        if line and not line.startswith("#")
    }


@pytest.mark.parametrize("pattern", [REGISTRIES, ONE_MACHINE], ids=["registry hosts", "own paths"])
def test_no_file_names(pattern: re.Pattern[str]):
    named = [f"{path}: {found[0]}" for path, text in _texts() if (found := pattern.search(text))]
    assert named == []


def test_every_pin_is_exact_and_has_no_local_label():
    assert [
        name
        for name, version in _pins().items()
        if not re.fullmatch(r"[\d.]+(?:\.post\d+)?", version)
    ] == []


def test_constraints_pin_everything_that_pyproject_asks_for():
    extras = PROJECT["optional-dependencies"].values()
    asked = [*PROJECT["dependencies"], *(need for extra in extras for need in extra)]
    names = {_normalised(re.split(r"[\[<>=!~ ;]", need, maxsplit=1)[0]) for need in asked}
    assert names - {"hushkey"} - _pins().keys() == set()


def test_the_pinned_torch_is_the_one_that_the_commands_install():
    assert _pins()["torch"] == "2.13.0"


def test_layers_point_one_way():
    # Over the symlinks of .typing, as type checkers do: the folder hushkey/ holds no sub-packages.
    done = subprocess.run(
        [
            Path(sys.executable).parent / "lint-imports",
            "--no-cache",
            "--config",
            "../pyproject.toml",
        ],
        cwd=ROOT / ".typing",
        env={**os.environ, "PYTHONPATH": "."},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_torch_is_imported_only_where_training_happens():
    importing = set()
    for top in PACKAGES:
        for path in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if not isinstance(node, ast.Import | ast.ImportFrom):
                    continue
                names = [alias.name for alias in node.names]
                module = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if any(name.split(".")[0] == "torch" for name in module or names):
                    importing.add(path.relative_to(ROOT).parent)
    assert importing <= {Path("model/training")}


def test_suggesting_loads_neither_torch_nor_textual():
    suggesting = (
        "import sys\n"
        "from hushkey.keyboard.engine import SuggestionEngine\n"
        "assert SuggestionEngine().suggest('on my ', 3)\n"
        "print(sorted({'torch', 'textual', 'click', 'onnx'} & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", suggesting], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
