"""What the learning room says, as values: state in, text out. Pure: no widget, no thread, no clock.

What a run came to is said as `hushkey learn` says it (`cli/learning_told`); plots are `learning_curves`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hushkey.keyboard.audit.verdict import LOWERS, headline_of
from hushkey.keyboard.background import BUSY_SHARE, NO_PSUTIL, QUIET_S
from hushkey.keyboard.learner import LearnReport
from hushkey.keyboard.learning.judge import Figures
from hushkey.keyboard.settings import Settings
from hushkey.tui.cli.learning_told import run_rows, sentence
from hushkey.tui.cli.when import minute_of
from hushkey.tui.learning_curves import MEGA, Measure, Plot, curve, memory
from hushkey.tui.learning_runs import WORTH_LEARNING
from hushkey.tui.sharing_view import Fact, Section
from hushkey.tui.view_model import meter, time_left

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hushkey.keyboard.audit.own import LastAudit
    from hushkey.keyboard.background import Machine
    from hushkey.keyboard.learner import LearnProgress
    from hushkey.keyboard.notes import LearnRun
    from hushkey.model.plans import Plan
    from hushkey.tui.audit_runs import AuditStep

WIDE: Final = 96  # columns from which the plots stand side by side
_WHOLE: Final = 122  # columns from which a run's row is as `hushkey learn --log` has it
BAR_CELLS: Final = 12
NO_RUN: Final = (
    "No run yet. A run trains the personal adapter on your history, in a process of its own, and keeps it only if it "
    "sees your newest lines coming better. Words are remembered without one."
)
NO_TORCH: Final = (
    "torch is not installed, so nothing can be trained here: pip install 'hushkey[learn]'"
)
NO_AUDIT: Final = (
    "No audit of this profile yet. It plants made-up secrets into a copy of your history, in memory, learns that, and "
    "tries to get them out again. It takes a minute or two; only its numbers are kept."
)
OLD_AUDIT: Final = "The last audit is of another version of hushkey; a new one takes its place."
WHOLE_AUDIT: Final = (
    "“Audit” makes another one here, with fewer secrets; with all of them and a table: "
    "hushkey audit, in a terminal."
)
_MIDDLE_CELLS: Final = (0, 1, 3, 4, 5, 6, 7)  # of a run's row: all but how long it took
_NARROW_CELLS: Final = (0, 1, 6, 7)  # when, words, nats, what became of it
_SURFACES: Final[Mapping[str, str]] = {
    "ngrams": "n-gram memory",
    "adapter": "adapter",
    "shared": "what is shared",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was seen at one time. `runs` are the newest, oldest first."""

    runs: tuple[LearnRun, ...] = ()
    settings: Settings = field(default_factory=Settings)
    audit: LastAudit | None = None
    lines: int = 0  # kept since the last run, or since hushkey was opened
    idle_s: float = 0.0  # since somebody typed
    machine: Machine | None = None  # None where it cannot be asked
    trains: bool = True  # whether torch is there
    plans: Mapping[str, Plan] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What is being done, and how far it is."""

    learning: bool = False
    step: LearnProgress | None = None
    auditing: bool = False
    audit_step: AuditStep | None = None
    audit_refusal: str = ""


@dataclass(frozen=True, slots=True)
class LearningState:
    """All that the room tells of."""

    snapshot: Snapshot | None = None
    under_way: UnderWay = field(default_factory=UnderWay)
    refusal: str = ""
    measure: Measure = "nats"
    columns: int = 100  # of the screen


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold before a run begins unasked; `text` says how it stands, `brief` in a few words."""

    met: bool
    text: str
    brief: str = ""


@dataclass(frozen=True, slots=True)
class LearningView:
    """The room, as values."""

    headline: str = "looking"
    busy: bool = False  # for its colour alone: the headline says it in words
    doing: str = ""
    detail: str = ""
    refusal: str = ""
    learn: str = "Learn now"
    audit: str = "Audit"
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()  # the newest first
    told: tuple[str, ...] = ()  # each run in a sentence, the newest first
    empty: str = ""  # what stands in the place of the runs where there are none
    plots: tuple[Plot, ...] = ()
    measure: str = "Curve: loss"
    learning: str = "Learning"
    background: str = "Unasked"
    plans: tuple[tuple[str, str], ...] = ()  # name and label
    minutes: str = ""
    when: tuple[Section, ...] = ()
    audited: tuple[Section, ...] = ()


