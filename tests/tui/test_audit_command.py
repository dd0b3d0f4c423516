"""`hushkey audit` in a shell of its own: what it says, what it keeps, what it leaves as it was."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hushkey.tui.cli.exits import Exit

PASSPHRASE = "a pass phrase"
SENTENCE = "please bring the blue kettle and some seeded bread before lunch tomorrow"
LINES = [SENTENCE[place % 7 :] for place in range(60)]


def environ(home: Path) -> dict[str, str]:
    return {**os.environ, "HUSHKEY_HOME": str(home), "HUSHKEY_PASSPHRASE": PASSPHRASE}


def hushkey(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hushkey", *arguments],
        env=environ(home),
        check=False,
        capture_output=True,
        text=True,
    )


def digests(home: Path) -> dict[str, str]:
    """The files of a home but for the database, whose settings hold the last audit."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file() and not path.name.startswith("history.db")
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a history."""
    place = tmp_path_factory.mktemp("audited")
    typed = place / "typed.txt"
    typed.write_text("\n".join(LINES), encoding="utf-8")
    assert hushkey(place / "home", "import", str(typed)).returncode == Exit.OK
    return place / "home"


@pytest.mark.slow
def test_the_owners_audit_keeps_its_numbers_and_changes_nothing_else(home: Path):
    before, exported = digests(home), hushkey(home, "export").stdout
    done = hushkey(home, "audit", "--quick", "--json")
    assert done.returncode == Exit.OK, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert list(told) == ["ngrams", "adapter", "shared"]
    for kind in told.values():
        assert {"count", "exposure_bits", "chance_bits", "extracted"} <= kind.keys()
    assert told["ngrams"]["exposure_bits"] > 9.0
    assert "sample" not in done.stderr
    assert hushkey(home, "export").stdout == exported
    assert digests(home) == before
    kept = json.loads(
        subprocess.run(
            [sys.executable, "-c", _READ_LAST],
            env=environ(home),
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )
    assert abs(kept["at"] - time.time()) < 3600
    assert kept["figures"] == told


_READ_LAST = """
import json, os
from hushkey.keyboard.profile import open_profile
from hushkey.keyboard.passphrase import passphrase_from
with open_profile(passphrase=passphrase_from(os.environ)) as profile:
    print(json.dumps(profile.history.settings.get("last_audit")))
"""


@pytest.mark.slow
def test_a_text_is_audited_without_a_profile_and_drawn(tmp_path: Path):
    text, drawing = tmp_path / "text.txt", tmp_path / "audit.svg"
    text.write_text("\n".join(LINES), encoding="utf-8")
    done = hushkey(
        tmp_path / "home", "audit", "--quick", "--history", str(text), "--picture", str(drawing)
    )
    assert done.returncode == Exit.OK, done.stderr
    assert done.stdout.startswith("Verdict: ")
    assert "What lowers it:" in done.stdout
    assert "n-gram memory" in done.stdout
    assert ET.fromstring(drawing.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314
    assert not (tmp_path / "home").exists()


def test_too_short_a_text_is_refused_in_one_line(tmp_path: Path):
    text = tmp_path / "text.txt"
    text.write_text("a zorbton and no more", encoding="utf-8")
    done = hushkey(tmp_path / "home", "audit", "--history", str(text))
    assert done.returncode == Exit.FAILED
    assert done.stdout == ""
    assert "needs a history of 200 words" in done.stderr
    assert "zorbton" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_interrupted_it_says_so_and_nothing_was_changed(home: Path):
    before, exported = digests(home), hushkey(home, "export").stdout
    running = subprocess.Popen(
        [sys.executable, "-m", "hushkey", "audit", "--json"],
        env=environ(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(6.0)
    running.send_signal(signal.SIGINT)
    told, said = running.communicate(timeout=60)
    assert running.returncode == Exit.INTERRUPTED
    assert told == ""
    assert said.strip().endswith("interrupted; nothing was changed")
    assert hushkey(home, "export").stdout == exported
    assert digests(home) == before
