"""Host one engine behind the shared harness and type what the parent sends, until the input ends.

    PYTHON worker.py HARNESS_FOLDER ENGINE [ARGUMENT]

It needs the harness and the engine only, so that it runs under whichever Python the engine's package is for.
One JSON line in (regime, history, test, timed), one out. An engine that takes the process down with it loses
that one request: the parent sees the pipe end and starts another.
"""

from __future__ import annotations  # Debian's Python may be older than ours

import json
import os
import sys
import types
from typing import Any, TextIO

K = 3  # suggestions


def main() -> None:
    """Serve."""
    folder, name = sys.argv[1:3]
    argument = sys.argv[3] if len(sys.argv) > 3 else None
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what an engine prints is not an answer
    sys.path[0] = folder  # and not the folder of this file, whose names are others'
    try:
        harness, peer = opened(name, argument)
    except Exception as error:  # noqa: BLE001  whatever keeps it from starting, it is not installed
        answer(out, {"missing": f"{type(error).__name__}: {error}"})
        return
    answer(out, {"ready": name})
    for row in sys.stdin:
        try:
            answer(out, typed(harness, peer, json.loads(row)))
        except Exception as error:  # noqa: BLE001  the engine's failure, told by its kind
            answer(out, {"lost": type(error).__name__})


def opened(name: str, argument: str | None) -> tuple[Any, Any]:
    """Return the harness and the engine, started once without a history."""
    try:
        import numpy  # noqa: F401, ICN001, PLC0415
    except ImportError:  # the system's Python: only the reference needs it
        sys.modules["kneser_ney"] = types.SimpleNamespace(KN=None)
    import adapters  # noqa: PLC0415
    import harness  # noqa: PLC0415

    peer = adapters.PEERS[name](argument)
    peer.start(None)
    peer.stop()
    return harness, peer


def typed(harness: Any, peer: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Type one user's lines in one regime; the sums and, where asked for, the time of each question."""
    took = [] if request["timed"] else None
    peer.start(request["history"] or None)
    try:
        sums = harness.run_test(peer, request["test"], K, request["regime"] == "online", took)
        resident_mb = peer.rss_mb()
    finally:
        peer.stop()
    return {
        "words": sums["words"],
        "hits_at_1": sums["top1"],
        "hits_at_3": sums["top3"],
        "characters": sums["chars"],
        "keys": sums["ks"],
        "keys_exact": sums["kscs"],
        "errors": sums["err"],
        "rss_mb": resident_mb,
        "took_us": [round(1e6 * seconds, 1) for seconds in took or ()],
    }


def answer(out: TextIO, held: dict[str, Any]) -> None:
    """Write one line."""
    out.write(json.dumps(held) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
