"""Whose words train a base: licences and attributions read from the README that lies with the corpora."""

import re
from dataclasses import dataclass
from pathlib import Path

from hushkey.model.errors import CorpusRefused
from hushkey.model.training.corpus import name_of

_NOT_STATED = "not stated"
_ROW = re.compile(r"^\|\s*`(?P<file>[^`]+)`\s*\|(?P<rest>.*)\|\s*$")
_HEADING = re.compile(r"^#{2,4}\s+(?P<title>\S+)")
_LINE = re.compile(r"^-\s+(?P<key>[A-Z][A-Za-z ]+):\s*(?P<text>.*)$")


@dataclass(frozen=True, slots=True)
class Source:
    """One corpus: what a model card must say of it."""

    name: str
    licence: str = _NOT_STATED
    origin: str = _NOT_STATED
    may_train: str = _NOT_STATED


def sources_of(paths: list[Path]) -> list[Source]:
    """Return what the README beside (or above) the files says of each.

    Raises CorpusRefused where it says of a file anything but that it may train the shipped model. A folder
    without a README is its owner's own business: licences then stand as not stated.
    """
    folder = paths[0].parent
    readme = next(
        (p for p in (folder / "README.md", folder.parent / "README.md") if p.exists()), None
    )
    if readme is None:
        return [Source(name_of(path)) for path in paths]
    text = readme.read_text(encoding="utf-8")
    rows, sections = _rows(text), _sections(text)
    found = [_source(path, folder.name, rows, sections) for path in paths]
    refused = [source.name for source in found if not source.may_train.startswith("yes")]
    if refused:
        raise CorpusRefused(
            f"{readme.name} does not mark {', '.join(refused)} as allowed to train a model; "
            "nothing was trained; leave these files out of the folder"
        )
    return found


def _source(
    path: Path, folder: str, rows: dict[str, list[str]], sections: dict[str, dict[str, str]]
) -> Source:
    cells = rows.get(path.name, [])
    said = sections.get(f"{folder}/{path.name}", {})
    return Source(
        name=name_of(path),
        licence=cells[-2] if len(cells) > 1 else said.get("Licence", _NOT_STATED),
        origin=said.get("Source", _NOT_STATED),
        may_train=cells[-1] if cells else _NOT_STATED,
    )


def _rows(text: str) -> dict[str, list[str]]:
    """Cells behind the file's name, of each table row that names a file."""
    matches = (_ROW.match(line) for line in text.splitlines())
    return {m["file"]: [cell.strip() for cell in m["rest"].split("|")] for m in matches if m}


def _sections(text: str) -> dict[str, dict[str, str]]:
    """`- Key: text` lines under each heading, by heading."""
    sections: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in text.splitlines():
        if heading := _HEADING.match(line):
            current = sections.setdefault(heading["title"], {})
        elif said := _LINE.match(line):
            current.setdefault(said["key"], said["text"])
    return sections
