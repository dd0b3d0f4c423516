"""A scripted privacy: the methods of the real one, a snapshot made up, a record of what was asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hushkey.keyboard.exports import Export
from hushkey.keyboard.paths import Places
from hushkey.keyboard.redaction_log import Redacted
from hushkey.keyboard.retention import Expiring
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.surface_use import SurfaceUse
from hushkey.tui.privacy_port import Snapshot
from hushkey.tui.stored import Seen, kept

if TYPE_CHECKING:
    from hushkey.keyboard.keys import Passphrase

DAY_S = 86_400.0
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()
HOME = Path("/home/ada/.local/share/hushkey")
PLACES = Places(HOME, Path("/home/ada/.config/hushkey"), Path("/home/ada/.cache/hushkey"))
SIZES = {
    "keystore": 214,
    "history": 4_820_992,
    "memory": 2_310_044,
    "adapter": 812_400,
    "state": 4_100,
}
FILES = tuple(
    Seen(each, SIZES[each.name], NOW - 2 * DAY_S * number)
    for number, each in enumerate(kept(PLACES, "keyring"))
    if each.name in SIZES
)
FULL = Snapshot(
    now=NOW,
    settings=Settings(surfaces_off="shell", surfaces_silent="mail"),
    files=FILES,
    surfaces=(
        SurfaceUse("app", 12_044, 98_123, NOW - 268 * DAY_S, NOW - 60),
        SurfaceUse("lsp", 801, 6_012, NOW - 90 * DAY_S, NOW - DAY_S),
        SurfaceUse("shell", 12, 77, NOW - 80 * DAY_S, NOW - 40 * DAY_S),
        SurfaceUse("My Chat", 400, 3_200, NOW - 200 * DAY_S, NOW - 100 * DAY_S),
    ),
    redacted=(
        Redacted("email", 41, date(2026, 3, 2), date(2026, 11, 20)),
        Redacted("phone", 17, date(2026, 3, 9), date(2026, 11, 2)),
        Redacted("card", 1, date(2026, 5, 1), date(2026, 5, 1)),
    ),
    exports=(
        Export(NOW - 30 * DAY_S, "/home/ada/backup/hushkey-copy", 11_000, 11_000),
        Export(NOW - 3 * DAY_S, "", 12_500, 12_500),
    ),
    place="keyring",
    code_made_at=NOW - 100 * DAY_S,
)
GONE = Expiring(1_204, NOW - 268 * DAY_S, NOW - 95 * DAY_S)
EMPTY = Snapshot(now=NOW, settings=Settings(), files=FILES[:1], place="passphrase")


@dataclass
class ScriptedPrivacy:
    """Remembers what it was asked; refuses with `error` where a test gives one."""

    snapshot: Snapshot = FULL
    gone: Expiring = GONE
    error: Exception | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def look(self) -> Snapshot:
        return self.snapshot

    def expiring(self, days: int, megabytes: int) -> Expiring:
        self._ask("expiring", days, megabytes)
        return self.gone if days else Expiring()

    def keep(self, days: int, megabytes: int) -> Settings:
        self._ask("keep", days, megabytes)
        return self._set(keep_days=days, keep_megabytes=megabytes)

    def switch(
        self, surface: str, *, learns: bool | None = None, suggests: bool | None = None
    ) -> Settings:
        self._ask("switch", surface, learns, suggests)
        held = self.snapshot.settings
        return self._set(**held.switched(surface, learns=learns, suggests=suggests))

    def export(self, path: Path, passphrase: Passphrase | None) -> int:
        self._ask("export", path, passphrase is not None)
        return 13_257

    def recovery_code(self, passphrase: Passphrase | None) -> str:
        self._ask("code", passphrase is not None)
        return "HUSH1-AAAQE-AYEAU-DAOCA-JBIFQ-YDIOB-4IBCE-QTCQK-RMFYY-DENBW-HA5DY-P4OFP-Q"

    def wipe(self) -> None:
        self._ask("wipe")

    def _ask(self, *asked: object) -> None:
        if self.error is not None:
            raise self.error
        self.asked.append(asked)

    def _set(self, **changes: object) -> Settings:
        settings = self.snapshot.settings.replace(**changes)
        self.snapshot = replace(self.snapshot, settings=settings)
        return settings
