"""The tables of both roles, as they are now; how a database came to them is hushkey.sync.coordinator.migrations.

Large blobs stand in tables of their own, so that a scan of rows never reads them. Times are whole seconds since 1970.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()


def _task() -> Column[bytes]:
    return Column("task", LargeBinary(32), primary_key=True)


def _of_task() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["task"], ["task.task"])


ROLE = Table(  # one row: a database is one operator's, in one role
    "role",
    METADATA,
    Column("one", Integer, primary_key=True),
    Column("role", Text, nullable=False),
)

TASK = Table(
    "task",
    METADATA,
    _task(),
    Column("signed", LargeBinary, nullable=False),  # of Task
    Column("initial", LargeBinary(32), nullable=False),  # the adapter of its base
    Column("leader_receiver", LargeBinary),  # Signed of Receiver: at the leader
    Column("helper_receiver", LargeBinary),
    Column("head", LargeBinary),  # Head, once there is a record
    Column("version", Integer, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("wait_until", BigInteger, nullable=False),  # no batch is claimed before
    Column("swept_until", BigInteger, nullable=False),  # what expired by then stays expired
)

RECORD = Table(
    "record",
    METADATA,
    _task(),
    Column("sequence", Integer, primary_key=True),
    Column("signed", LargeBinary, nullable=False),
    Column("batch", LargeBinary(16), nullable=False),
    Column("version", Integer, nullable=False),
    _of_task(),
)

ADAPTER = Table(
    "adapter",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("packed", LargeBinary, nullable=False),  # a zlib stream
)

OPTIMIZER = Table(  # the state after the task's last record
    "optimizer",
    METADATA,
    _task(),
    Column("state", LargeBinary, nullable=False),
    _of_task(),
)

BLOB = Table(  # of a batch: request, answer, share, aggregate
    "blob",
    METADATA,
    _task(),
    Column("batch", LargeBinary(16), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    _of_task(),
)

TOMBSTONE = Table(
    "tombstone",
    METADATA,
    _task(),
    Column("report", LargeBinary(16), primary_key=True),
    Column("withdrawal", LargeBinary(32), primary_key=True),  # SHA-256 of the token that was shown
    Column("expires_at", BigInteger, nullable=False),
    _of_task(),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
)

# The leader alone --------------------------------------------------------------------------------

CODE = Table(
    "code",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),  # of the secret, which is not stored
    Column("task", LargeBinary(32), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_by", LargeBinary(32)),
    _of_task(),
)

DEVICE = Table(
    "device",
    METADATA,
    _task(),
    Column("key", LargeBinary(32), primary_key=True),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("quarantined_at", BigInteger),
    Column("reports", Integer, nullable=False),  # that were recorded
    Column("rejected", Integer, nullable=False),  # of those, in rejected batches
    _of_task(),
)

REPORT = (
    Table(  # neither recorded nor expired: the only place where a device stands beside a report
        "report",
        METADATA,
        _task(),
        Column("report", LargeBinary(16), primary_key=True),
        Column("device", LargeBinary(32), nullable=False),
        Column("digest", LargeBinary(32), nullable=False),  # of its bytes
        Column("withdrawal", LargeBinary(32), nullable=False),
        Column("trained_version", Integer, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("received_at", BigInteger, nullable=False),
        Column("attempts", Integer, nullable=False),  # batches that dissolved around it
        Column("state", Text, nullable=False),  # pending, claimed, dropped
        Column("batch", LargeBinary(16)),
        UniqueConstraint("task", "device", name="one_live_report"),
        Index("report_by_state", "task", "state", "attempts", "received_at"),
        Index("report_by_batch", "task", "batch"),
        _of_task(),
    )
)

UPLOAD = Table(
    "upload",
    METADATA,
    _task(),
    Column("report", LargeBinary(16), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    ForeignKeyConstraint(["task", "report"], ["report.task", "report.report"], ondelete="CASCADE"),
)

RECORDED = Table(  # which batch a report was counted in: no device
    "recorded",
    METADATA,
    _task(),
    Column("report", LargeBinary(16), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("sequence", Integer, nullable=False),
    Index("recorded_by_sequence", "task", "sequence"),
    _of_task(),
)

BATCH = Table(
    "batch",
    METADATA,
    _task(),
    Column("batch", LargeBinary(16), primary_key=True),
    Column("stage", Text, nullable=False),
    Column("version", Integer, nullable=False),  # that ages are counted from
    Column("claimed_at", BigInteger, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    Column("weight", Integer, nullable=False),  # of the accepted reports
    Index("batch_by_stage", "stage", "leased_until"),
    _of_task(),
)

PROPOSAL = Table(  # the one record of a task that waits for the helper's signature
    "proposal",
    METADATA,
    _task(),
    Column("record", LargeBinary, nullable=False),
    Column("adapter", LargeBinary, nullable=False),  # bytes
    Column("state", LargeBinary, nullable=False),  # of the optimizer, after it
    Column("leased_until", BigInteger, nullable=False),
    _of_task(),
)

# The helper alone --------------------------------------------------------------------------------

ANSWERED = Table(  # a batch that the helper gave its share of
    "answered",
    METADATA,
    _task(),
    Column("batch", LargeBinary(16), primary_key=True),
    Column("request", LargeBinary(32), nullable=False),  # SHA-256 of its bytes
    Column("accepted", Integer, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("sigma", Integer, nullable=False),
    Column("answered_at", BigInteger, nullable=False),
    Column("epsilon", Float, nullable=False),
    Column("recorded", Boolean, nullable=False),
    _of_task(),
)

COUNTED = Table(  # replay protection, until a report's expiry refuses it
    "counted",
    METADATA,
    _task(),
    Column("report", LargeBinary(16), primary_key=True),
    Column("batch", LargeBinary(16), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("counted_by_expiry", "task", "expires_at"),
    _of_task(),
)
