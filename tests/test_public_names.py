"""Public is what a package re-exports, no more and no less; ruff (RUF022) keeps the list sorted."""

import ast
import importlib
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "setuptools"
]


def _bound(source: str) -> set[str]:
    """The public names that an `__init__` takes from the package's modules or defines itself."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hushkey"):
            names |= {alias.asname or alias.name for alias in node.names}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.add(statement.name)
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("package", SETUPTOOLS["packages"])
def test_the_public_names_are_those_that_the_package_re_exports(package: str):
    module = importlib.import_module(package)
    assert module.__file__ is not None
    bound = _bound(Path(module.__file__).read_text(encoding="utf-8"))
    public = list(getattr(module, "__all__", []))
    assert len(public) == len(set(public))
    assert set(public) - {"__version__"} == bound


@pytest.mark.parametrize("package", SETUPTOOLS["packages"])
def test_every_public_name_can_be_had(package: str):
    module = importlib.import_module(package)
    missing = [name for name in getattr(module, "__all__", []) if not hasattr(module, name)]
    assert missing == []
