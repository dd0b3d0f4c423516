"""A coordinator's settings: one TOML file, read once into one frozen value. Knows no store, key or network.

`coordinator.toml` of a leader, with every section:

    role = "leader"
    name = "Example Library"
    url = "https://leader.example:8443"
    store = "postgresql+psycopg://hushkey@db.example/leader"

    [tls]
    certificate = "leader.crt"
    key = "leader.key"

    [peer]
    name = "Example University"
    url = "https://helper.example:8443"
    key = "…64 hex digits…"
    ca = "ca.crt"

Paths are relative to the file's folder. A password of the database belongs in ~/.pgpass, not here.
"""

import difflib
import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints
from urllib.parse import urlsplit

from hushkey.sync.errors import ConfigRefused
from hushkey.sync.keys import PUBLIC_KEY_BYTES
from hushkey.sync.messages import Operator, Role

FILE = "coordinator.toml"
RECEIVER_DAYS = 90


@dataclass(frozen=True, slots=True)
class Tls:
    """The server's certificate, which is also what a leader shows the helper. Without this section: loopback alone."""

    certificate: Path
    """PEM, with the chain to its root."""

    key: Path
    """PEM, mode 0600."""

    client_ca: Path | None = None
    """PEM of the authority whose certificates the helper takes from its leader. The helper needs it."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The other operator."""

    name: str
    """What a person is shown."""

    url: str
    """Where it answers: https, or http on loopback."""

    key: bytes
    """Its Ed25519 key, in 64 hex digits; learned from its operator, never from the network."""

    ca: Path | None = None
    """PEM of the authority that its certificate must come from; without it, the system's authorities."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What anybody may ask. Rates are counted by each process of the web part for itself."""

    address_per_s: float = 20.0
    """Requests a second of one address (of one /64, in IPv6)."""

    address_burst: int = 200
    """Requests of one address at once."""

    device_per_s: float = 0.05
    """Authenticated requests a second of one device: it has one live report at a time."""

    device_burst: int = 20
    """Those at once: retries after lost answers come together."""

    body_max_bytes: int = 256 * 2**20
    """The largest body of any request, whatever the task's terms come to."""

    body_s: float = 30.0
    """Seconds for a whole body to arrive."""

    head_s: float = 10.0
    """Seconds for a request's head to arrive, and between two requests of one connection."""

    service_s: float = 120.0
    """Seconds for an answer to be made; the helper's answer to a batch is the longest."""

    in_flight: int = 128
    """Requests at once in one process; more are told to come back."""

    threads: int = 8
    """Threads that answer them: each may hold a connection to the store."""

    metrics_from: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks that may read /metrics."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What a helper holds every task against, whatever the leader asks. It takes part in no weaker one."""

    batch_min: int = 32
    """Reports that a batch must have."""

    sigma: int = 1
    """Of its own noise, in units of the ring."""

    epsilon: float = 2.5
    """Of one report by its own noise alone, at the task's delta, at most. Ten of 2.2 come to 8 together."""

    demonstration: bool = False
    """Whether tasks that are marked as a demonstration are taken: weak noise, on loopback alone."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What a leader holds a new version against before it is released."""

    text: Path | None = None
    """A file of public text, a sentence a line, of the kind that people type. A leader needs one."""

    worse_by: float = 0.01
    """How much more loss on it, as a share, is still taken."""


@dataclass(frozen=True, slots=True)
class Batching:
    """How a leader's workers go about it."""

    poll_s: float = 5.0
    """Seconds between two looks for enough reports."""


@dataclass(frozen=True, slots=True)
class CoordinatorConfig:
    """One role's settings."""

    role: Role
    """`leader` or `helper`."""

    name: str
    """The operator's name, which a person is shown before consenting."""

    url: str
    """Where devices reach it: https, or http on loopback."""

    store: str = field(repr=False)
    """The database: `sqlite:///leader.db`, or `postgresql+psycopg://USER@HOST/NAME`."""

    listen: str = "127.0.0.1:8443"
    """Address and port."""

    keys: Path = Path("operator.keys")
    """The operator's key and those that reports are sealed for: see keys_file.py."""

    receiver_days: int = RECEIVER_DAYS
    """Days that a key is sealed for before the next one must be there."""

    tls: Tls | None = None
    peer: Peer | None = None
    limits: Limits = Limits()
    floor: Floor = Floor()
    gate: Gate = Gate()
    batching: Batching = Batching()

    @property
    def host(self) -> str:
        """The address to listen on, without the brackets of IPv6."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port to listen on."""
        return int(self.listen.rpartition(":")[2])

    def other(self) -> Operator:
        """Return the other operator as a task names it. Raises ConfigRefused where the file names none."""
        if self.peer is None:
            raise ConfigRefused(
                "the file has no [peer]; nothing was done; add the other operator's name, url and key"
            )
        return Operator(self.peer.name, self.peer.url, self.peer.key)


