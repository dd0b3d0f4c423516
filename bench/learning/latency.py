"""The time of a key while nothing else runs and while the adapter is trained, in alternating blocks of one run."""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from bench.document import table
from bench.learning.writers import concatenated, read_writers
from bench.typing.clock import one_core
from hushkey.keyboard.learner import LearningCancelled, LearnProgress
from hushkey.keyboard.profile import Profile, open_profile
from hushkey.keyboard.session import Session
from hushkey.model.evaluation import latency_figures

HISTORY = 60_000  # words: more than can be learned meanwhile
TYPED = 4_000  # words of other lines, typed over and over
BLOCKS = 6  # idle and training in turn
KEYS = 2_000  # a block
PAUSE_S = (
    0.015  # between two keys: faster than anybody types, so that a block meets two checkpoints
)
_WARM_KEYS = 150  # that begin a block and are not counted
MOST = 2.0  # p99 while training by p99 idle


@dataclass(slots=True)
class Took:
    """Seconds of keys, block by block."""

    blocks: list[list[float]] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, float]:
        """Return p50, p95 and p99 in milliseconds."""
        return latency_figures([took for block in self.blocks for took in block])


def add_options(parser: argparse.ArgumentParser) -> None:
    """Take the options of this part."""
    parser.add_argument("--blocks", type=int, default=BLOCKS)
    parser.add_argument("--keys", type=int, default=KEYS, help="a block")
    parser.add_argument("--smoke", action="store_true", help="two short blocks; writes nothing")


def run(options: argparse.Namespace) -> None:
    """Measure and write the section."""
    blocks, keys = (1, 500) if options.smoke else (options.blocks, options.keys)
    writers = read_writers(options.users, options.left_out)
    history = concatenated(writers, 4_000 if options.smoke else HISTORY)
    typed = concatenated(writers[::-1], TYPED)
    with tempfile.TemporaryDirectory() as home, one_core():
        profile = open_profile(Path(home), allow_bare_file=True)
        try:
            profile.import_lines(history, "import")
            idle, training = measure(profile, typed, blocks, keys)
        finally:
            profile.close()
    text = section(idle, training, keys)
    print(text)
    if not options.smoke:
        options.write("latency_while_training", text)


def measure(profile: Profile, lines: Sequence[str], blocks: int, keys: int) -> tuple[Took, Took]:
    """Type blocks of keys in turn while idle and while the profile learns."""
    session, places = profile.session("app"), _keys_of(lines)
    idle, training = Took(), Took()
    for number in range(blocks):
        idle.blocks.append(_type(session, places, keys))
        with learning(profile) as runs:
            training.blocks.append(_type(session, places, keys))
            if not runs.is_alive():
                raise RuntimeError(
                    "the training ended before its keys were typed: a longer history"
                )
        told = f"block {number + 1} of {blocks}: idle {latency_figures(idle.blocks[-1])}"
        print(told, f"training {latency_figures(training.blocks[-1])}", file=sys.stderr, flush=True)
    return idle, training


@contextmanager
def learning(profile: Profile) -> Iterator[threading.Thread]:
    """Learn in the background from the first step until the end of the block; it goes on in the next block."""
    stepped, stop = threading.Event(), threading.Event()

    def hear(_: LearnProgress) -> None:
        stepped.set()

    def learn() -> None:
        try:
            profile.learn(hear, stop.is_set)
        except LearningCancelled:
            return

    thread = threading.Thread(target=learn)
    thread.start()
    try:
        while not stepped.wait(0.1):
            if not thread.is_alive():
                raise RuntimeError("the training ended without a step")
        yield thread
    finally:
        stop.set()
        thread.join()


def _keys_of(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """(line, characters before the cursor) of each key, over and over."""
    return cycle([(line, end) for line in lines for end in range(len(line) + 1)])


def _type(session: Session, places: Iterator[tuple[str, int]], keys: int) -> list[float]:
    """Press keys through the strip, commit finished lines; return the seconds until each key was answered."""
    took: list[float] = []
    for number in range(_WARM_KEYS + keys):
        line, end = next(places)
        time.sleep(PAUSE_S)
        began = time.perf_counter()
        session.suggest(line[:end])
        if number >= _WARM_KEYS:
            took.append(time.perf_counter() - began)
        if end == len(line):
            session.commit(line)
    return took


def section(idle: Took, training: Took, keys: int) -> str:
    """Write the section."""
    shares = ("p50", "p95", "p99")
    ratio = training.figures["p99"] / idle.figures["p99"]
    each = [
        latency_figures(busy)["p99"] / latency_figures(quiet)["p99"]
        for quiet, busy in zip(idle.blocks, training.blocks, strict=True)
    ]
    held = "reached" if ratio <= MOST else f"short: {ratio:.2f}"
    return "\n".join(
        [
            "## Keys while it trains",
            "",
            f"`python -m bench.learning latency`: {len(idle.blocks)} blocks of {keys:,} keys each way, in turn,",
            f"through the app's strip, lines committed, a key every {1e3 * PAUSE_S:.0f} ms, faster than anybody types.",
            "The adapter is trained meanwhile as the profile trains it: in its child process, checkpoints written on",
            f"the way. Both share {_cores()}.",
            "",
            table(
                ["a key, ms", *shares],
                [
                    [label, *(f"{took.figures[share]:.3f}" for share in shares)]
                    for label, took in (("idle", idle), ("while it trains", training))
                ],
            ),
            "",
            f"- p99 while it trains by p99 idle: {ratio:.2f} (blocks: {min(each):.2f} to {max(each):.2f}),",
            f"  at most {MOST:.0f}: **{held}**",
        ]
    )


def _cores() -> str:
    return "one core" if hasattr(os, "sched_setaffinity") else "all cores"
