"""The sample histories as so many devices' lines, and what none of them learns from. Nobody in them exists.

They lie in `data_samples/` of a checkout, and beside the other folders where hushkey is installed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hushkey.keyboard.importing import read_lines
from hushkey.keyboard.redaction import redact
from hushkey.sync.errors import ConfigRefused

FOLDER: Final = Path(__file__).resolve().parents[2] / "data_samples"
WRITERS: Final = (
    "parent-history.txt",
    "support-history.txt",
    "gardener.jsonl",
    "student-chat.txt",
    "slang-telegram.json",
    "sysadmin-notes.txt",
)
TESTS: Final = ("parent-test.txt", "support-test.txt")
HELD_OUT: Final = 6  # every sixth line of each writer: they write on about the same things


@dataclass(frozen=True, slots=True)
class Samples:
    """What devices type, oldest first, and what the gate reads."""

    devices: tuple[tuple[str, ...], ...]
    held_out: tuple[str, ...]


def read_samples(devices: int, folder: Path = FOLDER) -> Samples:
    """Cut the sample histories into so many devices with about as many words each. Raises ConfigRefused."""
    written: list[str] = []
    held_out: list[str] = []
    for name in WRITERS:
        lines = _lines(folder / name)
        held_out += lines[HELD_OUT - 1 :: HELD_OUT]
        written += [line for number, line in enumerate(lines, 1) if number % HELD_OUT]
    for name in TESTS:
        held_out += _lines(folder / name)
    if len(written) < devices:
        raise ConfigRefused(
            f"the samples have {len(written)} lines, too few for {devices} devices; nothing was started"
        )
    learned = set(written)  # people write some lines twice
    unseen = tuple(line for line in held_out if line not in learned)
    return Samples(_cut(written, devices), unseen)


def _lines(path: Path) -> list[str]:
    if not path.exists():
        raise ConfigRefused(
            f"the sample history {path.name} is not where hushkey is installed; nothing was started; "
            "install hushkey from its wheel or its checkout"
        )
    return [redact(line).text for line in read_lines(path)]


def _cut(lines: Sequence[str], parts: int) -> tuple[tuple[str, ...], ...]:
    """Cut lines into parts of about as many words; each has one line at least."""
    words = [max(1, len(line.split())) for line in lines]
    total, seen, part = sum(words), 0, 0
    cut: list[list[str]] = [[] for _ in range(parts)]
    for number, (line, count) in enumerate(zip(lines, words, strict=True)):
        left = len(lines) - number
        full = seen * parts >= total * (part + 1) or left <= parts - part - 1
        if cut[part] and full and part < parts - 1:
            part += 1
        cut[part].append(line)
        seen += count
    return tuple(tuple(one) for one in cut)
