"""The first shape: tasks, reports, batches, records, devices, the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "adapter",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "role",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "task",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("initial", sa.LargeBinary(length=32), nullable=False),
        sa.Column("leader_receiver", sa.LargeBinary(), nullable=True),
        sa.Column("helper_receiver", sa.LargeBinary(), nullable=True),
        sa.Column("head", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("wait_until", sa.BigInteger(), nullable=False),
        sa.Column("swept_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task"),
    )
    op.create_table(
        "answered",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("batch", sa.LargeBinary(length=16), nullable=False),
        sa.Column("request", sa.LargeBinary(length=32), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sigma", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=False),
        sa.Column("epsilon", sa.Float(), nullable=False),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task", "batch"),
    )
    op.create_table(
        "batch",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("batch", sa.LargeBinary(length=16), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task", "batch"),
    )
    op.create_index("batch_by_stage", "batch", ["stage", "leased_until"], unique=False)
    op.create_table(
        "blob",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("batch", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task", "batch", "kind"),
    )
    op.create_table(
        "code",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_by", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "counted",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("report", sa.LargeBinary(length=16), nullable=False),
        sa.Column("batch", sa.LargeBinary(length=16), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task", "report"),
    )
    op.create_index("counted_by_expiry", "counted", ["task", "expires_at"], unique=False)
    op.create_table(
        "device",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("quarantined_at", sa.BigInteger(), nullable=True),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task", "key"),
    )
    op.create_table(
        "optimizer",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task"),
    )
    op.create_table(
        "proposal",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("adapter", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task"),
    )
    op.create_table(
        "record",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("batch", sa.LargeBinary(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task", "sequence"),
    )
    op.create_table(
        "recorded",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("report", sa.LargeBinary(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task", "report"),
    )
    op.create_index("recorded_by_sequence", "recorded", ["task", "sequence"], unique=False)
    op.create_table(
        "report",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("report", sa.LargeBinary(length=16), nullable=False),
        sa.Column("device", sa.LargeBinary(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("withdrawal", sa.LargeBinary(length=32), nullable=False),
        sa.Column("trained_version", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("batch", sa.LargeBinary(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task", "report"),
        sa.UniqueConstraint("task", "device", name="one_live_report"),
    )
    op.create_index("report_by_batch", "report", ["task", "batch"], unique=False)
    op.create_index(
        "report_by_state", "report", ["task", "state", "attempts", "received_at"], unique=False
    )
    op.create_table(
        "tombstone",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("report", sa.LargeBinary(length=16), nullable=False),
        sa.Column("withdrawal", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task"],
            ["task.task"],
        ),
        sa.PrimaryKeyConstraint("task", "report", "withdrawal"),
    )
    op.create_table(
        "upload",
        sa.Column("task", sa.LargeBinary(length=32), nullable=False),
        sa.Column("report", sa.LargeBinary(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task", "report"], ["report.task", "report.report"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task", "report"),
    )
