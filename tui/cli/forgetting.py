"""What follows a forgetting on the command line: the adapter trained anew, the probe, and what to tell of both."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import math
import signal
import threading
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Literal

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.when import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hushkey.keyboard.exports import Export
    from hushkey.keyboard.forgetting import Forgotten
    from hushkey.keyboard.profile import Profile
    from hushkey.keyboard.reports import ForgetReport, ProbeReport, WordProbe

Fate = Literal["kept", "dropped", "trained", "no better", "stopped", "failed"]

_FATES: Final[Mapping[Fate, str]] = {
    "dropped": "the adapter was dropped with it; 'hushkey learn' makes one of what is left",
    "trained": "the adapter was trained anew on what is left",
    "no better": "the adapter was dropped with it; one trained on what is left was no better than none",
    "stopped": "stopped: there is no adapter now; the next 'hushkey learn' makes one of what is left",
    "failed": "there is no adapter now; 'hushkey learn' makes one of what is left",
}
_SHORTEST: Final = 3  # letters; shorter words are in too many others to tell of those


def follow_up(
    profile: Profile, forgotten: Forgotten, *, relearn: bool, named: int, as_json: bool
) -> int:
    """Train the adapter anew where one was dropped, probe, tell; return the exit code."""
    withdrawn = _withdrawn(profile)  # before a training that takes its time
    fate = _adapter(profile, forgotten.report, relearn=relearn)
    found = forgotten.probe()
    if as_json:
        output.result_json(_as_dict(forgotten.report, fate, found, named))
        if withdrawn:
            output.note(withdrawn)
    else:
        output.result("\n".join(_told(forgotten.report, fate, found)))
        if withdrawn:
            output.result(withdrawn)
        others = _holding(profile, forgotten) if named else []
        if others:
            output.result(f"other words of yours hold it and stay: {', '.join(others)}")
        if named and profile.engine.blocked & set(forgotten.words):
            output.result(
                "still blocked, and so still in that list; 'hushkey unblock' takes it off"
            )
    return Exit.OK if found.holds else Exit.FAULT


def _withdrawn(profile: Profile) -> str:
    """Take back reports that were made of what was forgotten, where sharing was ever set up; what to tell of it.

    Nothing of it is an error: what was forgotten stays forgotten, and each later 'hushkey share' asks again.
    """
    if profile.places is None or not profile.places.sharing.exists():
        return ""
    from hushkey.sync.errors import SyncError
    from hushkey.tui.cli.share import after_forgetting

    try:
        return after_forgetting(profile)
    except ModuleNotFoundError:  # sharing was uninstalled, and sends nothing
        return ""
    except SyncError as refused:
        return f"a report that was shared could not be asked back: {refused}"


def _adapter(profile: Profile, report: ForgetReport, *, relearn: bool) -> Fate:
    """Train anew if there is something to make up for; Ctrl+C leaves the profile without an adapter."""
    if not report.adapter_dropped:
        return "kept"
    return _trained_anew(profile) if relearn else "dropped"


def _trained_anew(profile: Profile) -> Fate:
    from hushkey.keyboard.errors import KeyboardError
    from hushkey.keyboard.learner import LearningCancelled, LearningUnavailable

    with interruptible() as stop:
        try:
            report = profile.learn(
                on_progress=lambda step: output.bar("learning", step.step, step.steps),
                cancelled=stop.is_set,
            )
        except LearningUnavailable:
            return "dropped"
        except LearningCancelled:
            return "stopped"
        except KeyboardError as error:
            output.note(f"hushkey: {error}")
            return "failed"
    if profile.engine.adapted:
        return "trained"
    return "no better" if report.finished and not stop.is_set() else "stopped"


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Turn Ctrl+C into an event, so that the training child is ended in good order."""
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _holding(profile: Profile, forgotten: Forgotten) -> list[str]:
    """Return the person's other words that hold one of those forgotten."""
    words = [word for word in forgotten.words if len(word) >= _SHORTEST]
    return [own for own in profile.engine.own_words() if any(w in own and w != own for w in words)]


def _told(report: ForgetReport, fate: Fate, found: ProbeReport) -> Iterator[str]:
    changed = report.entries
    yield f"forgotten; {changed:,} {'entry' if changed == 1 else 'entries'} changed" + (
        f", {report.deleted:,} of them deleted" if report.deleted else ""
    )
    if fate != "kept":
        yield _FATES[fate]
    if report.reports_dropped:
        yield f"{_many(report.reports_dropped, 'report')} that waited to be sent: deleted"
    if report.exports:
        copies = ", ".join(map(_copy, report.exports))
        yield f"{_many(len(report.exports), 'export')} made since may still hold it: {copies}"
    yield f"probe: {verdict(found)}"


def _copy(copy: Export) -> str:
    return f"{copy.destination or 'standard output'} of {day_of(copy.at)}"


def verdict(found: ProbeReport) -> str:
    """Say what a probe found, without any of the words."""
    if not found.holds:
        return "it does NOT hold: something that was forgotten is still known; please report this"
    own = [word for word in found.words if word.gone and not word.in_base]
    common = [word for word in found.words if word.gone and word.in_base]
    left = [word for word in found.words if not word.gone]
    said = [
        f"{_subject(own)} unknown now, and offered for none of {_its(own)} beginnings"
        if own
        else "",
        _as_base(found, common) if common else "",
        f"{_many(sum(word.left for word in left), 'use')} of {_its(left, them=True)} left where "
        "nothing was to be forgotten"
        if left
        else "",
    ]
    return "; ".join(filter(None, [*said, "all that is counted is what is left"]))


def _as_base(found: ProbeReport, words: Sequence[WordProbe]) -> str:
    most = max(word.times_base for word in words)
    shown, alone = sum(word.shown for word in words), sum(word.shown_by_base for word in words)
    behind = (
        f"at most {most:.2f} times its chance behind {found.contexts} texts, among the first three "
        f"{shown:,} times (by the base {alone:,} times)"
    )
    if found.adapter:
        return f"{_subject(words)} known by the base, and by an adapter that never saw it: {behind}"
    return f"{_subject(words)} suggested no more than by the base alone: {behind}"


def _subject(words: Sequence[WordProbe]) -> str:
    return "the word is" if len(words) == 1 else f"{len(words):,} words are"


def _its(words: Sequence[WordProbe], *, them: bool = False) -> str:
    if them:
        return "it are" if len(words) == 1 else "them are"
    return "its" if len(words) == 1 else "their"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _as_dict(report: ForgetReport, fate: Fate, found: ProbeReport, named: int) -> dict[str, Any]:
    gone = [word for word in found.words if word.gone]
    probe: dict[str, Any] = {
        "holds": found.holds,
        "exact": found.exact,
        "adapter": found.adapter,
        "contexts": found.contexts,
        "probed": len(found.words),
        "gone": len(gone),
        "offered": sum(word.offered for word in gone),
        "times_base": _finite(max((word.times_base for word in gone), default=0.0)),
    }
    if named:  # words that only stood in deleted lines are told to nobody
        probe["words"] = [
            asdict(word) | {"times_base": _finite(word.times_base)} for word in found.words
        ]
    return {
        "words": named,
        "entries": report.entries,
        "deleted": report.deleted,
        "adapter": fate,
        "reports_dropped": report.reports_dropped,
        "exports": list(report.exports),
        "probe": probe,
    }


def _finite(times: float) -> float | None:
    return times if math.isfinite(times) else None
