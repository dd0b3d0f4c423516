"""How a task comes into a database, on either side: its terms, and the adapter that it begins with."""

import zlib

from hushkey.sync.coordinator.audit_log import note
from hushkey.sync.coordinator.schema import ADAPTER
from hushkey.sync.coordinator.store import Store
from hushkey.sync.coordinator.tasks import Tasks, Terms
from hushkey.sync.coordinator.updates import read_adapter
from hushkey.sync.errors import RecordRefused, TaskRefused
from hushkey.sync.messages import Signed, hash_of


def add_task(
    store: Store,
    tasks: Tasks,
    terms: Terms,
    signed: Signed,
    adapter: bytes,
    **receivers: bytes,
) -> bool:
    """Store a task and its first adapter; False where it is there. Raises TaskRefused for no adapter of the task."""
    try:
        read_adapter(terms, adapter)
    except RecordRefused:
        raise TaskRefused("the task's first adapter is none of it; it was not taken") from None
    with store.write("task") as connection:
        new = tasks.add(connection, terms, signed, hash_of(adapter), **receivers)
        if new:
            packed = zlib.compress(adapter)
            store.insert_new(connection, ADAPTER, digest=hash_of(adapter), packed=packed)
            note(store, connection, "task added", terms.identity)
        elif tasks.initial(connection, terms.identity) != hash_of(adapter):
            raise TaskRefused("the task is here with another first adapter; nothing was changed")
    return new
