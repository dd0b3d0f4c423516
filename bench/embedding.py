"""What embedding costs: a key through each surface beside prompt_toolkit's completer and ibus-typing-booster; sizes.

python bench/embedding.py            # about four minutes; writes its tables between marks in docs/embedding.md

Every surface answers the same keys of the same lines over a profile with the same history, one after the other in one
run. A round trip counts: the request is written, the answer is read. ibus-typing-booster's own engine is asked where it
is installed and the peers' adapters stand beside the checkout.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from document import table, write_section
from reference import reference_seconds

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "embedding.md"
SAMPLES = ROOT / "data_samples"
PEERS = ROOT.parent / "shared" / "peers"
SYSTEM_PYTHON = "/usr/bin/python3"

HISTORY = ("parent-history.txt", "support-history.txt", "sysadmin-notes.txt")
TYPED = ("parent-test.txt", "support-test.txt")
STARTS = 7  # processes whose import is timed

Times = list[float]  # seconds, one a key


def lines_of(names: Iterable[str]) -> list[str]:
    """Return the lines of some samples."""
    texts = ((SAMPLES / name).read_text(encoding="utf-8").splitlines() for name in names)
    return [line.strip() for lines in texts for line in lines if line.strip()]


def keys(count: int) -> Iterator[str]:
    """Yield what stands before the cursor, key by key."""
    typed = (line[:end] for line in cycle(lines_of(TYPED)) for end in range(1, len(line) + 1))
    return islice(typed, count)


def timed(ask: Callable[[str], object], count: int) -> Times:
    """Ask for each key; return what each took."""
    took = []
    for before in keys(count):
        began = perf_counter()
        ask(before)
        took.append(perf_counter() - began)
    return took


# The surfaces ---------------------------------------------------------------------------------------


def through_python(home: Path, count: int) -> Times:
    """Ask a Surface in this process."""
    from hushkey import open_profile  # noqa: PLC0415  the parent needs none of it
    from hushkey.keyboard.embed import Surface  # noqa: PLC0415

    with open_profile(home, allow_bare_file=True) as profile:
        surface = Surface(profile, "bench")
        return timed(surface.suggest, count)


def through_async(home: Path, count: int) -> Times:
    """Ask an AsyncSession: a thread and back."""
    from hushkey import open_profile  # noqa: PLC0415
    from hushkey.keyboard.embed import AsyncSession, Surface  # noqa: PLC0415

    async def typing() -> Times:
        took = []
        with open_profile(home, allow_bare_file=True) as profile:
            async with AsyncSession(Surface(profile, "bench")) as session:
                for before in keys(count):
                    began = perf_counter()
                    await session.suggest(before)
                    took.append(perf_counter() - began)
        return took

    return asyncio.run(typing())


def through_prompt_toolkit(home: Path, count: int) -> Times:
    """Ask HushkeyCompleter for the menu's words."""
    from prompt_toolkit.completion import CompleteEvent  # noqa: PLC0415
    from prompt_toolkit.document import Document  # noqa: PLC0415

    from hushkey import open_profile  # noqa: PLC0415
    from hushkey.keyboard.embed import HushkeyCompleter, Surface  # noqa: PLC0415

    with open_profile(home, allow_bare_file=True) as profile:
        completer = HushkeyCompleter(Surface(profile, "bench"))
        event = CompleteEvent()
        return timed(lambda before: list(completer.get_completions(Document(before), event)), count)


def through_ghost_text(home: Path, count: int) -> Times:
    """Ask HushkeyAutoSuggest, which looks a word or two further."""
    from prompt_toolkit.buffer import Buffer  # noqa: PLC0415
    from prompt_toolkit.document import Document  # noqa: PLC0415

    from hushkey import open_profile  # noqa: PLC0415
    from hushkey.keyboard.embed import HushkeyAutoSuggest, Surface  # noqa: PLC0415

    with open_profile(home, allow_bare_file=True) as profile:
        suggest, buffer = HushkeyAutoSuggest(Surface(profile, "bench")), Buffer()
        return timed(lambda before: suggest.get_suggestion(buffer, Document(before)), count)


