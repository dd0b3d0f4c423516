"""What a key costs at a shell's prompt: median and p95 in milliseconds, and what the resident process holds.

python -m bench.shell_widgets
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hushkey.keyboard.shellside import client

LINES = "we met at the old harbour wall\nfix the parser of the orangery\n" * 200
TYPED = 'git commit -m "fix the parser and meet at the harb'
KEYS = 200


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        environ = {
            **os.environ,
            "HUSHKEY_HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": place,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        run = [sys.executable, "-m", "hushkey"]
        (folder / "typed.txt").write_text(LINES)
        subprocess.run(
            [*run, "import", "--bare-key-file", folder / "typed.txt"],
            env=environ,
            check=True,
            capture_output=True,
        )
        with subprocess.Popen(
            [*run, "shell-agent"], env=environ, stderr=subprocess.DEVNULL
        ) as agent:
            try:
                path = _listening(folder)
                _table(path, run, environ)
                status = Path(f"/proc/{agent.pid}/status").read_text()
                (held,) = (row for row in status.splitlines() if row.startswith("VmRSS"))
                print(f"resident process: {int(held.split()[1]) / 1024:.0f} MiB")
            finally:
                agent.terminate()


def _listening(folder: Path) -> Path:
    for _ in range(600):
        found = [*(folder / "hushkey").glob("*.socket")]
        if found:
            return found[0]
        time.sleep(0.05)
    raise SystemExit("the resident process did not come up")


def _table(path: Path, run: list[str], environ: dict[str, str]) -> None:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(path))
        answers = asking.makefile("r")

        def key(number: int) -> None:
            line = TYPED[: 15 + number % (len(TYPED) - 15)]
            asking.sendall(f"suggest\t{number}\t{line}\n".encode())
            answers.readline()

        _say("a key, over the socket", key, KEYS)
    ask = [sys.executable, "-I", "-S", client.__file__, str(path), "suggest"]

    def process(_: int) -> None:
        subprocess.run(ask, input=TYPED.encode(), capture_output=True, check=True)

    def whole(_: int) -> None:
        subprocess.run(
            [*run, "suggest", "meet at the harb"], env=environ, capture_output=True, check=True
        )

    _say("a hotkey, through a process", process, 50)
    _say("a whole `hushkey suggest`", whole, 5)


def _say(what: str, once: Callable[[int], None], times: int) -> None:
    took: list[float] = []
    for number in range(times):
        start = time.perf_counter()
        once(number)
        took.append((time.perf_counter() - start) * 1e3)
    took.sort()
    p95 = took[min(times - 1, int(0.95 * times))]
    print(f"| {what} | {statistics.median(took):.1f} | {p95:.1f} |")


if __name__ == "__main__":
    main()
