"""Where things lie. Reads the environment that it is given; touches no file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "HUSHKEY_HOME"
_APPLICATION = "hushkey"


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one profile, and the files in them."""

    data: Path
    """The keystore, the encrypted history, the sealed adapter, state and memory. Back this up."""

    config: Path
    """What the owner may edit by hand. Holds nothing that was typed."""

    cache: Path
    """What can be made again. Holds nothing that was typed."""

    @property
    def preferences(self) -> Path:
        """Keys and theme of the app, as the owner wrote them; it need not be there."""
        return self.config / "config.toml"

    @property
    def keystore(self) -> Path:
        """Which place holds the key, and the wrapped key where that is a file."""
        return keystore_in(self.data)

    @property
    def history(self) -> Path:
        """The SQLCipher database; `-wal` and `-shm` lie beside it while it is open."""
        return history_in(self.data)

    @property
    def adapter(self) -> Path:
        """The personal adapter, sealed."""
        return self.data / "adapter.sealed"

    @property
    def shared(self) -> Path:
        """What many devices learned together, sealed: it holds nothing that only this owner typed."""
        return self.data / "shared.sealed"

    @property
    def state(self) -> Path:
        """How far each expert is trusted, sealed."""
        return self.data / "state.sealed"

    @property
    def memory(self) -> Path:
        """What was counted from the history, sealed: made again from it where it is missing."""
        return self.data / "memory.sealed"

    @property
    def checkpoint(self) -> Path:
        """How far a training came that was interrupted, sealed."""
        return self.data / "checkpoint.sealed"

    @property
    def reports(self) -> Path:
        """The folder of sealed reports that wait to be sent."""
        return self.data / "reports"

    @property
    def sharing(self) -> Path:
        """The SQLCipher database of sharing: what was agreed to, spent and sent. It holds nothing that was typed."""
        return self.data / "sharing.db"

    @property
    def databases(self) -> tuple[Path, ...]:
        """Every database, each with `-wal` and `-shm` beside it while it is open."""
        return self.history, self.sharing

    @property
    def sealed(self) -> tuple[Path, ...]:
        """Every sealed file with a name of its own: with those in `reports`, what a wipe deletes beside the history."""
        return self.adapter, self.shared, self.state, self.memory, self.checkpoint


def keystore_in(home: Path) -> Path:
    """Name the record of the key in a data folder."""
    return home / "keystore.json"


def history_in(home: Path) -> Path:
    """Name the encrypted history in a data folder."""
    return home / "history.db"


def places_in(home: Path) -> Places:
    """Put everything of a profile under one folder."""
    return Places(data=home, config=home, cache=home / "cache")


def places(environ: Mapping[str, str]) -> Places:
    """Find the owner's places: `HUSHKEY_HOME`, else XDG's, else the platform's own.

    An empty or relative XDG variable is ignored, as the XDG base directory specification asks.
    """
    home = environ.get(HOME_VARIABLE, "")
    if home:
        return places_in(Path(home).expanduser().absolute())
    own = platformdirs.PlatformDirs(_APPLICATION, appauthor=False)
    return Places(
        data=_xdg(environ, "XDG_DATA_HOME") or own.user_data_path,
        config=_xdg(environ, "XDG_CONFIG_HOME") or own.user_config_path,
        cache=_xdg(environ, "XDG_CACHE_HOME") or own.user_cache_path,
    )


def _xdg(environ: Mapping[str, str], variable: str) -> Path | None:
    given = Path(environ.get(variable, ""))
    return given / _APPLICATION if given.is_absolute() else None