def word_completer(_: Path, count: int) -> Times:
    """Ask prompt_toolkit's own WordCompleter over the words of the same lexicon."""
    from prompt_toolkit.completion import CompleteEvent, WordCompleter  # noqa: PLC0415
    from prompt_toolkit.document import Document  # noqa: PLC0415

    from hushkey.model.base import load_base  # noqa: PLC0415

    lexicon = load_base().lexicon
    completer = WordCompleter(list(lexicon.words))
    event = CompleteEvent()
    return timed(
        lambda before: list(islice(completer.get_completions(Document(before), event), 5)), count
    )


def through_stdio(home: Path, count: int) -> Times:
    """Ask `hushkey serve --stdio`: a line out, a line in."""
    command = [sys.executable, "-m", "hushkey", "--bare-key-file", "serve", "--stdio"]
    environ = {**os.environ, "HUSHKEY_HOME": str(home)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
    ) as serving:
        said, heard = serving.stdin, serving.stdout
        if said is None or heard is None:
            raise TypeError("both are pipes")

        def ask(request: dict[str, Any]) -> dict[str, Any]:
            said.write(json.dumps({"id": 1, **request}).encode() + b"\n")
            said.flush()
            answer: dict[str, Any] = json.loads(heard.readline())["ok"]
            return answer

        ask({"do": "hello", "version": 1, "surface": "bench"})
        took = timed(lambda before: ask({"do": "suggest", "before": before}), count)
        said.close()
        serving.wait(60)
    return took


def through_lsp(home: Path, count: int) -> Times:
    """Ask `hushkey lsp` over its protocol: the change of the line, the request, the answer."""
    command = [sys.executable, "-m", "hushkey", "--bare-key-file", "lsp"]
    environ = {**os.environ, "HUSHKEY_HOME": str(home)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
    ) as serving:
        editor = _Editor(serving)
        editor.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        editor.tell("initialized", {})
        document = {"uri": "file:///bench.txt", "languageId": "text", "version": 0, "text": ""}
        editor.tell("textDocument/didOpen", {"textDocument": document})
        took = timed(editor.complete, count)
        editor.ask("shutdown", None)
        editor.tell("exit", None)
        serving.wait(60)
    return took


class _Editor:
    """The least of a client: frames JSON-RPC and replaces the one line of a document."""

    def __init__(self, serving: "subprocess.Popen[bytes]") -> None:
        if serving.stdin is None or serving.stdout is None:
            raise TypeError("both are pipes")
        self._said, self._heard = serving.stdin, serving.stdout
        self._last = 0
        self._line = ""

    def complete(self, before: str) -> object:
        """Put a line in the place of the last one and ask for what follows it."""
        self._last += 1
        where = {"uri": "file:///bench.txt"}
        span = {
            "start": {"line": 0, "character": 0},
            "end": {"line": 0, "character": len(self._line)},
        }
        change = {
            "textDocument": {**where, "version": self._last},
            "contentChanges": [{"range": span, "text": before}],
        }
        self.tell("textDocument/didChange", change)
        self._line = before
        position = {"line": 0, "character": len(before)}
        return self.ask("textDocument/completion", {"textDocument": where, "position": position})

    def ask(self, method: str, params: object) -> object:
        """Send a request; return its result."""
        self._last += 1
        self._send({"id": self._last, "method": method, "params": params})
        while (answer := self._receive()).get("id") != self._last:
            pass
        return answer["result"]

    def tell(self, method: str, params: object) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._said.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._said.flush()

    def _receive(self) -> dict[str, Any]:
        length = 0
        while head := self._heard.readline().strip():
            if head.lower().startswith(b"content-length:"):
                length = int(head.partition(b":")[2])
        answer: dict[str, Any] = json.loads(self._heard.read(length))
        return answer


