"""The record of the key, `keystore.json`: which place holds it, and what that place needs.

Knows how it is written, not what a key is good for.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from hushkey.keyboard.errors import KeystoreDamaged, KeystoreTooNew
from hushkey.keyboard.keys import MasterKey
from hushkey.keyboard.paths import keystore_in
from hushkey.keyboard.private_files import read_private, write_private

Place = Literal["keyring", "passphrase", "file"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Record:
    """What is written down of the key."""

    place: Place
    identity: str
    """Of the key, so that another one is told apart before it is tried."""
    fields: dict[str, Any]
    """`wrapped` with the wrapped key, or `key` with the bare one, where the place is a file."""


def read_record(home: Path) -> Record | None:
    """Read the record; None where there is none.

    Raises KeyExposed, KeystoreDamaged, KeystoreTooNew, FileRefused.
    """
    try:
        fields = json.loads(read_private(keystore_in(home)))
        written, place, identity = (fields[name] for name in ("format", "place", "identity"))
        newer = int(written) > FORMAT
        bytes.fromhex(identity)
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError):
        raise KeystoreDamaged(DAMAGED) from None
    if newer:
        raise KeystoreTooNew(
            f"keystore.json has format {written}, this hushkey knows {FORMAT}; nothing was changed; "
            "update hushkey"
        )
    if place not in get_args(Place):
        raise KeystoreDamaged(DAMAGED)
    return Record(cast("Place", place), identity, fields)


def write_record(home: Path, record: Record, *, replace: bool) -> None:
    """Write the record whole or not at all. Raises FileRefused, FileExistsError."""
    content = {"format": FORMAT, "place": record.place, "identity": record.identity}
    text = json.dumps({**content, **record.fields}, indent=1) + "\n"
    write_private(keystore_in(home), text.encode(), replace=replace)


def key_to_text(key: MasterKey) -> str:
    """Write a key for the keyring or the bare file."""
    return base64.b64encode(key.reveal()).decode()


def key_from_text(text: object) -> MasterKey:
    """Read a key back. Raises KeystoreDamaged."""
    try:
        return MasterKey(base64.b64decode(str(text), validate=True))
    except ValueError:
        raise KeystoreDamaged(DAMAGED) from None


DAMAGED = (
    "the record of the key is damaged; nothing was changed; put back a copy of keystore.json, or "
    "run 'hushkey recovery import' with the recovery code"
)
