"""Results on standard output, diagnostics on standard error. Knows no command."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

as_json = click.option("--json", "as_json", is_flag=True, help="One line of JSON for scripts.")


class _Bar:
    """Whether a progress line stands that has no end yet: what stopped early leaves one."""

    standing = False


def result(text: str) -> None:
    """Print a result, on a line of its own."""
    _below_the_bar()
    click.echo(text)


def result_json(value: Any) -> None:
    """Print a result as one line of JSON; dataclasses become objects."""
    _below_the_bar()
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False))


def note(text: str) -> None:
    """Tell the person, not the script."""
    click.echo(text, err=True)


def table(rows: Iterable[Sequence[str]]) -> None:
    """Print rows with their columns lined up; the last column is left as it is."""
    _below_the_bar()
    rows = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        click.echo("  ".join([*cells, row[-1]]).rstrip())


def bar(label: str, done: int, total: int, note: str = "") -> None:
    """Paint a progress line over the last one; nothing where standard error is not a terminal."""
    if sys.stderr.isatty():
        filled = 30 * done // max(1, total)
        line = f"\r{label} {'━' * filled}{'╌' * (30 - filled)} {done}/{total} {note}\x1b[K"
        _Bar.standing = done < total
        click.echo(line, err=True, nl=not _Bar.standing)


def _below_the_bar() -> None:
    if _Bar.standing:
        _Bar.standing = False
        click.echo(err=True)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "items"):
        return dict(value.items())
    raise TypeError(f"{type(value).__name__} has no form in JSON")
