"""The contestants' environments: one each, made where it is asked, by pip as it is set up there."""

import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

_TORCH = "torch==" + version("torch").partition("+")[0]  # the same for everybody
NEEDS = {
    "flower": ("flwr[simulation]==1.42.0", "numpy", _TORCH),
    "pfl": ("pfl==0.6.0", "numpy", _TORCH),
    "ray": ("ray==2.60.0",),
}


def set_up(folder: Path) -> None:
    """Make every environment. Ray's stands on top of this interpreter's packages, hushkey among them."""
    for name, needs in NEEDS.items():
        place = folder / name
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([str(python_of(folder, name)), "-m", "pip", "install", *needs], check=True)
    beside = folder / "ray" / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    here = sysconfig.get_paths()["purelib"]
    (beside / "hushkey-beside.pth").write_text(f"import site; site.addsitedir({here!r})\n")


def python_of(folder: Path, name: str) -> Path:
    """Return an environment's interpreter; this one where the name is empty."""
    return folder / name / "bin" / "python" if name else Path(sys.executable)


def missing(folder: Path) -> list[str]:
    """Return the names of environments that are not there."""
    return [name for name in NEEDS if not python_of(folder, name).exists()]


def versions(folder: Path) -> dict[str, str]:
    """Return which releases were raced."""
    asked = {"flower": ("flwr", "ray"), "pfl": ("pfl",), "ray": ("ray",), "": ("torch",)}
    found = {}
    for name, packages in asked.items():
        told = f"from importlib.metadata import version; print(*map(version, {packages!r}))"
        line = subprocess.run(
            [str(python_of(folder, name)), "-c", told], check=True, capture_output=True, text=True
        ).stdout.split()
        found |= {f"{name}/{package}": one for package, one in zip(packages, line, strict=True)}
    return found
