"""hushkey beside every engine that is installed, over the same users and lines; writes docs/benchmarks.md.

    python -m bench.typing                 everything: quality, learning curve, time
    python -m bench.typing --each 1        one user of each corpus
    python -m bench.typing --only onboard  that engine's answers alone, into the cache; writes nothing

Answers are kept in .bench-cache/ by all that they depend on, so that a run goes on where it was cut off and an
engine that did not change is not asked again; the time of a key is measured anew in every run.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.document import write_section
from bench.typing import pictures, report
from bench.typing.clock import Asking, Timing, time_all
from bench.typing.comparison import first_of_each, last_words
from bench.typing.hosts import Missing
from bench.typing.measuring import ROOT, Measuring
from bench.typing.systems import Peer, peers
from hushkey.keyboard.typists import EvaluationRefused, Typist, read_typists

REGIMES = ("cold", "warm", "online")
WORDS = (0, 100, 300, 1_000, 2_000, 4_000)  # of history, for the learning curve
CURVE_PEERS = ("kn", "onboard")  # the others take minutes a point
CURVE_EACH = 4  # users of a corpus, of those with as much history as the curve is long
DOCS = ROOT / "docs"


def main() -> None:
    """Measure and write."""
    options = _options()
    typists = first_of_each(list(read_typists(options.users)), options.each)
    known = peers(options.peers, options.cache / "reference")
    with Measuring(options.cache, options.jobs) as measuring:
        if options.only:
            for peer in known:
                if peer.name in options.only:
                    measuring.peer(peer, _share(peer, typists, options.few), REGIMES)
            return
        found, installed = _found(measuring, typists, known, options)
    write_section(options.document, "typing", report.section(found, installed))
    _draw(found, options.document.parent)


def _found(
    measuring: Measuring,
    typists: Sequence[Typist],
    known: Sequence[Peer],
    options: argparse.Namespace,
) -> tuple[report.Found, list[Peer]]:
    """(what was found, the peers that are installed)."""
    results = measuring.ours(typists, REGIMES)
    missing: dict[str, str] = {}
    installed = []
    for peer in known:
        try:
            results.append(measuring.peer(peer, _share(peer, typists, options.few), REGIMES))
            installed.append(peer)
        except Missing as error:
            missing[peer.label] = str(error)
    curve = learning_curve(measuring, typists, installed, options.words)
    timings = clocked(measuring, typists, installed, options.timed)
    command = " ".join(["python -m bench.typing", *sys.argv[1:]])
    load = os.getloadavg()[0]
    return report.Found(command, results, missing, curve, timings, load), installed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    beside = ROOT.parent / "shared" / "peers"
    parser.add_argument("--users", type=Path, default=beside / "dev.jsonl.xz")
    parser.add_argument("--peers", type=Path, default=beside, help="folder of the shared harness")
    parser.add_argument("--each", type=int, help="the first so many users of each corpus")
    parser.add_argument(
        "--few",
        action="append",
        default=[],
        metavar="NAME=N",
        help="ask a slow engine about the first N users of each corpus only",
    )
    parser.add_argument(
        "--words", type=int, nargs="+", default=WORDS, help="points of the learning curve"
    )
    parser.add_argument("--timed", type=int, default=6, help="users whose keys are timed; 0: none")
    parser.add_argument("--jobs", type=int, default=1, help="processes that measure at once")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="fill the cache of these peers")
    parser.add_argument("--cache", type=Path, default=ROOT / ".bench-cache")
    parser.add_argument("--document", type=Path, default=DOCS / "benchmarks.md")
    return parser.parse_args()


def _share(peer: Peer, typists: Sequence[Typist], few: Sequence[str]) -> list[Typist]:
    """Return the users that a peer is asked about."""
    limits = dict(one.split("=") for one in few)
    limit = limits.get(peer.name)
    return first_of_each(typists, int(limit) if limit else None)


def learning_curve(
    measuring: Measuring,
    typists: Sequence[Typist],
    installed: Sequence[Peer],
    amounts: Sequence[int],
) -> dict[str, dict[int, float]]:
    """KSR of the mean user by system and words of history; empty where nobody has history enough."""
    long = [
        typist
        for typist in typists
        if sum(len(line.split()) for line in typist.history) >= max(amounts)
    ]
    long = first_of_each(long, CURVE_EACH)
    lines: dict[str, dict[int, float]] = {}
    for words in amounts if long else ():
        cut = [Typist(one.name, last_words(one.history, words), one.test) for one in long]
        results = measuring.ours(cut, ("warm",))
        results += [
            measuring.peer(peer, cut, ("warm",)) for peer in installed if peer.name in CURVE_PEERS
        ]
        for result in results:
            each = [counts.figures()["ksr"] for counts in result.counts["warm"].values()]
            lines.setdefault(result.label, {})[words] = sum(each) / len(each)
    return lines


def clocked(
    measuring: Measuring, typists: Sequence[Typist], installed: Sequence[Peer], most: int
) -> list[Timing]:
    """Time a few users on every system, back to back."""
    corpora = max(1, len({typist.corpus for typist in typists}))
    chosen = first_of_each(typists, -(-most // corpora))[:most]
    if not chosen:
        return []
    measuring.ours(chosen, ("online",))  # so that no adapter is trained while a clock runs
    systems: dict[str, tuple[Sequence[str], Asking]] = {}
    for policy in ("ranking", "shown"):
        asked = {"regimes": ["online"], "policies": [policy], "without": [], "timed": True}
        systems[f"hushkey, {policy}"] = measuring.our_command, _asking(asked)
    for peer in installed:
        systems[peer.label] = peer.command, _asking({"regime": "online", "timed": True})
    return time_all(systems, chosen, ROOT)


def _asking(asked: Mapping[str, Any]) -> Asking:
    def ask(typist: Typist) -> Mapping[str, Any]:
        return {**asked, "history": list(typist.history), "test": list(typist.test)}

    return ask


def _draw(found: report.Found, folder: Path) -> None:
    by_regime = {
        regime: {
            result.label: result.figures(regime)["ksr"]
            for result in found.results
            if result.counts.get(regime)
        }
        for regime in REGIMES
    }
    drawn = pictures.bars(by_regime, "Keystrokes saved by what was learned before")
    (folder / "typing-regimes.svg").write_text(drawn, encoding="utf-8")
    if found.curve:
        drawn = pictures.curves(
            found.curve, "Keystrokes saved as the history grows", "words of history learned"
        )
        (folder / "typing-curve.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except EvaluationRefused as error:
        sys.exit(str(error))