def view_of(state: LearningState) -> LearningView:
    """Return what the room shows of a state."""
    seen, under_way = state.snapshot, state.under_way
    if seen is None:
        return LearningView(refusal=state.refusal)
    doing, detail = doing_lines(under_way, seen)
    heads, *rows = _rows(seen.runs, state.columns)
    return LearningView(
        headline=headline(seen, under_way),
        busy=under_way.learning or under_way.auditing,
        doing=doing,
        detail=detail,
        refusal=state.refusal or under_way.audit_refusal,
        learn="Stop learning" if under_way.learning else "Learn now",
        audit="Stop the audit" if under_way.auditing else "Audit",
        heads=heads,
        rows=tuple(rows),
        told=tuple(run_told(run) for run in reversed(seen.runs)),
        empty="" if seen.runs else NO_RUN,
        plots=(curve(seen.runs, state.measure), memory(seen.runs, seen.plans)),
        measure="Curve: hits" if state.measure == "recall_at_3" else "Curve: loss",
        learning=f"Learning: {_on(seen.settings.learning)}",
        background=f"Unasked: {_on(seen.settings.background_learning)}",
        plans=plan_labels(seen),
        minutes=str(seen.settings.learn_minutes),
        when=when(seen, under_way),
        audited=audited(seen.audit),
    )


# What is under way ------------------------------------------------------------------------------


def headline(seen: Snapshot, under_way: UnderWay) -> str:
    """Return where it stands, in words that need no colour."""
    if under_way.learning:
        return "a run is under way"
    if under_way.auditing:
        return "an audit is under way"
    if not seen.settings.learning:
        return "paused · nothing is kept"
    return "learning as you type"


def doing_lines(under_way: UnderWay, seen: Snapshot) -> tuple[str, str]:
    """Return what is under way as a bar with the time left, and a second line that says more."""
    step, audit = under_way.step, under_way.audit_step
    if under_way.learning:
        if step is None or not step.steps:
            return "learning · the trainer starts", "the first step comes in some seconds"
        share = step.step / step.steps
        left = time_left(step.left_s) or "it is being judged"
        return (
            f"learning {_bar(share)} {share:.0%} · {left}",
            f"step {step.step:,} of {step.steps:,} · loss of the batch {step.loss_nats:.2f} nats",
        )
    if under_way.auditing:
        share = audit.done / audit.total if audit is not None and audit.total else 0.0
        named = "" if audit is None else audit.doing
        return (
            f"auditing {_bar(share)} {share:.0%} · {named}",
            "on a copy in memory; typing goes on",
        )
    return "nothing is under way", unasked(seen, under_way)


def _bar(share: float) -> str:
    filled = meter(min(1.0, share), BAR_CELLS).rstrip()
    return f"{filled}{'·' * (BAR_CELLS - len(filled))}"


# Runs -------------------------------------------------------------------------------------------


def _rows(runs: Sequence[LearnRun], columns: int) -> list[tuple[str, ...]]:
    """Return heads and rows, the newest first; without what has no room, which the sentence below says too."""
    rows = list(run_rows(runs[::-1]))
    if columns >= _WHOLE:
        return rows
    cells = _MIDDLE_CELLS if columns >= WIDE else _NARROW_CELLS
    return [tuple(_short(row)[cell] for cell in cells) for row in rows]


def _short(row: tuple[str, ...]) -> tuple[str, ...]:
    """Return a row without the year, and without what a stopped run did later."""
    at, *between, fate = row
    year, _, rest = at.partition("-")
    return (rest if year.isdigit() else at), *between, fate.partition(",")[0]


def run_told(run: LearnRun) -> str:
    """Return what became of a run as a sentence, with its time and its plan."""
    plan = run.report.get("plan")
    by = f", plan {plan}" if plan else ""
    return f"{minute_of(run.at)}{by}: {sentence(report_of(run.report))}."


def report_of(noted: Mapping[str, Any]) -> LearnReport:
    """Return the report that was noted; what an older version did not note is nothing."""
    held: dict[str, Any] = {"words": 0}
    for name in LearnReport.__slots__:
        value = noted.get(name)
        if value is not None:
            held[name] = Figures(**value) if isinstance(value, dict) else value
    return LearnReport(**held)


# When it may run --------------------------------------------------------------------------------


def conditions(seen: Snapshot, under_way: UnderWay) -> tuple[Condition, ...]:
    """Return all that must hold before a run begins unasked, and how each stands now."""
    settings, machine = seen.settings, seen.machine
    found = [
        Condition(settings.learning, f"learning is {_on_or(settings.learning, 'paused')}"),
        Condition(
            settings.background_learning,
            f"learning unasked is {_on_or(settings.background_learning, 'off')}",
        ),
        Condition(
            seen.lines >= WORTH_LEARNING,
            _lines(seen.lines),
            f"{seen.lines:,} of {WORTH_LEARNING} new lines",
        ),
        Condition(seen.idle_s >= QUIET_S, _idle(seen.idle_s), "somebody typed a moment ago"),
    ]
    if machine is None:
        found.append(Condition(met=False, text=NO_PSUTIL))
    else:
        power = "mains power" if machine.on_mains else "its battery"
        found.append(Condition(machine.on_mains, f"the machine runs on {power}"))
        found.append(
            Condition(machine.load_share <= BUSY_SHARE, _load(machine), "the machine is busy")
        )
    if under_way.auditing:
        found.append(Condition(met=False, text="an audit is under way"))
    if not seen.trains:
        found.append(Condition(met=False, text=NO_TORCH))
    return tuple(found)


