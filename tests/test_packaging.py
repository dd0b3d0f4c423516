"""What is installed: every package and data file lands in the wheel and imports from there."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]


def _folders() -> dict[str, Path]:
    """Each sub-package of pyproject.toml, and the folder that its dotted name maps to."""
    roots: dict[str, str] = SETUPTOOLS["package-dir"]

    def folder(package: str) -> Path:
        if package in roots:
            return ROOT / roots[package]
        parent, _, name = package.rpartition(".")
        return folder(parent) / name

    return {package: folder(package) for package in SETUPTOOLS["packages"]}


def _checkout() -> list[Path]:
    """The files of the repository, committed or about to be, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the checkout is left as it was."""
    place = tmp_path_factory.mktemp("wheel")
    for name in _checkout():
        (place / "source" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place / "source" / name, follow_symlinks=False)
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    build = [sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", place, place / "source"]
    subprocess.run(build, check=True)
    (built,) = place.glob("*.whl")
    return built


def test_every_folder_that_is_a_package_is_listed_in_pyproject():
    tops = [ROOT / folder for folder in SETUPTOOLS["package-dir"].values()]
    found = {init.parent for top in tops for init in top.rglob("__init__.py")}
    assert found == set(_folders().values())


def test_the_wheel_holds_every_file_of_every_package_folder(wheel: Path):
    packages = {folder: package.replace(".", "/") for package, folder in _folders().items()}
    expected = set()
    for name in _checkout():
        inside = next((above for above in (ROOT / name).parents if above in packages), None)
        if inside is not None:
            expected.add(f"{packages[inside]}/{(ROOT / name).relative_to(inside).as_posix()}")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert expected <= held, sorted(expected - held)
    assert {"hushkey/py.typed", "hushkey/model/base/LICENSE"} <= held


def test_both_licences_travel_with_the_wheel(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        licences = {name.partition(".dist-info/licenses/")[2] for name in archive.namelist()}
    assert {"LICENSE", "model/base/LICENSE"} <= licences


def test_the_installed_wheel_imports_every_package_from_where_it_lies(wheel: Path, tmp_path: Path):
    site = tmp_path / "site"
    install = ["install", "--no-deps", "--no-index", "--quiet", "--target", site, wheel]
    subprocess.run([sys.executable, "-m", "pip", *install], check=True)
    importing = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: print(importlib.import_module(name).__file__)\n"
    )
    listed = subprocess.run(
        [sys.executable, "-c", importing, *SETUPTOOLS["packages"]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert len(listed) == len(SETUPTOOLS["packages"])
    assert [line for line in listed if not Path(line).is_relative_to(site)] == []