# Their child: the system's Python, in which the engine is installed.
_BOOSTER = """
import json, sys, time, types
sys.path.insert(0, sys.argv[1])
sys.modules["kneser_ney"] = types.SimpleNamespace(KN=type("KN", (), {}))  # needs numpy, and is not asked
import adapters
given = json.load(sys.stdin)
peer = adapters.PEERS["itb"]()
peer.start(given["history"])
took = []
for before in given["keys"]:
    context, prefix = before[: len(before) - len(before.split(" ")[-1])], before.split(" ")[-1]
    began = time.perf_counter()
    peer.suggest(context, prefix, 3)
    took.append(time.perf_counter() - began)
peer.stop()
print(json.dumps(took))
"""


def typing_booster(_: Path, count: int) -> Times:
    """Ask ibus-typing-booster's engine, taught the same history, through the peers' adapter."""
    given = {"history": lines_of(HISTORY), "keys": list(keys(count))}
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", _BOOSTER, str(PEERS)],
        input=json.dumps(given),
        check=True,
        capture_output=True,
        text=True,
    )
    took: Times = json.loads(done.stdout.splitlines()[-1])
    return took


def booster_is_here() -> bool:
    """Whether ibus-typing-booster and the adapters are there."""
    return Path("/usr/share/ibus-typing-booster/engine").is_dir() and PEERS.is_dir()


# Size and time to import ----------------------------------------------------------------------------


def closure(name: str, extra: str = "") -> set[str]:
    """Return a distribution and all that it needs, of those that are installed here."""
    found: set[str] = set()
    waiting = [(name, extra)]
    while waiting:
        name, extra = waiting.pop()
        name = re.sub(r"[-_.]+", "-", name).lower()
        if name in found:
            continue
        try:
            needs = _needs(name)
        except PackageNotFoundError:  # another system's, or another Python's
            continue
        found.add(name)
        for need in needs:
            wanted, _, condition = need.partition(";")
            if "extra" in condition and f'"{extra}"' not in condition.replace("'", '"'):
                continue
            waiting.append((re.split(r"[\[<>=!~ (]", wanted.strip(), maxsplit=1)[0], ""))
    return found


def _needs(name: str) -> list[str]:
    """Return what a distribution requires; of hushkey as pyproject.toml says it, which an old set-up may not know."""
    if name != "hushkey":
        return distribution(name).requires or []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    of_extras = [f'{need}; extra == "{extra}"' for extra, needs in extras.items() for need in needs]
    return [*project["dependencies"], *of_extras]


def size_mb(name: str) -> float:
    """Return the size of what a distribution installed; of hushkey, that of the folders that its wheel holds."""
    if name == "hushkey":
        tops = ("hushkey", "keyboard", "model", "sync", "tui")
        files = [path for top in tops for path in (ROOT / top).rglob("*")]
        files = [path for path in files if path.is_file() and "__pycache__" not in path.parts]
        return sum(path.stat().st_size for path in files) / 1e6
    held = distribution(name).files or []
    sizes = (Path(str(file.locate())) for file in held if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in sizes if path.is_file()) / 1e6


def import_s(statement: str) -> float:
    """Return the median time of an import in fresh processes, the interpreter's own start left out."""
    code = f"import time; b=time.perf_counter(); {statement}; print(time.perf_counter()-b)"
    runs = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        for _ in range(STARTS)
    ]
    return median(float(run.stdout) for run in runs)


def debian_mb(*packages: str) -> float | None:
    """Return what Debian packages say that they take, None where one is not installed."""
    if shutil.which("dpkg-query") is None:
        return None
    show = ["dpkg-query", "--show", "--showformat=${Installed-Size}\n", *packages]
    done = subprocess.run(show, check=False, capture_output=True, text=True)
    return None if done.returncode else sum(map(int, done.stdout.split())) * 1024 / 1e6


# The document ---------------------------------------------------------------------------------------

