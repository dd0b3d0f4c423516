"""Real deltas for the benchmarks and tests of attacks: trained on histories as a device does, in this process.

The trainer of the device (hushkey.sync.device.training) runs in a child process that gives way to everything else, and
is started anew for each report. Here one network trains them all; tests/sync/attacks holds both to the same bytes.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from hushkey.keyboard.learning.lesson import pieces_of
from hushkey.model.adapter import Adapter
from hushkey.model.base import WEIGHTS, Base
from hushkey.model.training.finetune import Course, Settings
from hushkey.model.training.frozen import FrozenNetwork
from hushkey.sync.device.training import SETTINGS

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
TEXTS = ("parent-history.txt", "support-history.txt", "sysadmin-notes.txt")


class Trainer:
    """Trains deltas of one version, one after the other."""

    def __init__(self, base: Base, start: Adapter) -> None:
        self._base, self._start = base, start
        self._network = FrozenNetwork.load(base.folder / WEIGHTS)

    def delta(self, lines: Sequence[str], *, epochs: int | None = None) -> Adapter:
        """Return what a device's training changes of the version; more `epochs` than a device's are an attacker's."""
        settings = {**SETTINGS, "seed": 1} | ({} if epochs is None else {"epochs": epochs})
        course = Course(
            self._network,
            self._start,
            pieces_of(lines, self._base.vocabulary),
            Settings(**settings),  # type: ignore[arg-type]
            vocabulary=self._base.vocabulary,
        )
        while not course.done:
            course.advance()
        return course.adapter().plus(self._start.scaled(-1.0))


def histories(folder: Path = SAMPLES) -> dict[str, list[str]]:
    """Return the sample histories' lines by who writes."""
    found = {name.partition(".")[0]: _lines(folder / name) for name in TEXTS}
    entries = _lines(folder / "gardener.jsonl")
    found["gardener"] = [json.loads(line)["text"] for line in entries]
    found["student"] = [
        line.partition(": ")[2] for line in _lines(folder / "student-chat.txt") if ": " in line
    ]
    chat = json.loads((folder / "slang-telegram.json").read_text(encoding="utf-8"))
    found["slang"] = list(_said(chat["messages"]))
    return found


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _said(messages: Sequence[dict[str, object]]) -> Iterator[str]:
    for message in messages:
        text = message.get("text")
        if isinstance(text, str) and text:
            yield text
