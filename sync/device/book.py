"""What the sharing database says: state, consent, keys, records, receipts, the shared adapter. Rows and bytes."""

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from hushkey.sync.device.consent import Consent
from hushkey.sync.device.core import State
from hushkey.sync.device.ledger import spent_rho
from hushkey.sync.device.reporting import Built
from hushkey.sync.device.store import get_fact, set_fact
from hushkey.sync.errors import StoreRefused
from hushkey.sync.keys import DeviceKey, Entropy
from hushkey.sync.messages import (
    Message,
    Record,
    Signed,
    Task,
    decode,
    decoder,
    encode,
    hash_of,
)
from hushkey.sync.releases.chain import Head
from hushkey.sync.releases.receipts import Receipt

if TYPE_CHECKING:
    from sqlite3 import Connection

M = TypeVar("M", bound=Message)

_OWN_BYTES = 1 << 24  # of what this program wrote itself
_STATE, _CONSENT, _ADAPTER = "state", "consent", "adapter"


# The state and the consent ----------------------------------------------------------------------


def read_state(database: "Connection") -> State:
    """Return the state; what was spent is what the ledger says."""
    held = get_fact(database, _STATE)
    state = State() if held is None else decoder(State).decode(held)
    return replace(state, spent_rho=max(state.spent_rho, spent_rho(database)))


def write_state(database: "Connection", state: State) -> None:
    """Keep the state."""
    set_fact(database, _STATE, msgspec.msgpack.encode(state))


def read_consent(database: "Connection") -> Consent | None:
    """Return what was agreed to last; it stays readable after sharing was switched off."""
    return _read(database, _CONSENT, Consent)


def write_consent(database: "Connection", consent: Consent) -> None:
    """Keep what was agreed to. The adapter of another task is dropped."""
    before = read_consent(database)
    if before is None or before.task != consent.task:
        set_fact(database, _ADAPTER, None)
    set_fact(database, _CONSENT, encode(consent))


def device_key(database: "Connection", task: bytes, entropy: Entropy) -> DeviceKey:
    """Return the device's key for a task, drawn when it is first asked for: each task has another."""
    name = f"device {task.hex()}"
    held = get_fact(database, name)
    if held is not None:
        return DeviceKey(held)
    key = DeviceKey.generate(entropy)
    set_fact(database, name, key.reveal())
    return key


def is_enrolled(database: "Connection", task: bytes) -> bool:
    """Whether the leader took the device's key for a task."""
    return get_fact(database, f"enrolled {task.hex()}") is not None


def note_enrolled(database: "Connection", task: bytes) -> None:
    """Note that the leader took the device's key for a task."""
    set_fact(database, f"enrolled {task.hex()}", b"")


# Records and the adapter ------------------------------------------------------------------------


def read_head(database: "Connection", task: bytes) -> Head | None:
    """Return where a task's chain stands, as far as this device followed it. It is never dropped."""
    return _read(database, f"head {task.hex()}", Head)


def write_records(database: "Connection", task: bytes, head: Head, records: list[Signed]) -> None:
    """Keep records that were followed, and the head after them."""
    for signed in records:
        sequence = decode(signed.body, Record, limit_bytes=_OWN_BYTES).sequence
        database.execute(
            "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (task, sequence, encode(signed)),
        )
    set_fact(database, f"head {task.hex()}", encode(head))


def records_of(database: "Connection", task: bytes) -> list[Signed]:
    """Return a task's records, in order."""
    rows = database.execute("SELECT signed FROM records WHERE task = ? ORDER BY sequence", (task,))
    return [decode(bytes(row), Signed, limit_bytes=_OWN_BYTES) for (row,) in rows]


def record_at(database: "Connection", task: bytes, sequence: int) -> Signed | None:
    """Return the record of a place in the chain."""
    row = database.execute(
        "SELECT signed FROM records WHERE task = ? AND sequence = ?", (task, sequence)
    ).fetchone()
    return None if row is None else decode(bytes(row[0]), Signed, limit_bytes=_OWN_BYTES)


def read_adapter(database: "Connection") -> bytes | None:
    """Return the bytes of the shared adapter in force; None until one was fetched."""
    return get_fact(database, _ADAPTER)


def write_adapter(database: "Connection", data: bytes) -> None:
    """Keep the shared adapter."""
    set_fact(database, _ADAPTER, data)


# Reports and receipts ---------------------------------------------------------------------------


def add_report(database: "Connection", built: Built, task: Task, identity: bytes, at: int) -> None:
    """Keep what a report that lives needs: who to withdraw it from, and its token."""
    database.execute(
        "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            built.report,
            identity,
            encode(built.metadata),
            built.token.reveal(),
            task.leader.url,
            task.helper.url,
            int(built.zeros),
            at,
        ),
    )


class ReportRow(NamedTuple):
    """What a report that lives needs. It prints its token, so nobody prints it."""

    task: bytes
    token: bytes
    leader_url: str
    helper_url: str


def report_row(database: "Connection", report: bytes) -> ReportRow | None:
    """Return what is kept of a report; None where it was erased."""
    row = database.execute(
        "SELECT task, token, leader_url, helper_url FROM reports WHERE report = ?", (report,)
    ).fetchone()
    return None if row is None else ReportRow(*row)


def reports_held(database: "Connection") -> list[bytes]:
    """Return the ids of the reports that something is kept of."""
    return [bytes(row) for (row,) in database.execute("SELECT report FROM reports")]


def erase_report(database: "Connection", report: bytes) -> None:
    """Forget a report's token and where it went; its charge stays."""
    database.execute("DELETE FROM reports WHERE report = ?", (report,))


def add_receipt(database: "Connection", receipt: Receipt, terms: bytes, at: int) -> None:
    """Keep a receipt with the terms that it is checked by."""
    database.execute(
        "INSERT INTO receipts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (receipt.path.report, hash_of(terms), terms, encode(receipt), at),
    )


def receipts_of(database: "Connection") -> list[tuple[Receipt, Task]]:
    """Return every receipt, the oldest first, with the task that it is of."""
    rows = database.execute("SELECT receipt, terms FROM receipts ORDER BY at, report").fetchall()
    return [
        (
            decode(bytes(receipt), Receipt, limit_bytes=_OWN_BYTES),
            decode(bytes(terms), Task, limit_bytes=_OWN_BYTES),
        )
        for receipt, terms in rows
    ]


def _read(database: "Connection", name: str, kind: type[M]) -> M | None:
    held = get_fact(database, name)
    if held is None:
        return None
    try:
        return decoder(kind).decode(held)
    except msgspec.DecodeError:
        raise StoreRefused(
            "the sharing database holds what this version cannot read; nothing was sent; update hushkey"
        ) from None
