"""What is measured: hushkey under its two policies, and every peer that is installed; how each is started."""

import hashlib
import lzma
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_HOSTING = 1  # of bench/typing/worker.py: another number wherever it asks engines otherwise
_SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's packages are for Debian's own


@dataclass(frozen=True)
class Peer:
    """An engine behind the shared harness."""

    name: str  # in the harness
    label: str
    package: str | None  # Debian's, whose version is stated; None: it comes with the harness
    harness: Path  # folder
    argument: str | None = None
    python: str = _SYSTEM_PYTHON

    @property
    def command(self) -> list[str]:
        """Return what starts its host."""
        given = [self.argument] if self.argument else []
        return [self.python, str(_HERE / "worker.py"), str(self.harness), self.name, *given]

    @cached_property
    def release(self) -> str:
        """Return the package's version as Debian has it, or nothing."""
        if self.package is None or shutil.which("dpkg-query") is None:
            return ""
        asked = ["dpkg-query", "-W", "-f", "${Version}", self.package]
        return subprocess.run(asked, check=False, capture_output=True, text=True).stdout

    @cached_property
    def version(self) -> str:
        """Return what its answers depend on besides the user: the package, the harness and how it is hosted."""
        sources = sorted(self.harness.glob("*.py"))
        told = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()
        return f"{self.release} {told} {_HOSTING}"


def peers(harness: Path, unpacked: Path) -> Sequence[Peer]:
    """Return every peer known, installed or not; the reference's counts are unpacked into a folder once."""
    products = [
        Peer("onboard", "Onboard", "onboard", harness),
        Peer("presage", "Presage", "presage", harness),
        Peer("itb", "ibus-typing-booster", "ibus-typing-booster", harness),
    ]
    reference = _unpack(harness / "reference", unpacked)
    if reference is None:
        return products
    argument = f"skip=1,m={reference}"
    kn = Peer("kn", "Kneser-Ney and user counts", None, harness, argument, sys.executable)
    return [kn, *products]


def _unpack(reference: Path, into: Path) -> Path | None:
    """Return the path, less its suffix, of the reference's unpacked counts; None where there are none."""
    packed, case = reference / "ref.arpa.xz", reference / "ref.case.json"
    if not packed.exists() or not case.exists():
        return None
    into.mkdir(parents=True, exist_ok=True)
    whole = into / "ref.arpa"
    if not whole.exists():
        half = whole.with_suffix(".part")
        with lzma.open(packed) as source, half.open("wb") as target:
            shutil.copyfileobj(source, target)
        half.replace(whole)
    shutil.copyfile(case, into / "ref.case.json")
    return into / "ref"
