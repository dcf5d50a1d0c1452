"""Jobs: what is to be done, what was, and who does it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tintype.catalog.columns import ID, JSON_TEXT, NUMBER, Time, now, owner, text
from tintype.catalog.record import Record
from tintype.ids import new_id


class Job(Record):
    """One run of a task. A batch is a job whose children, its lots, work off its items.

    `due_at` is when it is to be handed to the engine; None: it has been, or is finished. The engine
    knows it as `run`, which counts how often it was handed over. `token` belongs to whoever has it
    in work: nobody else may say what became of it. `starts` counts its beginnings since it last
    came forward, `tries` its failures that may pass.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    parent_id: Mapped[str | None] = mapped_column(ID, ForeignKey("jobs.id", ondelete="CASCADE"))
    user_id: Mapped[str | None] = mapped_column(ID, owner())  # None: of the operator
    task: Mapped[str] = mapped_column(text(50))
    queue: Mapped[str] = mapped_column(text(50))
    args: Mapped[dict[str, Any]] = mapped_column(JSON_TEXT, default=dict)
    key: Mapped[str | None] = mapped_column(text(300), unique=True)  # while it is not finished
    priority: Mapped[int] = mapped_column(default=5)
    state: Mapped[str] = mapped_column(text(10))
    is_internal: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime | None] = mapped_column(Time, index=True)
    run: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    starts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(ID)
    worker: Mapped[str] = mapped_column(text(100), default="")
    total: Mapped[int | None]  # None: not known yet
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)  # in bytes
    code: Mapped[str] = mapped_column(text(50), default="")
    reason: Mapped[str] = mapped_column(text(1000), default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON_TEXT)
    notes: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)
    started_at: Mapped[datetime | None] = mapped_column(Time)
    updated_at: Mapped[datetime] = mapped_column(Time, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(Time, index=True)

    __table_args__ = (
        Index(None, "parent_id", "state"),
        Index(None, "user_id", "id"),
        Index(None, "state", "updated_at"),
    )


class JobItem(Record):
    """A child of a batch: one thing to do. `job_id` is the lot that it is worked off in."""

    __tablename__ = "job_items"
    __table_args__ = (
        Index(None, "job_id", "number"),
        Index(None, "batch_id", "state", "number"),
    )

    batch_id: Mapped[str] = mapped_column(
        ID, ForeignKey(Job.id, ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ID, ForeignKey(Job.id, ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(text(32), unique=True)  # of batch and `args`
    args: Mapped[dict[str, Any]] = mapped_column(JSON_TEXT)
    state: Mapped[str] = mapped_column(text(10))
    tries: Mapped[int] = mapped_column(default=0)
    starts: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(text(50), default="")
    reason: Mapped[str] = mapped_column(text(300), default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON_TEXT)


class JobNote(Record):
    """A line of a job's log."""

    __tablename__ = "job_notes"
    __table_args__ = (Index(None, "job_id", "number"),)

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    job_id: Mapped[str] = mapped_column(ID, ForeignKey(Job.id, ondelete="CASCADE"))
    level: Mapped[str] = mapped_column(text(10))
    text: Mapped[str] = mapped_column(text(500))
    created_at: Mapped[datetime] = mapped_column(Time, default=now)


class Worker(Record):
    """A process that works off jobs. One that has not been seen for a while is dead."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(text(100), primary_key=True)
    host: Mapped[str] = mapped_column(text(255))
    pid: Mapped[int]
    queues: Mapped[list[str]] = mapped_column(JSON_TEXT)
    started_at: Mapped[datetime] = mapped_column(Time, default=now)
    seen_at: Mapped[datetime] = mapped_column(Time, default=now, index=True)


class PausedQueue(Record):
    """A queue of which nothing is begun."""

    __tablename__ = "paused_queues"

    name: Mapped[str] = mapped_column(text(50), primary_key=True)
    paused_at: Mapped[datetime] = mapped_column(Time, default=now)


class Schedule(Record):
    """A job that is made again and again. `next_at` None: it is paused."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(text(100), primary_key=True)
    cron: Mapped[str] = mapped_column(text(100))
    zone: Mapped[str] = mapped_column(text(50), default="UTC")
    task: Mapped[str] = mapped_column(text(50))
    args: Mapped[dict[str, Any]] = mapped_column(JSON_TEXT, default=dict)
    next_at: Mapped[datetime | None] = mapped_column(Time, index=True)
    last_at: Mapped[datetime | None] = mapped_column(Time)
    created_at: Mapped[datetime] = mapped_column(Time, default=now)


class RateLimit(Record):
    """How far ahead the calls of a provider are booked, in seconds since 1970."""

    __tablename__ = "rate_limits"

    provider: Mapped[str] = mapped_column(text(100), primary_key=True)
    booked_until: Mapped[float] = mapped_column(Float(53), default=0.0)
