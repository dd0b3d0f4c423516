"""docs/features.md names what exists: tests that can be collected, commands, settings, modules and keys as shipped."""

import ast
import re
from dataclasses import fields
from functools import cache
from pathlib import Path

import click
import pytest

from hushkey.keyboard.settings import Settings
from hushkey.tui.actions import ACTIONS
from hushkey.tui.cli import root
from hushkey.tui.key_names import spoken

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.partition("## Who else has it")[0].splitlines()
    if re.match(r"\| (\d+|[A-I]) \|", line)
]
CODE = [mark for row in ROWS for mark in re.findall(r"`([^`]+)`", f"{row[2]} {row[3]}")]
SIGNS = {"+", "="}  # as the strip shows them


@cache
def functions(file: str) -> frozenset[str]:
    """The names of the functions of a file; Python's own parser reads it."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    defined = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, defined))


def missing_part(mark: str) -> str:
    """What a name on the page names and nobody has, or ''."""
    if mark.startswith("tests/"):
        file, _, name = mark.partition("::")
        there = (ROOT / file).is_file() and (not name or name in functions(file))
        return "" if there else mark
    if "/" in mark:
        return "" if (ROOT / mark).is_file() else mark
    if mark.startswith("hushkey "):
        return missing_command(mark.split()[1:])
    names = {field.name for field in fields(Settings)} | SIGNS
    return "" if mark in names else mark


def missing_command(words: list[str]) -> str:
    command: click.Command | None = root.root
    context = click.Context(root.root)
    for word in words:
        if word.startswith("--"):
            known = {name for parameter in command.params for name in parameter.opts}
            if word not in known:
                return word
            continue
        command = command.get_command(context, word) if isinstance(command, click.Group) else None
        if command is None:
            return word
    return ""


def test_every_demand_and_each_of_the_nine_has_a_row_and_a_test() -> None:
    assert [row[0] for row in ROWS] == [*map(str, range(1, 30)), *"ABCDEFGHI"]
    assert [row[0] for row in ROWS if "`tests/" not in row[3]] == []
    assert [row[0] for row in ROWS if not row[4]] == []


@pytest.mark.parametrize("mark", sorted(set(CODE)))
def test_what_the_page_names_exists(mark: str) -> None:
    assert missing_part(mark) == ""


def test_every_key_that_the_page_names_is_bound_as_shipped() -> None:
    shipped = {spoken(key) for action in ACTIONS for key in action.keys}
    named = set(re.findall(r"<kbd>(.*?)</kbd>", PAGE))
    assert named - shipped == set()
    assert {"F5", "F8", "Ctrl+L"} <= named


def test_what_does_not_exist_is_found() -> None:
    assert missing_part("tests/demands/test_take_back.py::test_of_nothing")
    assert missing_part("hushkey forgive")
    assert missing_part("hushkey share previews")
    assert missing_part("hushkey forget --never")
    assert missing_part("keyboard/nothing.py")
    assert missing_part("no_setting")


def test_the_matrix_speaks_of_the_demands_and_every_note_is_told() -> None:
    page = PAGE.partition("## Who else has it")[2].splitlines()
    matrix = "\n".join(line for line in page if line.startswith("|"))
    notes = "\n".join(line for line in page if not line.startswith("|"))
    used = set(re.findall(r"[●◐○] ([a-z]{1,2})\b", matrix))
    told = set(re.findall(r"(?:^|[.] )([a-z]{1,2}): ", notes, re.MULTILINE))
    assert used == told
