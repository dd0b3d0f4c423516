"""What the privacy screen says, as values: state in, text out. Pure: no widget, no thread, no file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from hushkey.keyboard.settings import Settings, is_surface_name, parsed
from hushkey.tui.cli.when import day_of
from hushkey.tui.opening import KEY_PLACE_NOTES
from hushkey.tui.sharing_view import NOTHING_LEAVES, Fact, Section
from hushkey.tui.view_model import meter, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hushkey.keyboard.exports import Export
    from hushkey.keyboard.key_record import Place
    from hushkey.keyboard.redaction_log import Redacted
    from hushkey.keyboard.retention import Expiring
    from hushkey.keyboard.surface_use import SurfaceUse
    from hushkey.tui.privacy_port import Snapshot

EXPORTS_SHOWN: Final = 5  # the newest; a forgetting names every one that may hold the line
WIPE_WORD: Final = "wipe"
BAR_CELLS: Final = 16
_GROUPS_A_LINE: Final = 7
_MOST_NAMED: Final = 3  # copies that the question for a wipe names

SURFACES: Final[Mapping[str, str]] = {
    "app": "this app",
    "plain": "line mode",
    "shell": "zsh, bash, fish",
    "pty": "hushkey pty",
    "lsp": "editors",
    "ipython": "IPython",
    "import": "imported",
}
_KINDS: Final[Mapping[str, str]] = {
    "card": "card numbers",
    "code": "one-time codes",
    "digits": "long numbers",
    "email": "e-mails",
    "iban": "bank accounts",
    "key": "keys and tokens",
    "password": "passwords",
    "phone": "phone numbers",
    "url": "secrets in links",
}
_AGAINST: Final[Mapping[Place, str]] = {
    "keyring": "Whoever takes the disk or a backup of it reads nothing. Every program that runs as you, while you are "
    "logged in, can ask the keyring for the key.",
    "passphrase": "Whoever takes the disk or a backup of it reads nothing without your passphrase. While hushkey is "
    "open, a program that runs as you can read what hushkey can.",
    "file": "Other accounts on this machine read nothing. Whoever can read your files, or takes the disk or a backup "
    "of it, can read everything.",
}
_LOST: Final[Mapping[Place, str]] = {
    "keyring": "the keyring",
    "passphrase": "the passphrase",
    "file": "the key file",
}
_BACKUPS: Final[Mapping[Place, str]] = {
    "keyring": "",
    "passphrase": "A backup that holds keystore.json too is still opened by your passphrase.",
    "file": "A backup that holds keystore.json too can still be read.",
}
_ON_PAPER: Final = "A recovery code on paper still opens a backup of these files."
_NOT_REACHED: Final = (
    "What a shared model learned of a report that was counted stays in it, and a report that waits with the operators "
    "cannot be asked back afterwards: turn sharing off first."
)


@dataclass(frozen=True, slots=True)
class PrivacyState:
    """All that the screen tells of."""

    snapshot: Snapshot | None = None
    sharing: str = ""
    """Where sharing stands, as its own screen says it; "" where nobody looked."""
    doing: str = ""
    note: str = ""
    """What became of the last thing that was asked for."""
    refusal: str = ""
    bounds: tuple[int, int] | None = None
    """(days, megabytes) that were entered, where they are not those in force."""
    expiring: Expiring | None = None
    """What they would let go."""


@dataclass(frozen=True, slots=True)
class SurfaceRow:
    """One surface and its two switches."""

    name: str
    told: str
    learns: bool
    suggests: bool
    switchable: bool = True


@dataclass(frozen=True, slots=True)
class PrivacyView:
    """The screen, as values."""

    headline: str = "looking"
    sharing: str = ""
    says: str = ""
    """What is under way, else what became of the last thing."""
    refusal: str = ""
    stored: tuple[Section, ...] = ()
    key: tuple[Section, ...] = ()
    cut: tuple[Section, ...] = ()
    copies: tuple[Section, ...] = ()
    bounds: str = ""
    would_go: str = ""
    can_keep: bool = False
    surfaces_note: str = ""
    surfaces: tuple[SurfaceRow, ...] = ()


def view_of(state: PrivacyState) -> PrivacyView:
    """Return what the screen shows of a state."""
    seen = state.snapshot
    if seen is None:
        return PrivacyView(says=state.doing or "reading what is stored", refusal=state.refusal)
    return PrivacyView(
        headline=headline(seen),
        sharing=sharing_line(seen, state.sharing),
        says=state.doing or state.note,
        refusal=state.refusal,
        stored=(stored(seen),),
        key=(key(seen),),
        cut=(cut(seen.redacted),),
        copies=(copies(seen.exports),),
        bounds=bounds_line(seen.settings),
        would_go=would_go(state.bounds, state.expiring),
        can_keep=state.bounds is not None and state.expiring is not None,
        surfaces_note=_surfaces_note(seen.settings),
        surfaces=surface_rows(seen),
    )


def headline(seen: Snapshot) -> str:
    """Return how much is kept."""
    lines, words = _total(seen)
    held = f"{_of(lines, 'line')} · {_of(words, 'word')}"
    return f"{held} · {size(sum(one.size for one in seen.files))}" if seen.files else held


def sharing_line(seen: Snapshot, standing: str) -> str:
    """Return in one line whether anything leaves the machine."""
    if seen.cannot_share:
        return "Sharing is not installed. Nothing leaves this machine."
    if seen.do_not_track:
        return "DO_NOT_TRACK is set: nothing is sent, whatever was agreed to."
    if not seen.shares:
        return NOTHING_LEAVES
    return (
        f"Sharing is {standing}."
        if standing
        else "Sharing was agreed to once; its screen shows where it stands."
    )


# What is stored ---------------------------------------------------------------------------------


def stored(seen: Snapshot) -> Section:
    """Return each file with what it holds, its size and age, its path and how it is encrypted."""
    if not seen.files:
        return Section("Stored", (Fact("", "Nothing: this profile is thrown away at its end."),))
    return Section(
        "Stored, readable by your account alone",
        tuple(
            Fact(
                one.kept.name,
                "\n".join(
                    (
                        f"{size(one.size)} · {_age(seen, one.kept.name, one.changed)}",
                        f"{one.kept.holds}",
                        f"{one.kept.sealed}",
                        f"{one.kept.path}",
                    )
                ),
            )
            for one in seen.files
        ),
    )


def _age(seen: Snapshot, name: str, changed: float) -> str:
    if name != "history" or not seen.surfaces:
        return f"changed {ago(changed, seen.now)}"
    lines, words = _total(seen)
    oldest = day_of(min(use.first for use in seen.surfaces))
    newest = day_of(max(use.last for use in seen.surfaces))
    return f"{_of(lines, 'line')}, {_of(words, 'word')}, {oldest} to {newest}"


def _total(seen: Snapshot) -> tuple[int, int]:
    return sum(use.lines for use in seen.surfaces), sum(use.words for use in seen.surfaces)


# The key ----------------------------------------------------------------------------------------


def key(seen: Snapshot) -> Section:
    """Return where the key is, what that withstands, and whether there is a way back."""
    if seen.place is None:
        return Section("Key", (Fact("", "None: nothing is written to the disk."),))
    return Section(
        "Key",
        (
            Fact("lies", f"{KEY_PLACE_NOTES[seen.place]}."),
            Fact("withstands", _AGAINST[seen.place]),
            Fact("way back", _way_back(seen.place, seen.code_made_at)),
        ),
    )


def _way_back(place: Place, made_at: float | None) -> str:
    if made_at is not None:
        return (
            f"A recovery code was shown on {day_of(made_at)}. Whoever has it can read everything."
        )
    return (
        f"No recovery code is noted. Without one, whoever loses {_LOST[place]} can never read the history again. "
        "“Recovery code” makes one, as does hushkey recovery export."
    )


def code_lines(code: str) -> str:
    """Return a recovery code in lines that fit a narrow card, each of whole groups."""
    groups = code.split("-")
    rows = (groups[at : at + _GROUPS_A_LINE] for at in range(0, len(groups), _GROUPS_A_LINE))
    return "-\n".join("-".join(row) for row in rows)


# Retention --------------------------------------------------------------------------------------


def bounds_line(settings: Settings) -> str:
    """Return what is let go by the bounds in force."""
    age = f"Lines older than {_of(settings.keep_days, 'day')} go" if settings.keep_days else ""
    most = f"beyond {settings.keep_megabytes:,} MB of text the oldest go"
    return f"{age}; {most}." if age else f"Lines of every age stay; {most}."


def bounds_from(days: str, megabytes: str, settings: Settings) -> tuple[int, int] | None:
    """Read what was entered; None where it is what is in force. Raises SettingRefused."""
    entered = {**parsed("keep_days", days), **parsed("keep_megabytes", megabytes)}
    found = int(entered["keep_days"]), int(entered["keep_megabytes"])
    return None if found == (settings.keep_days, settings.keep_megabytes) else found


def would_go(bounds: tuple[int, int] | None, expiring: Expiring | None) -> str:
    """Return what other bounds would let go."""
    if bounds is None:
        return ""
    if expiring is None:
        return "counting what would go"
    if not expiring.lines or expiring.oldest is None or expiring.newest is None:
        return "Nothing that is kept would go."
    return (
        f"{_of(expiring.lines, 'line')} would go at the next start, of {day_of(expiring.oldest)} to "
        f"{day_of(expiring.newest)}. Nothing brings them back; copies that you exported keep them."
    )


def kept_for(expiring: Expiring) -> str:
    """Return what became of other bounds."""
    goes = f"{_of(expiring.lines, 'line')} will go" if expiring.lines else "nothing goes"
    return f"Set. At the next start {goes}."


# Surfaces ---------------------------------------------------------------------------------------


def surface_rows(seen: Snapshot) -> tuple[SurfaceRow, ...]:
    """Return the surfaces that were used, then those that are known or switched and were not."""
    unused = {*SURFACES, *seen.settings.named_surfaces} - {use.name for use in seen.surfaces}
    return (
        *(_row(use.name, _used(use, seen.now), seen.settings) for use in seen.surfaces),
        *(_row(name, "nothing kept", seen.settings) for name in sorted(unused, key=_known_first)),
    )


def _known_first(name: str) -> tuple[int, str]:
    known = list(SURFACES)
    return (known.index(name) if name in known else len(known), name)


def _row(name: str, told: str, settings: Settings) -> SurfaceRow:
    what = f"{SURFACES[name]} · " if name in SURFACES else ""
    switchable = is_surface_name(name)
    return SurfaceRow(
        visible(name),
        f"{what}{told}" if switchable else f"{told} · its name has no switch",
        settings.replace(learning=True).learns_from(name),
        settings.suggests_in(name),
        switchable,
    )


def _used(use: SurfaceUse, now: float) -> str:
    return f"{_of(use.lines, 'line')}, {_of(use.words, 'word')} · {ago(use.last, now)}"


def _surfaces_note(settings: Settings) -> str:
    if settings.learning:
        return "What is switched off here is neither kept nor offered there, from the next line on."
    return "Learning is paused everywhere: nothing is kept, whatever stands here."


# What was cut out, and copies -------------------------------------------------------------------


def cut(redacted: Sequence[Redacted]) -> Section:
    """Return the counts by kind as bars. Nothing that was cut out is kept anywhere."""
    if not redacted:
        nothing = Fact("", "Nothing yet. Only counts by kind and day are kept, never what it was.")
        return Section("Cut out before it was kept", (nothing,))
    most = max(one.count for one in redacted)
    since = min(one.since for one in redacted)
    return Section(
        f"Cut out before it was kept, since {since}",
        tuple(
            Fact(
                _KINDS.get(one.kind, one.kind),
                f"{meter(one.count / most, BAR_CELLS)} {one.count:,}",
            )
            for one in redacted
        ),
    )


def copies(exports: Sequence[Export]) -> Section:
    """Return where copies were written: they cannot be called back."""
    if not exports:
        return Section("Copies that you exported", (Fact("", "None."),))
    older = len(exports) - EXPORTS_SHOWN
    facts = [
        Fact(day_of(one.at), f"{_of(one.lines, 'line')} · {_destination(one)}")
        for one in reversed(exports[-EXPORTS_SHOWN:])
    ]
    if older > 0:
        facts.append(Fact("", f"and {_of(older, 'older one')}"))
    return Section("Copies that you exported", tuple(facts))


def _destination(export: Export) -> str:
    return visible(export.destination) or "to standard output or a program"


def exported(lines: int, path: str, *, encrypted: bool) -> str:
    """Return what became of an export."""
    sealed = "only its passphrase opens it" if encrypted else "it is not encrypted"
    return f"Wrote {_of(lines, 'line')} to {visible(path)}; {sealed}."


def wipe_facts(seen: Snapshot) -> tuple[Section, ...]:
    """Return what a wipe destroys and what it cannot reach."""
    lines, words = _total(seen)
    goes = (
        f"The key first, then {_of(lines, 'line')} with {_of(words, 'word')}, your word lists and settings, and all "
        "that was learned of them."
    )
    facts = [Fact("goes", goes)]
    if seen.exports:
        named = dict.fromkeys(_destination(one) for one in reversed(seen.exports))
        shown = "\n".join(list(named)[:_MOST_NAMED])
        more = len(named) - _MOST_NAMED
        also = f"\nand {more:,} more" if more > 0 else ""
        facts.append(Fact("stays", f"{_of(len(seen.exports), 'copy', 'copies')}:\n{shown}{also}"))
    backups = _BACKUPS[seen.place] if seen.place else ""
    on_paper = _ON_PAPER if seen.code_made_at is not None else ""
    facts += [Fact("stays", told) for told in (backups, on_paper) if told]
    if seen.shares:
        facts.append(Fact("stays", _NOT_REACHED))
    return (Section("", tuple(facts)),)


# Numbers and times ------------------------------------------------------------------------------


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    if count < 1_000:
        return _of(count, "byte")
    if count < 1_000_000:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:.1f} MB" if count < 1_000_000_000 else f"{count / 1e9:.1f} GB"


def ago(at: float, now: float) -> str:
    """Return a Unix time as one speaks of it: by the day, and after two weeks by its date."""
    days = (_date(now) - _date(at)).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days <= 14 else day_of(at)


def _date(at: float) -> date:
    return datetime.fromtimestamp(at).astimezone().date()


def _of(count: int, noun: str, plural: str = "") -> str:
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
