"""An operator's own keys: one file of mode 0600, made whole or not at all. Knows no store and no network.

The operator's key signs for ever: devices pin it. Keys that reports are sealed for are rotated, and the old ones
are kept until every report that may be sealed for them has expired.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from hushkey.keyboard import private_files
from hushkey.keyboard.errors import KeyboardError
from hushkey.sync.errors import ConfigRefused
from hushkey.sync.keys import Entropy, OperatorKey, ReceiverKey
from hushkey.sync.messages import SUITE, Receiver, Role, Sig, Signed, encode

T = TypeVar("T")

VERSION = 1
NUMBERS = 256  # a receiver's number is one byte
REPORT_TTL_MAX_S = 90 * 86_400  # the longest that a task may let a report live
CLOCK_MARGIN_MAX_S = 86_400


class _Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: int
    key: bytes
    expires_at: int


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    role: Role
    operator: bytes
    receivers: tuple[_Held, ...]


@dataclass(frozen=True, slots=True)
class HeldReceiver:
    """One key that reports are sealed for."""

    number: int
    key: ReceiverKey
    expires_at: int  # nobody seals for it later

    @property
    def kept_until(self) -> int:
        """When the last report that was sealed for it has expired by every clock."""
        return self.expires_at + REPORT_TTL_MAX_S + CLOCK_MARGIN_MAX_S


@dataclass(frozen=True, slots=True)
class OperatorKeys:
    """What the file holds."""

    role: Role
    operator: OperatorKey
    receivers: tuple[HeldReceiver, ...]  # the newest last

    @classmethod
    def generate(cls, role: Role, now: int, days: int, entropy: Entropy) -> Self:
        """Draw an operator's key and a first receiver key."""
        first = HeldReceiver(0, ReceiverKey.generate(entropy), now + days * 86_400)
        return cls(role, OperatorKey.generate(entropy), (first,))

    def rotated(self, now: int, days: int, entropy: Entropy) -> Self:
        """Return the keys with a new receiver key, without those that nothing can be sealed for any more."""
        kept = tuple(held for held in self.receivers if held.kept_until > now)
        number = (self.receivers[-1].number + 1) % NUMBERS
        if number in {held.number for held in kept}:
            raise ConfigRefused(
                f"{NUMBERS} keys are still needed; nothing was changed; rotate less often"
            )
        new = HeldReceiver(number, ReceiverKey.generate(entropy), now + days * 86_400)
        return replace(self, receivers=(*kept, new))

    def receiver(self) -> Signed:
        """Return the newest receiver key's configuration, signed: what devices are told."""
        newest = self.receivers[-1]
        body = encode(
            Receiver(self.role, newest.number, SUITE, newest.key.public, newest.expires_at)
        )
        return Signed(body, (Sig(self.role, self.operator.sign(b"receiver", body)),))

    def by_number(self) -> dict[int, ReceiverKey]:
        """Return the keys that open reports, by their numbers."""
        return {held.number: held.key for held in self.receivers}


def create(path: Path, keys: OperatorKeys) -> None:
    """Write a new file. Raises ConfigRefused where one is there: an operator's key is never overwritten."""
    try:
        _refusing(lambda: private_files.write_private(path, _encoded(keys), replace=False))
    except FileExistsError:
        raise ConfigRefused(
            f"{path} is there already; nothing was changed; it holds a key that devices have pinned"
        ) from None


def replace_file(path: Path, keys: OperatorKeys) -> None:
    """Write a changed file in the place of the old one; after a crash there is either. Raises ConfigRefused."""
    _refusing(lambda: private_files.write_private(path, _encoded(keys), replace=True))


def read(path: Path) -> OperatorKeys:
    """Read the file. Raises ConfigRefused if others could read it, or if it is none of these."""
    try:
        data = _refusing(lambda: private_files.read_private(path))
    except FileNotFoundError:
        raise ConfigRefused(
            f"there is no {path}; nothing was started; 'hushkey coordinator init' makes one"
        ) from None
    try:
        held = msgspec.json.decode(data, type=_File)
        keys = OperatorKeys(
            held.role,
            OperatorKey(held.operator),
            tuple(HeldReceiver(r.number, ReceiverKey(r.key), r.expires_at) for r in held.receivers),
        )
    except (msgspec.DecodeError, ValueError):
        held, keys = None, None
    if held is None or keys is None or held.version != VERSION or not keys.receivers:
        raise ConfigRefused(
            f"{path} is no file of keys of this version; nothing was started; take it from the backup"
        )
    return keys


def _encoded(keys: OperatorKeys) -> bytes:
    receivers = tuple(_Held(r.number, r.key.reveal(), r.expires_at) for r in keys.receivers)
    return msgspec.json.encode(_File(VERSION, keys.role, keys.operator.reveal(), receivers))


def _refusing(act: Callable[[], T]) -> T:
    try:
        return act()
    except KeyboardError as error:
        raise ConfigRefused(str(error)) from None


class FileReceivers(Mapping[int, ReceiverKey]):
    """The receiver keys of a file by their numbers; the file is read again when a number is asked for that is new.

    So a rotation needs no restart: whoever is the first to hold a report for the new key finds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held = read(path).by_number()
        self._read_at = _changed_at(path)

    def __getitem__(self, number: int) -> ReceiverKey:
        if number not in self._held and _changed_at(self._path) != self._read_at:
            self._read_at = _changed_at(self._path)
            self._held = read(self._path).by_number()
        return self._held[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


def _changed_at(path: Path) -> tuple[int, int]:
    """Return what differs once the file was replaced; of no file, zeros."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_ino)
