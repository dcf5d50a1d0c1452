"""Jobs, and what belongs to them."""

import sqlalchemy as sa
from alembic import op

from tintype.catalog.columns import JSON_TEXT, NUMBER, Time, text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _jobs()
    _job_items()
    _job_notes()
    _workers()
    _schedules()
    op.create_table(
        "paused_queues",
        sa.Column("name", text(50), nullable=False),
        sa.Column("paused_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_paused_queues"),
    )
    op.create_table(
        "rate_limits",
        sa.Column("provider", text(100), nullable=False),
        sa.Column("booked_until", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("provider", name="pk_rate_limits"),
    )


def _number(name: str, *, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", text(36), nullable=False),
        sa.Column("parent_id", text(36), nullable=True),
        sa.Column("user_id", text(36), nullable=True),
        sa.Column("task", text(50), nullable=False),
        sa.Column("queue", text(50), nullable=False),
        sa.Column("args", JSON_TEXT, nullable=False),
        sa.Column("key", text(300), nullable=True),
        _number("priority"),
        sa.Column("state", text(10), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("due_at", Time(), nullable=True),
        *map(_number, ("run", "tries", "starts")),
        sa.Column("token", text(36), nullable=True),
        sa.Column("worker", text(100), nullable=False),
        _number("total", nullable=True),
        *map(_number, ("done", "failed", "skipped", "size")),
        sa.Column("code", text(50), nullable=False),
        sa.Column("reason", text(1000), nullable=False),
        sa.Column("result", JSON_TEXT, nullable=True),
        _number("notes"),
        sa.Column("created_at", Time(), nullable=False),
        sa.Column("started_at", Time(), nullable=True),
        sa.Column("updated_at", Time(), nullable=False),
        sa.Column("finished_at", Time(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["jobs.id"], name="fk_jobs_parent_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_jobs_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
    )
    for columns in (
        ["due_at"],
        ["finished_at"],
        ["parent_id", "state"],
        ["state", "updated_at"],
        ["user_id", "id"],
    ):
        op.create_index(f"ix_jobs_{'_'.join(columns)}", "jobs", columns)


def _job_items() -> None:
    op.create_table(
        "job_items",
        sa.Column("batch_id", text(36), nullable=False),
        _number("number"),
        sa.Column("job_id", text(36), nullable=False),
        sa.Column("digest", text(32), nullable=False),
        sa.Column("args", JSON_TEXT, nullable=False),
        sa.Column("state", text(10), nullable=False),
        *map(_number, ("tries", "starts", "size")),
        sa.Column("code", text(50), nullable=False),
        sa.Column("reason", text(300), nullable=False),
        sa.Column("result", JSON_TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["jobs.id"], name="fk_job_items_batch_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_job_items_job_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_job_items"),
        sa.UniqueConstraint("digest", name="uq_job_items_digest"),
    )
    op.create_index("ix_job_items_job_id_number", "job_items", ["job_id", "number"])
    op.create_index(
        "ix_job_items_batch_id_state_number", "job_items", ["batch_id", "state", "number"]
    )


def _job_notes() -> None:
    op.create_table(
        "job_notes",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("job_id", text(36), nullable=False),
        sa.Column("level", text(10), nullable=False),
        sa.Column("text", text(500), nullable=False),
        sa.Column("created_at", Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_job_notes_job_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_job_notes"),
    )
    op.create_index("ix_job_notes_job_id_number", "job_notes", ["job_id", "number"])


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", text(100), nullable=False),
        sa.Column("host", text(255), nullable=False),
        _number("pid"),
        sa.Column("queues", JSON_TEXT, nullable=False),
        sa.Column("started_at", Time(), nullable=False),
        sa.Column("seen_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
    op.create_index("ix_workers_seen_at", "workers", ["seen_at"])


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("name", text(100), nullable=False),
        sa.Column("cron", text(100), nullable=False),
        sa.Column("zone", text(50), nullable=False),
        sa.Column("task", text(50), nullable=False),
        sa.Column("args", JSON_TEXT, nullable=False),
        sa.Column("next_at", Time(), nullable=True),
        sa.Column("last_at", Time(), nullable=True),
        sa.Column("created_at", Time(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schedules"),
    )
    op.create_index("ix_schedules_next_at", "schedules", ["next_at"])
