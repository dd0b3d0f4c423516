"""The audit log: what is written, that a changed or missing row is found, that refusals do not fill it."""

from typing import Any

import pytest
from coordinator_stand_ins import World
from protocol_stand_ins import drawn
from sqlalchemy import delete, update

from hushkey.sync.coordinator.audit_log import REFUSALS_EVERY_S, entries, verify_log
from hushkey.sync.coordinator.schema import AUDIT
from hushkey.sync.errors import DeviceUnknown, StoreRefused


def acts(world: World) -> list[str]:
    return [each.act for each in entries(world.leader_store)]


def test_what_an_operator_does_and_every_record_is_written_down(world: World):
    sent = world.sent(4, "r")
    world.settle()
    world.leader.revoke(world.identity, sent[0].device.public)
    assert acts(world) == [
        "task added",
        "recorded",
        *["code made"] * 4,
        "recorded",
        "device revoked",
    ]
    assert verify_log(world.leader_store) == 8
    told = " ".join(each.detail + each.subject for each in entries(world.leader_store))
    assert all(each.token.hex() not in told for each in sent)


@pytest.mark.parametrize(
    "damage",
    [
        update(AUDIT).where(AUDIT.c.number == 2).values(detail="nothing happened"),
        update(AUDIT).where(AUDIT.c.number == 2).values(at=1),
        delete(AUDIT).where(AUDIT.c.number == 2),
        delete(AUDIT).where(AUDIT.c.number == 1),
    ],
)
def test_a_row_that_was_changed_or_taken_out_is_found(world: World, damage: Any):
    world.device("d")
    with world.leader_store.write("test") as connection:
        connection.execute(damage)
    with pytest.raises(StoreRefused, match="changed or taken out"):
        verify_log(world.leader_store)


def test_refusals_are_counted_and_written_once_a_minute(world: World):
    one = world.make(world.device("d"), "r")
    before = len(acts(world))

    def refused(times: int) -> None:
        for _ in range(times):
            with pytest.raises(DeviceUnknown):
                world.leader.accept(world.identity, drawn("stranger"), one.data)

    refused(5)
    assert len(acts(world)) == before
    world.clock.now += REFUSALS_EVERY_S
    refused(1)
    last = entries(world.leader_store)[-1]
    assert (last.act, last.subject, last.detail) == (
        "refused",
        world.identity.hex(),
        "device-unknown: 6",
    )
    refused(2)
    world.leader.close()
    assert entries(world.leader_store)[-1].detail == "device-unknown: 2"
    verify_log(world.leader_store)