def load(path: Path) -> CoordinatorConfig:
    """Read a file. Raises ConfigRefused, which names the nearest key where there is none of that name."""
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigRefused(
            f"{path} cannot be read ({error.strerror}); nothing was started; "
            "'hushkey coordinator init' makes one"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ConfigRefused(f"{path} is not TOML; nothing was started") from None
    return parsed(held, path.resolve().parent)


def parsed(held: Mapping[str, Any], folder: Path) -> CoordinatorConfig:
    """Return the settings of what a file holds; paths are relative to `folder`. Raises ConfigRefused."""
    config = _section(CoordinatorConfig, held, folder, "")
    _refuse_what_cannot_be(config)
    return replace(config, keys=folder / config.keys, store=_beside(config.store, folder))


def _beside(store: str, folder: Path) -> str:
    """Return the database's URL; one that is a file lies beside the settings, wherever it was started."""
    path = store.removeprefix("sqlite:///")
    if path in {store, ""} or path.startswith(("/", ":")):
        return store
    return f"sqlite:///{folder / path}"


S = TypeVar("S")


def _section(kind: type[S], held: Mapping[str, Any], folder: Path, place: str) -> S:
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]  # they are dataclasses
    for name in held:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {place}{near[0]}?" if near else f"there are {', '.join(known)}"
            raise ConfigRefused(f"there is no setting {place}{name}; nothing was started; {hint}")
    hints = get_type_hints(kind)
    missing = [name for name, each in known.items() if name not in held and _required(each)]
    if missing:
        raise ConfigRefused(f"the setting {place}{missing[0]} is missing; nothing was started")
    values = {name: _value(hints[name], held[name], folder, f"{place}{name}") for name in held}
    return kind(**values)


def _required(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _value(kind: Any, value: Any, folder: Path, name: str) -> Any:
    options = [option for option in get_args(kind) if option is not type(None)]
    if kind == Role:
        if value not in options:
            raise ConfigRefused(f"{name} is leader or helper; nothing was started")
        return value
    if options and get_args(kind) and type(None) in get_args(kind):
        kind = options[0]
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, dict):
            raise ConfigRefused(f"{name} is a section, [{name}]; nothing was started")
        return _section(kind, value, folder, f"{name}.")
    return _plain(kind, value, folder, name)


def _plain(kind: Any, value: Any, folder: Path, name: str) -> Any:
    match value:
        case str() if kind is Path:
            return folder / value
        case str() if kind is bytes:
            return _key(value, name)
        case list() if kind == tuple[str, ...] and all(isinstance(each, str) for each in value):
            return tuple(value)
        case int() if kind is float and not isinstance(value, bool):
            return float(value)
        case _ if kind in {str, int, float, bool} and type(value) is kind:
            return value
    raise ConfigRefused(f"{name} is not {_WORDS.get(kind, 'a list of texts')}; nothing was started")


_WORDS: Mapping[Any, str] = {
    str: "a text in quotes",
    Path: "a path in quotes",
    bytes: "64 hex digits in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def _key(text: str, name: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != PUBLIC_KEY_BYTES:
        raise ConfigRefused(f"{name} is not {_WORDS[bytes]}; nothing was started")
    return raw


def _refuse_what_cannot_be(config: CoordinatorConfig) -> None:
    _require_listen(config.listen)
    _require_url("url", config.url)
    if config.peer is not None:
        _require_url("peer.url", config.peer.url)
    if config.tls is None and not _is_loopback(config.host):
        raise ConfigRefused(
            "without [tls] it listens on loopback alone; nothing was started; "
            "add a certificate and its key, or listen on 127.0.0.1"
        )
    if config.role == "helper" and config.tls is not None and config.tls.client_ca is None:
        raise ConfigRefused(
            "a helper asks its leader for a certificate and tls.client_ca is missing; nothing was started"
        )
    for each in fields(Limits):
        value = getattr(config.limits, each.name)
        if isinstance(value, int | float) and value <= 0:
            raise ConfigRefused(f"limits.{each.name} is above 0; nothing was started")
    for network in config.limits.metrics_from:
        _require_network(network)
    floor = config.floor
    if floor.batch_min < 2 or floor.sigma < 0 or not floor.epsilon > 0:  # one report is its own sum
        raise ConfigRefused(
            "floor.batch_min is 2 or more, floor.sigma 0 or more, floor.epsilon above 0; nothing was started"
        )
    if config.receiver_days < 1 or not config.batching.poll_s > 0 or config.gate.worse_by < 0:
        raise ConfigRefused("a time or a share is below 0; nothing was started")


def _require_listen(listen: str) -> None:
    host, _, port = listen.rpartition(":")
    try:
        ipaddress.ip_address(host.strip("[]"))
        fits = 0 <= int(port) < 65_536
    except ValueError:
        fits = False
    if not fits:
        raise ConfigRefused("listen is ADDRESS:PORT, such as 0.0.0.0:8443; nothing was started")


def _require_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        loopback = _is_loopback(parts.hostname or "")
        fits = bool(parts.hostname) and not (parts.path or parts.query or parts.fragment)
        fits = fits and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        fits, loopback = False, False
    if not fits or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise ConfigRefused(
            f"{name} is https://HOST:PORT, or http on loopback alone; nothing was started"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_network(network: str) -> None:
    try:
        ipaddress.ip_network(network)
    except ValueError:
        raise ConfigRefused(
            "limits.metrics_from holds networks such as 10.0.0.0/8; nothing was started"
        ) from None
