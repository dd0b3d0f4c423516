"""Who may report: one-time codes, devices, revocation, quarantine.

The rule of quarantine: a device is suspended once QUARANTINE_REJECTED of its reports or more stood in rejected
batches and chance would have put as many there less often than QUARANTINE_CHANCE: P(Binomial(its reports, p) >= its
rejected ones), p the share of all other devices' reports that were rejected, at least QUARANTINE_FLOOR. An operator
may lift it.
"""

import math
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from hushkey.sync.coordinator.audit_log import note
from hushkey.sync.coordinator.schema import CODE, DEVICE, TASK
from hushkey.sync.coordinator.store import Store
from hushkey.sync.enrolment import check_enrolment
from hushkey.sync.errors import CodeRefused, DeviceUnknown, NotFound
from hushkey.sync.keys import EnrolmentSecret, Entropy
from hushkey.sync.messages import Enrolment, hash_of

QUARANTINE_REJECTED = 3
QUARANTINE_FLOOR = 0.05
QUARANTINE_CHANCE = 1e-3
CODE_TTL_S = 7 * 86_400


class Enrolments:
    """The codes and devices of a leader's database."""

    def __init__(self, store: Store, entropy: Entropy) -> None:
        self._store = store
        self._entropy = entropy

    def new_secret(self, task: bytes, *, ttl_s: int = CODE_TTL_S) -> EnrolmentSecret:
        """Draw what one code is worth; only its hash is kept. Raises NotFound for an unknown task."""
        secret = EnrolmentSecret.generate(self._entropy)
        with self._store.write("code") as connection:
            if connection.scalar(select(TASK.c.task).where(TASK.c.task == task)) is None:
                raise NotFound("there is no such task here; no code was made")
            digest = hash_of(secret.reveal())
            expires_at = self._store.clock() + ttl_s
            self._store.insert_new(
                connection, CODE, digest=digest, task=task, expires_at=expires_at, used_by=None
            )
            note(self._store, connection, "code made", task)
        return secret

    def enrol(self, task: bytes, enrolment: Enrolment) -> bool:
        """Enrol a device; True where it is new. Raises CodeRefused, SignatureRefused, DeviceUnknown."""
        check_enrolment(enrolment, task)
        digest, key = hash_of(enrolment.secret), enrolment.device
        with self._store.write("enrol") as connection:
            query = select(CODE.c.task, CODE.c.expires_at, CODE.c.used_by)
            row = connection.execute(
                self._store.locked(query.where(CODE.c.digest == digest), wait=True)
            ).first()
            if row is None or row.task != task or row.used_by not in {None, key}:
                raise CodeRefused(
                    "the enrolment code is none of this task, or was used; nothing was changed; ask for another"
                )
            if row.used_by == key:
                require_device(self._store, connection, task, key)
                return False
            if row.expires_at <= self._store.clock():
                raise CodeRefused(
                    "the enrolment code has expired; nothing was changed; ask for another"
                )
            new = self._add(connection, task, key)
            connection.execute(update(CODE).where(CODE.c.digest == digest).values(used_by=key))
            return new

    def _add(self, connection: Connection, task: bytes, key: bytes) -> bool:
        new = self._store.insert_new(
            connection,
            DEVICE,
            task=task,
            key=key,
            enrolled_at=self._store.clock(),
            reports=0,
            rejected=0,
        )
        if not new:  # with another code: what was revoked stays revoked
            require_device(self._store, connection, task, key)
        return new

    def is_device(self, task: bytes, key: bytes) -> bool:
        """Whether a key is enrolled and not revoked."""
        with self._store.read() as connection:
            row = connection.execute(_device(task, key)).first()
        return row is not None and row.revoked_at is None

    def revoke(self, task: bytes, key: bytes) -> None:
        """Take no further report of a device, and none of its that waits. Raises NotFound."""
        self._set(task, key, "device revoked", revoked_at=self._store.clock())

    def lift_quarantine(self, task: bytes, key: bytes) -> None:
        """Take a device's reports again, those that were rejected forgotten. Raises NotFound."""
        self._set(task, key, "quarantine lifted", quarantined_at=None, rejected=0)

    def _set(self, task: bytes, key: bytes, act: str, **values: object) -> None:
        with self._store.write("device") as connection:
            done = connection.execute(
                update(DEVICE).where(DEVICE.c.task == task, DEVICE.c.key == key).values(**values)
            )
            if not done.rowcount:
                raise NotFound("there is no such device in this task; nothing was changed")
            note(self._store, connection, act, key)


def require_device(store: Store, connection: Connection, task: bytes, key: bytes) -> None:
    """Return if a device may report; its row is ours until the transaction ends. Raises DeviceUnknown."""
    row = connection.execute(store.locked(_device(task, key), wait=True)).first()
    if row is None or row.revoked_at is not None:
        raise DeviceUnknown(
            "the device is not enrolled, or its enrolment was revoked; nothing was taken; enrol with a new code"
        )
    if row.quarantined_at is not None:
        raise DeviceUnknown(
            "the device is suspended, as too many batches with its reports were rejected; nothing was taken; ask the "
            "task's operator"
        )


def count_reports(
    store: Store, connection: Connection, task: bytes, devices: Select[Any], *, rejected: bool
) -> None:
    """Count one recorded report for each device of a query, and suspend those that the rule names."""
    ours = (DEVICE.c.task == task) & DEVICE.c.key.in_(devices)
    connection.execute(
        update(DEVICE)
        .where(ours)
        .values(reports=DEVICE.c.reports + 1, rejected=DEVICE.c.rejected + int(rejected))
    )
    if not rejected:
        return
    sums = select(func.sum(DEVICE.c.reports), func.sum(DEVICE.c.rejected))
    reports, struck = connection.execute(sums.where(DEVICE.c.task == task)).one()
    suspects = select(DEVICE.c.key, DEVICE.c.reports, DEVICE.c.rejected).where(
        ours, DEVICE.c.rejected >= QUARANTINE_REJECTED, DEVICE.c.quarantined_at.is_(None)
    )
    for row in connection.execute(suspects).all():
        if is_over_represented(
            row.reports, row.rejected, int(reports) - row.reports, int(struck) - row.rejected
        ):
            connection.execute(
                update(DEVICE)
                .where(DEVICE.c.task == task, DEVICE.c.key == row.key)
                .values(quarantined_at=store.clock())
            )
            note(store, connection, "device quarantined", row.key, f"{row.rejected}/{row.reports}")


def is_over_represented(reports: int, rejected: int, others: int, others_rejected: int) -> bool:
    """Whether a device stands in more rejected batches than chance would put it in: the rule above."""
    if rejected < QUARANTINE_REJECTED:
        return False
    share = max(QUARANTINE_FLOOR, others_rejected / others if others else 0.0)
    return share < 1.0 and _tail(reports, rejected, share) < QUARANTINE_CHANCE


def _tail(trials: int, least: int, chance: float) -> float:
    """P(Binomial(trials, chance) >= least)."""
    ways = math.lgamma(trials + 1)
    return math.fsum(
        math.exp(
            ways
            - math.lgamma(k + 1)
            - math.lgamma(trials - k + 1)
            + k * math.log(chance)
            + (trials - k) * math.log1p(-chance)
        )
        for k in range(least, trials + 1)
    )


def _device(task: bytes, key: bytes) -> Select[Any]:
    return select(DEVICE.c.revoked_at, DEVICE.c.quarantined_at).where(
        DEVICE.c.task == task, DEVICE.c.key == key
    )
