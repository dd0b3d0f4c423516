"""hushkey as one more engine that is measured: hosted in a process of its own, its adapters kept between runs.

    python -m bench.typing.ours CACHE

One JSON line in (history, test, regimes, policies, without, timed), one out: the counts of each policy and regime.
"""

import ast
import dataclasses
import hashlib
import json
import os
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

from bench.typing.cache import key_of, write_whole
from hushkey.keyboard.evaluating import Evaluation, Train, training
from hushkey.keyboard.one_network import OneNetwork
from hushkey.keyboard.typists import Typist
from hushkey.model.adapter import Adapter
from hushkey.model.base import PIECES, WEIGHTS, Base, load_base

POLICIES = ("ranking", "shown")

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = struct.Struct("<d")


def version_of(base: Base) -> str:
    """Return what our answers depend on besides the user: the base's files and the program."""
    ours = ("keyboard", "keyboard/correction", "model", "model/training")
    return key_of({"base": base.hashes, "program": [program(folder) for folder in ours]})


def _trainer_of(base: Base) -> str:
    """Return what an adapter depends on besides the lines."""
    reads = [program("model", name) for name in ("adapter.py", "text.py", "vocabulary.py")]
    read = [*reads, program("model/training")]
    return key_of({"weights": base.hashes[WEIGHTS], "pieces": base.hashes[PIECES], "program": read})


def program(folder: str, names: str = "*.py") -> str:
    """Return a hash of a folder's modules as they are compiled: comments and blanks do not count."""
    told = hashlib.sha256()
    for path in sorted((_ROOT / folder).glob(names)):
        told.update(path.name.encode() + ast.dump(ast.parse(path.read_bytes())).encode())
    return told.hexdigest()


class Adapters:
    """Trained adapters kept in a folder, with the time that they took."""

    def __init__(self, folder: Path, base: OneNetwork, stack: ExitStack) -> None:
        self._folder = folder
        self._base = base
        self._stack = stack
        self.seconds = 0.0  # that the last one took to train, now or then

    @cached_property
    def _depends(self) -> str:
        return _trainer_of(self._base)

    @cached_property
    def _train(self) -> Train:
        return self._stack.enter_context(training(self._base))

    def train(self, lines: Sequence[str]) -> Adapter | None:
        """Return the adapter of a history, kept or new; None where it is no better than none."""
        key = key_of({"trainer": self._depends, "lines": list(lines)})
        path = self._folder / f"{key[:32]}.adapter"
        if not path.exists():
            began = perf_counter()
            adapter = self._train(lines)
            data = adapter.to_bytes() if adapter is not None else b""
            write_whole(path, _SECONDS.pack(perf_counter() - began) + data)
        held = path.read_bytes()
        (self.seconds,) = _SECONDS.unpack_from(held)
        network = self._base.network
        data = held[_SECONDS.size :]
        return Adapter.from_bytes(data, network.shape, base=network.base) if data else None


def serve(rows: TextIO, out: Callable[[Mapping[str, Any]], None], cache: Path) -> None:
    """Answer until the input ends."""
    base = OneNetwork.of(load_base())
    with ExitStack() as stack:
        adapters = Adapters(cache / "adapters", base, stack)
        out({"ready": "hushkey"})
        for row in rows:
            out(answer(json.loads(row), base, adapters))


def answer(request: Mapping[str, Any], base: OneNetwork, adapters: Adapters) -> dict[str, Any]:
    """Measure one user; `counts` by policy and regime, `learn_s` of the adapter, this process' memory."""
    evaluation = Evaluation(
        request["regimes"],
        request["policies"],
        adapters.train,
        base,
        without=frozenset(request["without"]),
    )
    adapters.seconds = 0.0
    measured = evaluation.run(Typist("one/typist", request["history"], request["test"]))
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for (policy, regime), found in measured.items():
        counts.setdefault(policy, {})[regime] = dataclasses.asdict(found)
    took = evaluation.outcomes[request["policies"][0], request["regimes"][0]].latencies_s
    return {
        "counts": counts,
        "learn_s": adapters.seconds,
        "rss_mb": resident_mb(),
        "took_us": [round(1e6 * seconds, 1) for seconds in took] if request["timed"] else [],
    }


def resident_mb() -> float | None:
    """Return the memory that this process holds now, in MB; None where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    held = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
    return int(held["VmRSS"].split()[0]) / 1024


def main() -> None:
    """Serve on the standard pipes."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def out(held: Mapping[str, Any]) -> None:
        pipe.write(json.dumps(held) + "\n")
        pipe.flush()

    serve(sys.stdin, out, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
