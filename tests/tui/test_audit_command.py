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

from hushkey.keyboard.audit.attacking import ATTACKS
from hushkey.keyboard.audit.figures import (
    AuditReport,
    Finding,
    Forgotten,
    Redacted,
    Shared,
    Surface,
)
from hushkey.keyboard.audit.querying import OwnWords
from hushkey.tui.cli.audit import _tell
from hushkey.tui.cli.exits import Exit

PASSPHRASE = "a pass phrase"
SENTENCE = "please bring the blue kettle and some seeded bread before lunch tomorrow"
LINES = [SENTENCE[place % 7 :] for place in range(60)]


def environ(home: Path) -> dict[str, str]:
    scratch = home.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    own = {"HUSHKEY_HOME": str(home), "HUSHKEY_PASSPHRASE": PASSPHRASE, "TMPDIR": str(scratch)}
    return {**os.environ, **own}


def hushkey(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hushkey", *arguments],
        env=environ(home),
        check=False,
        capture_output=True,
        text=True,
    )


# As a person's, but for how much is asked: a thousand candidates take ten times as long as a hundred.
_AUDIT = """
import sys
from hushkey.keyboard.audit import own
from hushkey.keyboard.audit.rounds import Effort
from hushkey.tui.cli.root import run
own.QUICK = Effort(counts={1: 1, 16: 1}, candidates=128, draws=1, own_places=20, retrains=False)
sys.exit(run(["audit", "--quick", *sys.argv[1:]]))
"""


def quick_audit(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _AUDIT, *arguments],
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
    drawing = home.parent / "audit.svg"
    done = quick_audit(home, "--json", "--picture", str(drawing))
    assert done.returncode == Exit.OK, done.stderr
    assert ET.fromstring(drawing.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314
    told = json.loads(done.stdout.splitlines()[-1])
    assert list(told) == ["ngrams", "adapter", "shared"]
    for kind in told.values():
        assert {"count", "exposure_bits", "chance_bits", "extracted"} <= kind.keys()
    assert told["ngrams"]["exposure_bits"] > 6.0  # of seven
    assert told["adapter"]["count"] > 0
    assert "sample" not in done.stderr
    assert hushkey(home, "export").stdout == exported
    assert digests(home) == before
    left = {path.name for path in (home.parent / "scratch").iterdir()}
    assert left <= {".ses"}  # ONNX Runtime's own time stamp, made when it is imported
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


def test_the_verdict_comes_first_then_what_lowers_it_then_the_table(capsys):
    _tell(report(noised_p=0.4))
    told = capsys.readouterr().out
    assert told.startswith("Verdict: what would be shared cannot be told from chance")
    places = [told.index(said) for said in ("The n-gram memory", "What lowers it:", "over base")]
    assert places == sorted(places)
    assert "reads 2 of 2 out of it whole" in told
    assert "to the bit" in told


def test_a_leak_in_what_would_be_shared_is_the_verdict(capsys):
    _tell(report(noised_p=0.001))
    assert capsys.readouterr().out.startswith("Verdict: NOT WELL: what would be shared can be told")


def surface(bits: float, p: float) -> Surface:
    known = tuple(
        Finding("name", count, bits, bits, 1.0, "harmful", ("beam, prefix",)) for count in (1, 16)
    )
    return Surface(known, 1024, p)


def report(noised_p: float) -> AuditReport:
    known, chance = surface(10.0, 0.0001), surface(1.4, 0.5)
    shared = Shared(surface(3.0, 0.0001), surface(1.4, noised_p), 600, 2.18, 8.0, 3)
    left = Forgotten(chance, chance, same_memory=True, same_adapter=True)
    own = OwnWords(300, 21, 23, 8)
    return AuditReport(900, 1, 9.0, ATTACKS, known, known, shared, left, Redacted(6, 6), own)


def test_too_short_a_text_is_refused_in_one_line(tmp_path: Path):
    text = tmp_path / "text.txt"
    text.write_text("a zorbton and no more", encoding="utf-8")
    done = hushkey(tmp_path / "home", "audit", "--history", str(text))
    assert done.returncode == Exit.FAILED
    assert done.stdout == ""
    assert "needs a history of 200 words" in done.stderr
    assert "zorbton" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "home").exists()


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
