"""Draw the README's pictures: the real app on a real profile, with the sample histories behind it, driven key by key.

    python bench/screens.py [--only typing] [--out docs/screens]

The profile is made for this in a folder that is thrown away, and learns what `data_samples/` holds as if it had been
typed over the last weeks; for the picture of learning it is trained, for that of neighbours sample devices share, for
real. The folder stands for a home: its path is as long as /home/ada, which is written in its place, and nothing else of
a picture is changed but that fonts of other machines are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import shutil
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import keyring
from keyring.backends import null

from hushkey.keyboard.dated import Dated
from hushkey.keyboard.importing import read_lines
from hushkey.model.plans import preset
from hushkey.tui.app import HushkeyApp
from hushkey.tui.opening import KeyChoice
from hushkey.tui.owner import OwnerOpener
from hushkey.tui.picture import self_contained
from hushkey.tui.plain import PlainTyping
from hushkey.tui.sharing_opening import OwnerSharing

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from textual.pilot import Pilot

    from hushkey.keyboard.profile import Profile

ROOT: Final = Path(__file__).resolve().parents[1]
SAMPLES: Final = ROOT / "data_samples"
WRITTEN: Final = (
    ("parent-history.txt", "app", None),
    ("gardener.jsonl", "notes", None),
    ("sysadmin.zsh_history", "shell", None),
    ("student-chat.txt", "chat", "Priya"),
)
SHOWN_HOME: Final = "/home/ada"
DAY_S: Final = 86_400.0
SPREAD_DAYS: Final = 40  # over which the sample lines were typed
TRAINED_S: Final = 3_600.0  # at most, each of the runs that the learning room shows
PARTS: Final = 3
DEMONSTRATION_S: Final = 1_200.0
COLUMNS, ROWS = 100, 30
PASSPHRASE: Final = "only for these pictures"  # noqa: S105 - of a profile that is thrown away
FINISHED: Final = (
    "Morning love, can you grab bread on your way home please",
    "Juno has choir until four, I'll fetch her",
    "It's Friday, so tomorrow we can all sleep in",
    "Don't forget that",
)
UNFINISHED: Final = "Teddy needs his swi"
TALK: Final = ("can you pick up Ted+", ":why 1", "1", "at three", "", ":quit")


@dataclass
class Sitting:
    """Somebody before the running app."""

    app: HushkeyApp
    pilot: Pilot[object]

    async def press(self, *keys: str) -> None:
        """Press keys, each once the last one's answer is there."""
        editor = self.app.typing.editor
        for key in keys:
            await self.pilot.press(key)
            await self.until(lambda: editor.offer.asked == editor.before)

    async def until(self, holds: Callable[[], bool], *, patience_s: float = 60.0) -> None:
        """Wait; what never comes ends the drawing."""
        end = time.monotonic() + patience_s
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError("the app did not come to what was to be drawn")
            await self.pilot.pause(0.02)

    async def rest(self, seconds: float = 1.0) -> None:
        """Let what a room reads and plots come in."""
        await asyncio.sleep(seconds)
        await self.pilot.pause()


async def typing(sitting: Sitting) -> None:
    """Two lines finished, a third under way: ghost text, the strip, what is being kept, keys saved."""
    editor = sitting.app.typing.editor
    for line in FINISHED:
        await _as_the_ideal_typist(sitting, line)
        await sitting.press("enter")
    await _as_the_ideal_typist(sitting, UNFINISHED)
    await sitting.until(lambda: bool(editor.suggestion))
    await sitting.rest()


async def why(sitting: Sitting) -> None:
    """What speaks for the suggestion."""
    await typing(sitting)
    await sitting.pilot.press("f5")
    await sitting.rest()


async def benefit(sitting: Sitting) -> None:
    """Keys saved, and who brought it."""
    await typing(sitting)
    await sitting.press("enter")
    await sitting.rest()
    await sitting.pilot.press("ctrl+t")
    await sitting.rest()


def room(key: str) -> Callable[[Sitting], Coroutine[None, None, None]]:
    """The scene of a room that a key opens."""

    async def scene(sitting: Sitting) -> None:
        await sitting.pilot.press(key)
        await sitting.until(lambda: sitting.app.screen is not sitting.app.typing)
        await sitting.rest(3)

    return scene


async def neighbours(sitting: Sitting) -> None:
    """Sample devices and both operators on this machine, until a version is out."""
    await room("f10")(sitting)
    await sitting.pilot.press("d")
    from hushkey.tui.demonstration.screen import DemonstrationView  # noqa: PLC0415 - shown just now

    await sitting.until(lambda: bool(sitting.app.screen.query(DemonstrationView)))
    view = sitting.app.screen.query_one(DemonstrationView)
    await sitting.until(
        lambda: view.moment is not None and any(b.released for b in view.moment.batches),
        patience_s=DEMONSTRATION_S,
    )
    await sitting.rest(2)