SURFACES: tuple[tuple[str, Callable[[Path, int], Times]], ...] = (
    ("Python, `Surface.suggest`", through_python),
    ("Python, `AsyncSession.suggest`", through_async),
    ("prompt_toolkit, `HushkeyCompleter`", through_prompt_toolkit),
    ("prompt_toolkit, `HushkeyAutoSuggest` with phrases", through_ghost_text),
    ("`hushkey serve --stdio`, round trip", through_stdio),
    ("`hushkey lsp`, change and completion, round trip", through_lsp),
    ("prompt_toolkit's own `WordCompleter`, same lexicon", word_completer),
)


def latency(count: int) -> str:
    """Measure every surface; return the table."""
    rows = []
    surfaces = [*SURFACES]
    if booster_is_here():
        surfaces.append(("ibus-typing-booster's engine, same history", typing_booster))
    words = sum(len(line.split()) for line in lines_of(HISTORY))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _fill(home)
        before, load = 1e3 * reference_seconds(), os.getloadavg()[0]
        for name, ask in surfaces:
            took = 1e3 * np.array(ask(home, count))
            rows.append([name, *(f"{np.percentile(took, share):.2f}" for share in (50, 95, 99))])
            print(*rows[-1], flush=True)
        after = 1e3 * reference_seconds()
    return "\n".join(
        [
            f"`python bench/embedding.py`: {count} keys, a history of {words:,} words; wall time of one key, ms, on",
            f"one core; the fixed loop of `bench/reference.py` took {before:.2f} ms before and {after:.2f} ms after,",
            f"and {load:.1f} processes shared {os.cpu_count()} cores when it began: on an idle machine all is quicker.",
            "",
            table(["through", "p50", "p95", "p99"], rows),
        ]
    )


def _fill(home: Path) -> None:
    from hushkey import open_profile  # noqa: PLC0415

    with open_profile(home, allow_bare_file=True) as profile:
        profile.import_lines(lines_of(HISTORY), "import")


def sizes() -> str:
    """Measure what is installed and what an import takes; return the table."""
    rows = []
    for name, extra, label, statement in (
        (
            "hushkey",
            "",
            "hushkey, base install",
            "from hushkey import SuggestionEngine, open_profile",
        ),
        (
            "hushkey",
            "",
            "the same, and the engine ready",
            "import hushkey; hushkey.SuggestionEngine()",
        ),
        ("hushkey", "lsp", "`hushkey[lsp]`", "import hushkey.keyboard.embed.language_server"),
        ("prompt-toolkit", "", "prompt_toolkit", "import prompt_toolkit"),
        ("textual", "", "Textual", "import textual.app, textual.widgets"),
        ("pygls", "", "pygls", "import pygls.lsp.server"),
        ("torch", "", "torch, which the base install does without", "import torch"),
    ):
        needed = closure(name, extra)
        own = size_mb(name)
        whole = sum(map(size_mb, needed))
        took = f"{import_s(statement):.2f}"
        rows.append([label, f"{own:.1f}", f"{whole:.1f}", f"{len(needed)}", took])
        print(*rows[-1], flush=True)
    for label, packages in (
        ("ibus-typing-booster with its dictionary", ("ibus-typing-booster", "hunspell-en-us")),
        ("Presage with its library and model", ("presage", "libpresage1v5", "libpresage-data")),
    ):
        taken = debian_mb(*packages)
        if taken is not None:
            rows.append([f"{label} (Debian)", f"{taken:.1f}", "–", "–", "–"])
    head = ["", "own files, MB", "with all it needs, MB", "packages", "import, s"]
    return "\n".join(
        [
            "`python bench/embedding.py`: bytes of the installed files, without bytecode;",
            f"median of {STARTS} fresh processes.",
            "",
            table(head, rows),
        ]
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=1500)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ["OMP_NUM_THREADS"] = "1"
    write_section(DOCUMENT, "latency", latency(asked.keys))
    write_section(DOCUMENT, "size", sizes())


if __name__ == "__main__":
    main()
