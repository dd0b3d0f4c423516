"""The benchmark's section of docs/benchmarks.md. Pure: what was found in, text out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.typing import tables
from bench.typing.clock import Timing
from bench.typing.comparison import Result
from bench.typing.systems import Peer


@dataclass(frozen=True)
class Found:
    """What one run found; `results` begins with our own policies."""

    command: str
    results: Sequence[Result]
    missing: Mapping[str, str]  # peer -> why it was not measured
    curve: Mapping[str, Mapping[int, float]]
    timings: Sequence[Timing]
    load: float  # of the machine, average of the last minute

    @property
    def ours(self) -> list[Result]:
        """Return our policies."""
        return [result for result in self.results if result.label.startswith("hushkey")]

    @property
    def others(self) -> list[Result]:
        """Return the peers."""
        return [result for result in self.results if not result.label.startswith("hushkey")]


def section(found: Found, installed: Sequence[Peer]) -> str:
    """Return the section's text."""
    users = len(found.ours[0].counts["cold"])
    parts = [
        "## Side by side",
        "",
        f"`{found.command}`: {users} users, k = 3, the metric of `hushkey eval`.",
        "Every system types the same lines after the same history. Figures are means over corpora of each corpus'",
        "pooled figure. Answers are kept by all that they depend on (users, harness, package, our program and base),",
        "so that an engine that did not change is not asked again. *ranking* leaves out what was shown and not taken,",
        "as the reference does; *shown* is the strip that people see, whose words stay in their slots.",
        "",
        *_measured(found, installed),
        "",
        tables.by_system(found.results),
        "",
        "![keystrokes saved by regime and system](typing-regimes.svg)",
    ]
    if found.others:
        parts += _compared(found)
    parts += ["", "### What a history brings", "", tables.what_learning_brings(found.results)]
    if found.curve:
        parts += _curve(found)
    if found.timings:
        parts += _timed(found)
    return "\n".join(parts)


def _measured(found: Found, installed: Sequence[Peer]) -> list[str]:
    shares = {result.label: result for result in found.others}
    lines = []
    for peer in installed:
        result = shares[peer.label]
        asked = {user for users in result.counts.values() for user in users} | result.lost.keys()
        release = f" {peer.release}" if peer.release else ""
        users = len(found.ours[0].counts["cold"])
        part = "" if len(asked) == users else f" of {users}, and it is compared on them alone"
        lines.append(f"- {peer.label}{release}: {len(asked)} users{part}.")
    lines += [f"- {label} is not measured here ({why})." for label, why in found.missing.items()]
    return lines + tables.lost(found.others)


def _compared(found: Found) -> list[str]:
    ranking = found.ours[0]
    parts = [
        "",
        "### User by user",
        "",
        "What hushkey's bare ranking saves beyond each other system, a user: mean difference, its 95% interval by a",
        "paired bootstrap over users, and the share of users who save more keys with it (equal ones count half).",
        "",
        tables.against(ranking, found.others, ("online", "cold")),
    ]
    for shown in found.ours[1:]:
        parts += [
            "",
            f"The same for {shown.label}:",
            "",
            tables.against(shown, found.others, ("online",)),
        ]
    return [
        *parts,
        "",
        "### By corpus",
        "",
        "Online, beside the best of the others on that corpus:",
        "",
        tables.by_corpus(ranking, found.others, "online"),
    ]


def _curve(found: Found) -> list[str]:
    return [
        "",
        "### The learning curve",
        "",
        "KSR % of the mean user after the newest so many words of history, for users who have as many as the curve is",
        "long (at most four of a corpus).",
        "",
        tables.curve(found.curve),
        "",
        "![keystrokes saved against words of history](typing-curve.svg)",
    ]


def _timed(found: Found) -> list[str]:
    return [
        "",
        "### The time of a key",
        "",
        "Measured anew in this run: each user on one system, then the same user on the next, every process on the same",
        f"one core, online, with all that was learned. The machine's load was {found.load:.1f} meanwhile: compare",
        "within the table.",
        "",
        tables.timings(found.timings),
    ]
