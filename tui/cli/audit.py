"""`audit`: what could be read out of what was learned, tried on a copy of the history."""

# ruff: noqa: PLC0415 - imported when used: `hushkey --help` loads neither engine nor screen

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hushkey.tui.cli import output
from hushkey.tui.cli.exits import Exit
from hushkey.tui.cli.opening import bare_key_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hushkey.keyboard.audit.figures import AuditReport

_SAMPLES = ("parent-history.txt", "support-history.txt", "sysadmin-notes.txt")


@click.command("audit")
@click.option("--quick", is_flag=True, help="Fewer canaries; trains once instead of three times.")
@click.option(
    "--history",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Audit a text instead, one message a line; your profile is not opened.",
)
@click.option(
    "--picture",
    "drawing",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the figures as an SVG picture.",
)
@output.as_json
@bare_key_file
@click.pass_context
def audit(
    ctx: click.Context,
    *,
    quick: bool,
    file: Path | None,
    drawing: Path | None,
    as_json: bool,
    bare_key_file: bool,
) -> int:
    """Plant made-up secrets into a copy of the history, learn it, and try to get them out again.

    The copy, of at most the newest 20,000 words, is in memory alone; profile and suggestions stay
    as they are, also after Ctrl+C. Of the result the numbers are kept with your settings. Takes two
    or three minutes, --quick half of that.
    """
    bare = bare_key_file or bool(ctx.find_root().obj)
    with _interrupted() as stop, _subject(file, bare=bare) as subject:
        try:
            report = _audited(subject, quick=quick, cancelled=stop.is_set)
        except Exception:
            if not stop.is_set():
                raise
            output.note("\nhushkey: interrupted; nothing was changed")
            return Exit.INTERRUPTED
        subject.keep(report)
    if drawing is not None:
        from hushkey.keyboard.audit.picture import picture

        drawing.write_text(picture(report), encoding="utf-8")
        output.note(f"wrote {drawing}")
    if as_json:
        output.result_json(report.as_dict())
    else:
        _tell(report)
    return Exit.OK


def _unkept(_: AuditReport) -> None:
    """Keep nothing: what was audited is not the owner's."""


@dataclass(frozen=True)
class _Subject:
    """What is audited, by which plan its adapter is trained, and what becomes of the result."""

    lines: Sequence[str]
    plan: str | None = None
    keep: Callable[[AuditReport], None] = _unkept


def _audited(subject: _Subject, *, quick: bool, cancelled: Callable[[], bool]) -> AuditReport:
    from hushkey.keyboard.audit.own import audit_lines
    from hushkey.model.base import load_base

    return audit_lines(
        subject.lines,
        load_base(),
        subject.plan,
        quick=quick,
        on_progress=output.bar,
        cancelled=cancelled,
    )


@contextmanager
def _subject(file: Path | None, *, bare: bool) -> Iterator[_Subject]:
    """Give what to audit: a text, the owner's history, or samples where there is none."""
    if file is not None:
        from hushkey.keyboard.importing import read_lines

        yield _Subject(list(read_lines(file)))
        return
    from hushkey.keyboard.audit.own import keep
    from hushkey.tui.cli.opening import opened
    from hushkey.tui.owner import from_environment

    opener = from_environment(bare=bare)
    if opener.survey().first_run:
        yield _Subject(_samples("there is no profile yet"))
        return
    with opened(opener) as profile:
        lines = [entry.text for entry in profile.history.entries()]
        if lines:
            plan = profile.settings.learn_plan
            yield _Subject(lines, plan, lambda report: keep(profile.history.settings, report))
        else:
            yield _Subject(_samples("your history is empty"))


def _samples(why: str) -> list[str]:
    """Return the sample histories of a checkout; none where hushkey was installed without them."""
    import hushkey

    folder = Path(str(hushkey.__file__)).resolve().parents[1] / "data_samples"
    files = [path for name in _SAMPLES if (path := folder / name).exists()]
    if files:
        output.note(f"{why}: three sample histories are audited in its place")
    return [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def _tell(report: AuditReport) -> None:
    from hushkey.keyboard.audit.verdict import LOWERS, headline, rows, sentences

    output.result(f"Verdict: {headline(report)}.\n")
    for sentence in sentences(report):
        output.result(sentence)
    output.result("\nWhat lowers it:")
    for remedy in LOWERS:
        output.result(f"  - {remedy}")
    output.result("")
    output.table(rows(report))


@contextmanager
def _interrupted() -> Iterator[threading.Event]:
    """Turn Ctrl+C into an event, so that the training child is ended in good order."""
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
