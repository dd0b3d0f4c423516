"""Examine an installation and its owner's files. Changes nothing; no finding quotes typed text."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import platform
import shutil
import stat
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal

from hushkey.keyboard.system_keyring import system_keyring
from hushkey.tui.faults import describe
from hushkey.tui.opening import KEY_PLACE_NOTES
from hushkey.tui.owner import OwnerOpener
from hushkey.tui.stored import kept
from hushkey.tui.view_model import review_due

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from hushkey.keyboard.history import History
    from hushkey.keyboard.paths import Places

Verdict = Literal["well", "mind", "ill"]

ROOM_MB: Final = 200  # free disk below which a warning is due: a base and a history, twice
_NEEDED: Final = ("onnxruntime", "numpy", "sentencepiece", "sqlcipher3", "cryptography", "keyring")
_MINIMUM: Final = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is, and how to mend it where it is not well."""

    subject: str
    verdict: Verdict
    detail: str
    mend: str = ""


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Look at everything; a check that fails itself is a finding."""
    opener = OwnerOpener(environ)
    here = opener.places
    checks: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("training", _training),
        ("base", _base),
        ("keyring", _keyring),
        ("key", lambda: _key(opener)),
        ("permissions", lambda: _permissions(here)),
        ("history", lambda: _history(opener)),
        ("disk", lambda: _disk(here)),
        ("preferences", lambda: _preferences(here)),
        ("terminal", lambda: _terminal(environ)),
    )
    findings: list[Finding] = []
    for subject, check in checks:
        try:
            findings += check()
        except Exception as error:  # noqa: BLE001 - the doctor reports what is broken, whatever it is
            findings.append(Finding(subject, "ill", describe(error)))
    return findings


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    if sys.version_info[:2] < _MINIMUM:
        yield Finding("python", "ill", version, "Install Python 3.11 or later.")
    else:
        yield Finding("python", "well", f"{version}, {platform.system()} {platform.machine()}")


def _packages() -> Iterator[Finding]:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        mend = "pip install 'hushkey[app]' -c constraints.txt"
        yield Finding("packages", "ill", "missing: " + ", ".join(missing), mend)
    else:
        yield Finding("packages", "well", ", ".join(f"{n} {_version(n)}" for n in _NEEDED))
    if find_spec("textual") is None:
        yield Finding("app", "mind", "Textual is not installed", "pip install 'hushkey[tui]'")
    else:
        yield Finding("app", "well", f"textual {_version('textual')}")


def _training() -> Iterator[Finding]:
    if find_spec("torch") is None:  # found, not imported: importing takes seconds
        mend = "Suggestions work without it; to train the adapter: pip install 'hushkey[learn]'"
        yield Finding("training", "mind", "torch is not installed: 'learn' cannot train", mend)
    else:
        yield Finding("training", "well", f"torch {_version('torch')}")


def _base() -> Iterator[Finding]:
    from hushkey.model.base import load_base

    shipped = load_base()
    damaged = shipped.damaged_files()
    if damaged:
        mend = "Reinstall hushkey: these are not the files that its manifest names."
        yield Finding("base", "ill", "damaged: " + ", ".join(damaged), mend)
    else:
        count = len(shipped.hashes)
        yield Finding("base", "well", f"{shipped.identity[:12]}, {count} files with their hashes")


def _keyring() -> Iterator[Finding]:
    if system_keyring() is None:
        yield Finding("keyring", "mind", "this system has none that encrypts")
    else:
        yield Finding("keyring", "well", "there is one")


def _key(opener: OwnerOpener) -> Iterator[Finding]:
    survey = opener.survey()
    if survey.key_place is None:
        mend = "Set HUSHKEY_PASSPHRASE, or start 'hushkey' and choose a passphrase."
        yield Finding("key", "mind", "no place for the key is chosen yet", mend)
    else:
        tense = "will lie " if survey.first_run else "lies "
        note = tense + KEY_PLACE_NOTES[survey.key_place]
        yield Finding("key", "mind" if survey.key_place == "file" else "well", note)


def _permissions(here: Places) -> Iterator[Finding]:
    named = (here.data, *(each.path for each in kept(here)))
    found = [path for path in named if path.exists()]
    loose = [path for path in found if _open_to_others(path)]
    if loose:
        names = " ".join(f"'{path}'" for path in loose)
        mend = f"chmod go-rwx {names}"
        yield Finding("permissions", "ill", f"others may read {len(loose)} of our files", mend)
    else:
        yield Finding("permissions", "well", f"{len(found)} files, only their owner's")


def _history(opener: OwnerOpener) -> Iterator[Finding]:
    if not opener.places.history.exists():
        yield Finding("history", "well", "none yet")
        return
    if opener.survey().asks_passphrase:
        mend = "Set HUSHKEY_PASSPHRASE for the doctor, and it will look inside."
        yield Finding("history", "mind", "locked by a passphrase; not examined", mend)
        return
    with _opened(opener) as history:  # which examines its pages
        held = f"opens, its pages are whole, {history.count():,} entries"
        yield Finding("history", "well", held)
        yield _redaction(history)
        yield _review(history)


def _redaction(history: History) -> Finding:
    counts = history.redactions.by_kind()
    if not counts:
        return Finding("redaction", "well", "nothing was cut out yet")
    each = ", ".join(f"{one.count:,} {one.kind}" for one in counts)
    since = min(one.since for one in counts)
    return Finding("redaction", "well", f"cut out since {since}: {each}")


def _review(history: History) -> Finding:
    from hushkey.keyboard.review_due import words_due
    from hushkey.model.base import load_base

    in_base = load_base().lexicon.find
    due = words_due(history, lambda word: in_base(word) is not None, time.time())
    if due:
        return Finding("review", "mind", review_due(due), "Keep or forget them: hushkey review")
    return Finding("review", "well", "none is due")


@contextmanager
def _opened(opener: OwnerOpener) -> Iterator[History]:
    """Open the history alone, without an engine. Raises KeyboardError."""
    from hushkey.keyboard.history import History
    from hushkey.keyboard.keystore import open_keystore
    from hushkey.keyboard.store import Store

    key = open_keystore(opener.places.data, passphrase=opener.passphrase)
    store = Store.open(opener.places.history, key.history_key())
    try:
        yield History(store)
    finally:
        store.close()


def _disk(here: Places) -> Iterator[Finding]:
    folder = next(path for path in (here.data, *here.data.parents) if path.exists())
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < ROOM_MB:
        mend = f"Free some room where {folder} lies; below it, lines may not be kept."
        yield Finding("disk", "mind", f"{free_mb:,} MB free", mend)
    else:
        yield Finding("disk", "well", f"{free_mb:,} MB free")


def _preferences(here: Places) -> Iterator[Finding]:
    from hushkey.tui.preferences import read

    held = read(here.preferences)
    for fault in held.faults:
        mend = f"Mend it in {here.preferences}; 'hushkey keys' prints what holds."
        yield Finding("preferences", "mind", fault, mend)
    if not held.faults:
        changed = len(held.keymap.chosen)
        there = here.preferences.exists()
        yield Finding("preferences", "well", f"{changed} keys changed" if there else "as shipped")


def _terminal(environ: Mapping[str, str]) -> Iterator[Finding]:
    term = environ.get("TERM", "")
    columns = shutil.get_terminal_size().columns
    detail = f"{term or 'no TERM'}, {columns} columns, {_colours(environ)}"
    if not term or term == "dumb":
        yield Finding("terminal", "mind", detail, "Use 'hushkey type --plain' here.")
    elif columns < 60:
        yield Finding("terminal", "mind", detail, "Widen it to 60 columns.")
    else:
        yield Finding("terminal", "well", detail)


def _colours(environ: Mapping[str, str]) -> str:
    if "NO_COLOR" in environ:
        return "NO_COLOR is set"
    true = environ.get("COLORTERM", "") in {"truecolor", "24bit"}
    return "true colour" if true else "few colours"


def _open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "of an unknown version"