SCENES: Final = {  # what is done, columns, rows
    "typing": (typing, COLUMNS, 20),
    "why": (why, COLUMNS, ROWS),
    "benefit": (benefit, COLUMNS, ROWS),
    "learned": (room("ctrl+l"), COLUMNS, ROWS),
    "learning": (room("ctrl+r"), COLUMNS, 44),
    "privacy": (room("ctrl+o"), COLUMNS, 60),
    "sharing": (room("f10"), COLUMNS, ROWS),
    "neighbours": (neighbours, COLUMNS, ROWS),
}


async def _as_the_ideal_typist(sitting: Sitting, text: str) -> None:
    """Type; where a slot offers the word under way, take it."""
    editor = sitting.app.typing.editor
    while (done := editor.before) != text:
        rest = text[len(done) :]
        word = rest.split(" ", 1)[0]
        begun = done.rsplit(" ", 1)[-1]
        offer = editor.offer
        slots = zip(offer.filled, offer.suggestions, strict=True)
        slot = next((at + 1 for at, each in slots if word and each.text == begun + word), None)
        whole = rest.startswith(word + " ")
        await sitting.press(f"alt+{slot}" if slot is not None and whole else rest[0])


def draw(scene: Callable[[Sitting], Coroutine[None, None, None]], columns: int, rows: int) -> str:
    """Return the picture of a scene."""
    app = HushkeyApp(_opener(), OwnerSharing())
    pictures: list[str] = []

    async def play(pilot: Pilot[object]) -> None:
        sitting = Sitting(app, pilot)
        await sitting.until(lambda: app.typing.begun)
        app.typing.editor.cursor_blink = False
        await scene(sitting)
        app.clear_notifications()
        await pilot.pause(0.5)
        pictures.append(app.export_screenshot(title="hushkey"))
        app.exit()

    try:
        app.run(headless=True, size=(columns, rows), auto_pilot=play)
    finally:
        app.finish()
    if not pictures:
        raise RuntimeError(f"the app ended before the picture: {app.fault}")
    return self_contained(pictures[0])


def talk(profile: Profile) -> str:
    """Return a conversation in line mode, what was entered behind its prompt."""
    spoken = PlainTyping(profile)
    lines = ["$ hushkey type --plain", *spoken.greeting()]
    for entered in TALK:
        lines += [f"> {entered}".rstrip(), *spoken.step(entered)]
    return "\n".join(lines) + "\n"


def learned(profile: Profile, now: float, *, trained: bool) -> None:
    """Let the profile learn the sample histories, in parts, with a real run behind each."""
    written = sorted(_written(now), key=lambda line: line.at)
    for part in range(PARTS):
        ends = [len(written) * n // PARTS for n in (part, part + 1)]
        profile.merge_lines(written[slice(*ends)])
        if trained:
            profile.learn(plan=preset("tiny"), limit_s=TRAINED_S)


def _written(now: float) -> Iterator[Dated]:
    for name, surface, author in WRITTEN:
        lines = list(read_lines(SAMPLES / name, author=author))
        for place, line in enumerate(lines):
            yield Dated(now - SPREAD_DAYS * DAY_S * (1 - (place + 1) / len(lines)), surface, line)


def _opener() -> OwnerOpener:
    return OwnerOpener({**os.environ, "HUSHKEY_PASSPHRASE": PASSPHRASE})


@contextmanager
def a_home() -> Iterator[Path]:
    """Make a folder whose path is as long as /home/ada, and let this process live there."""
    home = Path("/tmp") / secrets.token_hex(2)  # noqa: S108 - made anew, for its owner alone
    home.mkdir(mode=0o700)
    for name in [name for name in os.environ if name.startswith(("XDG_", "HUSHKEY_"))]:
        del os.environ[name]
    os.environ |= {"HOME": str(home), "DO_NOT_TRACK": ""}
    os.environ.pop("NO_COLOR", None)
    keyring.set_keyring(null.Keyring())
    try:
        yield home
    finally:
        shutil.rmtree(home)


def main() -> int:
    """Draw what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screens")
    parser.add_argument("--only", nargs="*", choices=[*SCENES, "line-mode"], default=None)
    chosen = parser.parse_args()
    wanted = chosen.only or [*SCENES, "line-mode"]
    chosen.out.mkdir(parents=True, exist_ok=True)
    with a_home() as home:

        def write(name: str, text: str) -> None:
            if str(ROOT) in text:
                raise RuntimeError(f"{name} would show a path of this machine; nothing was written")
            (chosen.out / name).write_text(text.replace(str(home), SHOWN_HOME), encoding="utf-8")
            print(f"{chosen.out / name}", file=sys.stderr)

        with _opener().open(KeyChoice()) as profile:
            learned(profile, time.time(), trained="learning" in wanted)
        aside = shutil.copytree(home, home.with_name(f"{home.name}-learned"))
        try:
            for name in wanted:  # each begins with the same profile
                shutil.rmtree(home)
                shutil.copytree(aside, home)
                if name in SCENES:
                    write(f"{name}.svg", draw(*SCENES[name]))
                    continue
                with _opener().open(KeyChoice()) as profile:
                    write("line-mode.txt", talk(profile))
        finally:
            shutil.rmtree(aside)
    return 0


if __name__ == "__main__":
    sys.exit(main())
