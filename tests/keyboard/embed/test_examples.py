"""The examples of the Python API run as they stand; none needs more than the base install."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BEYOND = ("torch", "textual", "msgspec", "click", "prompt_toolkit", "pygls", "onnx", "psutil")

# Runs a file as __main__ where nothing beyond the base install can be imported.
BASE_ALONE = f"""
import importlib.abc, runpy, sys

class Refuses(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BEYOND!r}:
            raise ModuleNotFoundError(f"{{name}} is not in the base install", name=name)

sys.meta_path.insert(0, Refuses())
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def run(example: str, environ: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BASE_ALONE, str(ROOT / "examples" / example)],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_synchronous_example_runs_on_the_base_install_alone(environ):
    assert run("python_sync.py", environ).splitlines() == [
        "['tomorrow', 'tomorrowland', 'tomorrows']",
        "See you tomorrow ",
        "2 uses, new: True",
        "kept in private: False",
        "lines that held it: 2",
    ]


def test_the_asynchronous_example_runs_on_the_base_install_alone(environ):
    printed = run("python_async.py", environ).splitlines()
    assert printed[1:] == [
        "the newer question: ['tomorrow', 'tomorrowland', 'tomorrows']",
        "accepted: tomorrow ",
        "words learned: 3",
    ]
    assert printed[0].startswith("the older question: ")


def test_the_adapters_need_their_library_and_say_so(environ):
    asking = "from hushkey.keyboard.embed import HushkeyAutoSuggest"
    refusing = BASE_ALONE.replace('runpy.run_path(sys.argv[1], run_name="__main__")', asking)
    done = subprocess.run(
        [sys.executable, "-c", refusing], env=environ, check=False, capture_output=True, text=True
    )
    assert "prompt_toolkit is not in the base install" in done.stderr


def test_every_example_is_run_by_a_test():
    tested = " ".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    examples = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_file())
    assert [name for name in examples if f'"{name}"' not in tested] == []


@pytest.mark.parametrize("name", ["AsyncSession", "Surface", "Why"])
def test_the_python_names_load_no_adapter(environ, name):
    code = (
        f"import sys; from hushkey.keyboard.embed import {name}; "
        f"print(*sorted(set({BEYOND!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == ""
