"""From a key to its painted suggestions, in a terminal: the app idle, while it trains, while devices share beside it.

python bench/app_latency.py            # about four minutes; writes its section of docs/latency.md
python bench/app_latency.py --smoke    # half a minute; writes nothing

Each program runs in a pseudo-terminal of its own, on a real profile with the shipped base. A key is a byte written to
that terminal; it is answered when the screen that the program's bytes paint shows the line, the grey text behind the
cursor and every slot as that line's answer has them. What the answer is the program says through a pipe; when it
shows is read off the terminal alone. The same keys at the same pace go to prompt_toolkit's prompt, with hushkey's
completer and with its own over the same lexicon; ibus-typing-booster's engine is asked where it is installed, and
paints nothing.
"""

import argparse
import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any, Self

import numpy as np
from app_terminal import Screen
from document import table, write_section
from embedding import HISTORY, booster_is_here, lines_of, typing_booster
from reference import reference_seconds

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "latency.md"
PROGRAMS = Path(__file__).resolve().parent / "app_programs.py"
TYPED = ("parent-test.txt", "support-test.txt")

ROWS, COLUMNS = 30, 100
LONGEST = 56  # characters of a line that are typed: with the grey text it still stands on one row
PACE_S = 0.07  # between two keys: someone who types fast
PATIENCE_S = 2.0  # for one key; what takes longer counts as that
STARTS_S = 60.0
WARM_UP = 30  # keys
TARGET_MS = 20.0


@dataclass(slots=True)
class Measured:
    """What one program took: seconds a key, keys that never showed, and whether the work beside it went on."""

    took: list[float] = field(default_factory=list)
    missed: int = 0
    busy: list[int] = field(default_factory=list)

    def cells(self) -> list[str]:
        """Return the percentiles and counts as a row."""
        shares = np.percentile(1e3 * np.array(self.took), (50, 95, 99))
        return [*(f"{share:.1f}" for share in shares), f"{len(self.took)}", f"{self.missed}"]


class Program:
    """One program in a terminal, and what it says that it shows."""

    def __init__(self, *arguments: object, home: Path) -> None:
        self._terminal, theirs = os.openpty()
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._pipe, telling = os.pipe()
        self.screen = Screen(ROWS, COLUMNS)
        self.truths: dict[str, list[dict[str, Any]]] = {}
        self.busy = 0
        self.painted_at = 0.0
        self._rest = b""
        command = [sys.executable, PROGRAMS, arguments[0], telling, *arguments[1:]]
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,  # to which Textual paints
            env={
                **os.environ,
                "HUSHKEY_HOME": str(home),
                "TERM": "xterm-256color",
                "PROMPT_TOOLKIT_NO_CPR": "1",
            },
            pass_fds=[telling],
            start_new_session=True,
        )
        os.close(theirs)
        os.close(telling)

    def press(self, data: str) -> float:
        """Write a key; return when."""
        now = perf_counter()
        os.write(self._terminal, data.encode())
        return now

    def read(self, patience_s: float) -> bool:
        """Take what comes within a time, from the terminal and from the pipe; say whether anything did."""
        ready, _, _ = select.select([self._terminal, self._pipe], [], [], max(0.0, patience_s))
        if self._terminal in ready:
            try:
                data = os.read(self._terminal, 1 << 16)
            except OSError:
                return False
            self.painted_at = perf_counter()
            self.screen.feed(data)
        if self._pipe in ready:
            *whole, self._rest = (self._rest + os.read(self._pipe, 1 << 16)).split(b"\n")
            for line in whole:
                truth = json.loads(line)
                self.truths.setdefault(truth["asked"], []).append(truth)
                self.busy = truth["busy"]
        return bool(ready)

    def shows(self, line: str) -> bool:
        """Whether a line stands on the screen with one of its answers."""
        rows = [self.screen.text(row).strip() for row in range(ROWS)]
        return any(
            _has_line(rows, line + truth["ghost"]) and _has_words(rows, truth["slots"])
            for truth in self.truths.get(line, ())
        )

    def wait_for(self, line: str, patience_s: float) -> bool:
        """Wait until a line shows with its answer."""
        end = monotonic() + patience_s
        while not self.shows(line):
            if (left := end - monotonic()) <= 0 or self._process.poll() is not None:
                return False
            self.read(min(left, 0.5))
        return True

    def rest(self, until: float) -> None:
        """Read on until a moment."""
        while (left := until - perf_counter()) > 0:
            self.read(left)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            end = monotonic() + STARTS_S
            while self._process.poll() is None and monotonic() < end:
                self.read(0.1)
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._terminal)
        os.close(self._pipe)


def _has_line(rows: list[str], line: str) -> bool:
    wanted = line.strip()
    return any(row in (wanted, f"> {wanted}".strip()) for row in rows)