def unasked(seen: Snapshot, under_way: UnderWay) -> str:
    """Return whether a run would begin unasked now, and why not."""
    against = [each.brief or each.text for each in conditions(seen, under_way) if not each.met]
    if not against:
        return "a run begins unasked within half a minute"
    more = f", and {len(against) - 1} more" if len(against) > 1 else ""
    return f"no run begins unasked now: {against[0]}{more}"


def when(seen: Snapshot, under_way: UnderWay) -> tuple[Section, ...]:
    """Return when a run may begin, how long it may take, and what it trains, as sentences."""
    found = conditions(seen, under_way)
    if under_way.learning:
        verdict = "A run is under way; the next one may begin once this holds again:"
    elif all(each.met for each in found):
        verdict = "All of this holds, so a run begins unasked within half a minute:"
    else:
        verdict = "A run begins unasked only while all of this holds, which it does not now:"
    facts = [Fact("", verdict)]
    facts += [Fact("yes" if each.met else "no", each.text) for each in found]
    minutes = seen.settings.learn_minutes
    limit = f"{minutes:,} minute{'' if minutes == 1 else 's'}"
    facts.append(Fact("at most", f"{limit} a run; what is not done by then goes on the next time"))
    facts.append(Fact("plan", _plan_told(seen)))
    facts.append(
        Fact("asked", "“Learn now” begins one whatever the machine does; pressed again it stops")
    )
    return (Section("", tuple(facts)),)


def plan_labels(seen: Snapshot) -> tuple[tuple[str, str], ...]:
    """Return each plan and its label; the chosen one is marked by more than colour."""
    chosen = seen.settings.learn_plan
    return tuple((name, f"● {name}" if name == chosen else f"○ {name}") for name in seen.plans)


def next_plan(seen: Snapshot) -> str:
    """Return the plan behind the chosen one, in their order, from the last the first."""
    names = list(seen.plans)
    chosen = seen.settings.learn_plan
    return names[(names.index(chosen) + 1) % len(names)] if chosen in names else names[0]


def _plan_told(seen: Snapshot) -> str:
    name = seen.settings.learn_plan
    plan = seen.plans.get(name)
    if plan is None:
        return name
    numbers = int(plan.measured.get("parameters", 0))
    groups = ", ".join(plan.ranks)
    return (
        f"{name} trains {groups}: {numbers:,} numbers, made for {plan.budget_bytes / MEGA:.0f} MB of training memory; "
        "more of it predicts better and takes more memory"
    )


def _lines(lines: int) -> str:
    return (
        f"{lines:,} of the {WORTH_LEARNING} new lines that are worth a run, since the last one or since hushkey was "
        "opened"
    )


def _idle(idle_s: float) -> str:
    quiet = f"{QUIET_S / 60:.0f} minutes"
    if idle_s < 60:
        return f"somebody typed less than a minute ago; {quiet} without a key are waited for"
    if idle_s < QUIET_S:
        return f"somebody typed less than {quiet} ago; {quiet} without a key are waited for"
    return f"nobody typed for {quiet}"


def _load(machine: Machine) -> str:
    share = round(machine.load_share, 1)  # in tenths, so that what is read does not flicker
    if machine.load_share <= BUSY_SHARE:
        return f"the machine is at {share:.0%} of its cores, not above {BUSY_SHARE:.0%}"
    return f"the machine is busy: {share:.0%} of its cores, above {BUSY_SHARE:.0%}"


def _on(on: bool) -> str:
    return _on_or(on, "off")


def _on_or(on: bool, otherwise: str) -> str:
    return "on" if on else otherwise


# The last audit ---------------------------------------------------------------------------------


def audited(last: LastAudit | None) -> tuple[Section, ...]:
    """Return what the last audit found, and what lowers it."""
    if last is None:
        return (Section("", (Fact("", NO_AUDIT),)),)
    try:
        found = _found(last)
    except (KeyError, TypeError, ValueError, AttributeError):
        return (Section("", (Fact("", OLD_AUDIT),)),)
    advice = (*(Fact("", f"· {remedy}") for remedy in LOWERS), Fact("", WHOLE_AUDIT))
    return Section("", found), Section("What lowers it", advice)


def _found(last: LastAudit) -> tuple[Fact, ...]:
    figures = last.figures
    ngrams = figures["ngrams"]
    copied = f"{ngrams['words']:,} words" if "words" in ngrams else "a copy"
    facts = [
        Fact("when", f"{minute_of(last.at)}, on {copied} of yours in memory"),
        Fact("verdict", headline_of(figures)),
    ]
    facts += [Fact(name, _surface(figures[key])) for key, name in _SURFACES.items()]
    return tuple(facts)


def _surface(found: Mapping[str, Any]) -> str:
    if not found["count"]:
        return "none was trained, so there was nothing to look into"
    count = int(found["count"])
    return (
        f"{found['exposure_bits']:.1f} bits of exposure, {found['chance_bits']:.1f} is chance; "
        f"{round(found['extracted'] * count)} of {count} made-up secrets came out whole"
    )
