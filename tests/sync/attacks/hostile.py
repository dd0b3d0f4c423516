"""What a hostile party does to two honest roles, and whether anything of their databases changed."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from coordinator_stand_ins import Sent, World
from protocol_stand_ins import drawn
from sqlalchemy import select

from hushkey.sync.coordinator.schema import METADATA
from hushkey.sync.coordinator.store import Store
from hushkey.sync.errors import SyncError
from hushkey.sync.messages import (
    BatchAnswer,
    BatchItem,
    BatchRequest,
    Report,
    decode,
    encode,
)

LARGE = 1 << 24


def dump(store: Store) -> str:
    """The hash of every row of every table."""
    digest = hashlib.sha256()
    with store.read() as connection:
        for table in METADATA.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            digest.update(repr((table.name, rows)).encode())
    return digest.hexdigest()


@contextmanager
def unchanged(world: World) -> Iterator[None]:
    """Both databases hold after the block what they held before it."""
    before = dump(world.leader_store), dump(world.helper_store)
    yield
    assert (dump(world.leader_store), dump(world.helper_store)) == before


@contextmanager
def refused(world: World, kind: type[SyncError], match: str = ".") -> Iterator[None]:
    """The block is refused as this very kind, and nothing has changed."""
    with unchanged(world), pytest.raises(kind, match=match) as caught:
        yield
    assert caught.type is kind


def item(sent: Sent, **changes: Any) -> BatchItem:
    """What the helper is given of a report, its metadata changed or not."""
    report = decode(sent.data, Report, limit_bytes=LARGE)
    return BatchItem(msgspec.structs.replace(report.metadata, **changes), report.helper_envelope)


def request(
    world: World, items: Sequence[BatchItem], batch: str = "a batch", version: int = 0
) -> BatchRequest:
    """A leader's request for these."""
    ordered = tuple(sorted(items, key=lambda each: each.metadata.report))
    return BatchRequest(world.identity, drawn(batch, 16), version, ordered)


def ask(world: World, made: BatchRequest) -> BatchAnswer:
    """Ask the helper."""
    data = world.helper.answer(world.identity, encode(made))
    return decode(data, BatchAnswer, limit_bytes=LARGE)