def _has_words(rows: list[str], words: list[str]) -> bool:
    """Whether the strip, or the menu, holds exactly these: each slot's word behind its number, or each on a row."""
    strip = next((row for row in rows if row[:1] == "1" and " 2" in row and " 3" in row), None)
    if strip is None:
        menu = {row.strip("│ ").split("  ")[0] for row in rows}  # behind it stands what it is
        return all(word in menu for word in words)
    return _slots(strip) == [word.strip() for word in words]


def _slots(strip: str) -> list[str]:
    """Return the words of the strip's row; each slot has a third of it, its number and mark before the word."""
    places = [0, strip.find(" 2", 20) + 1, strip.rfind(" 3") + 1, len(strip)]
    return [strip[at + 2 : end].strip() for at, end in pairwise(places)]


def keys(count: int) -> Iterator[tuple[str, str]]:
    """(key, the line that then stands) of some keys; a line ends before it would be too long."""
    lines = (line[:LONGEST].rsplit(" ", 1)[0] for line in cycle(lines_of(TYPED)))
    typed = (
        (character, line[: end + 1])
        for line in lines
        for end, character in enumerate(line)
        if line.isascii()
    )
    return islice(typed, count)


def drive(program: Program, count: int) -> Measured:
    """Type at a pace; return what each key took from its writing to its last painted byte."""
    measured, last = Measured(), ""
    if not program.wait_for("", STARTS_S):
        raise SystemExit("the program did not begin: see bench/app_programs.py")
    program.rest(perf_counter() + 1.0)
    for number, (key, line) in enumerate(keys(count + WARM_UP)):
        if len(line) == 1 and last:
            program.press("\r")
            program.rest(perf_counter() + 5 * PACE_S)
        program.truths.clear()
        last, pressed = line, program.press(key)
        shown = program.wait_for(line, PATIENCE_S)
        if number >= WARM_UP:
            measured.took.append(program.painted_at - pressed if shown else PATIENCE_S)
            measured.missed += not shown
            measured.busy.append(program.busy)
        program.rest(pressed + PACE_S)
    return measured


def fill(home: Path) -> None:
    """Make a profile with a history."""
    from hushkey import open_profile  # noqa: PLC0415

    with open_profile(home, allow_bare_file=True) as profile:
        profile.import_lines(lines_of(HISTORY), "import")


CASES = (
    ("the app, idle", ("app", "")),
    ("the app, while it trains the personal adapter", ("app", "learning")),
    ("the app, while four devices and both operators share beside it", ("app", "sharing")),
    ("prompt_toolkit's prompt, `HushkeyCompleter`", ("prompt", "")),
    ("prompt_toolkit's prompt, its own `WordCompleter`, same lexicon", ("prompt", "own")),
)


def section(count: int, only: str) -> str:
    """Measure every case; return the table and how it was made."""
    rows, notes = [], []
    before, load = 1e3 * reference_seconds(), os.getloadavg()[0]
    for name, arguments in CASES:
        if only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            fill(home)
            with Program(*arguments, home=home) as program:
                measured = drive(program, count)
        rows.append([name, *measured.cells()])
        if arguments[1] == "learning":
            share = np.mean(np.array(measured.busy) > 0)
            notes.append(f"A training was under way for {share:.0%} of the keys of its row.")
        if arguments[1] == "sharing":
            seen = measured.busy[-1] - measured.busy[0]
            notes.append(f"The devices went {seen} steps on during theirs.")
        print(*rows[-1], *notes[-1:], flush=True)
        sleep(1.0)
    if booster_is_here() and not only:
        engine = Measured(typing_booster(Path(), count))
        rows.append(["ibus-typing-booster's engine alone, nothing painted", *engine.cells()])
        print(*rows[-1], flush=True)
    after = 1e3 * reference_seconds()
    words = sum(len(line.split()) for line in lines_of(HISTORY))
    head = ["key to painted suggestions, ms", "p50", "p95", "p99", "keys", "not within 2 s"]
    return "\n".join(
        [
            f"`python bench/app_latency.py`: {os.cpu_count()} cores, a load of {load:.1f} at the start; the fixed",
            f"loop of `bench/reference.py` took {before:.2f} ms before and {after:.2f} ms after. A key every",
            f"{1e3 * PACE_S:.0f} ms in a terminal of {COLUMNS} columns, over a history of {words:,} words.",
            f"The target of the app is {TARGET_MS:.0f} ms at p95.",
            "",
            table(head, rows),
            "",
            *notes,
        ]
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=500, help="of each program")
    parser.add_argument("--smoke", action="store_true", help="a few keys, nothing written")
    parser.add_argument("--only", default="", help="cases whose name holds this; nothing written")
    asked = parser.parse_args()
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ["OMP_NUM_THREADS"] = "1"
    text = section(40 if asked.smoke else asked.keys, asked.only)
    if not (asked.smoke or asked.only):
        write_section(DOCUMENT, "app-latency", text)


if __name__ == "__main__":
    main()
