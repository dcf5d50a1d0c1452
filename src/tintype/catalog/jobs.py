"""Jobs: added, listed, read, cancelled, begun again. `job_runs` works them off.

A job and what it tells of are added in one transaction; nobody else is asked. Whoever runs jobs
finds it by `due_at` within a moment.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from tintype.catalog import job_ends
from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.job_states import (
    CANCELLED,
    FAILED,
    FINISHED,
    OPEN,
    RUNNING,
    UNFINISHED,
    WAITING,
)
from tintype.catalog.pages import DEFAULT_LIMIT, Page
from tintype.catalog.tables import Job, JobItem, PausedQueue
from tintype.errors import InvalidRecord, RecordNotFound
from tintype.ids import is_id, new_id

LONGEST_KEY = 255
PRIORITIES = range(10)  # 0 is begun first


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDraft:
    """A job to be. `key`: while a job with it is unfinished, there is no second one.

    `is_open`: items follow, and nothing is begun before `job_items.close`. Raises InvalidRecord.
    """

    task: str
    queue: str
    args: dict[str, Any] = field(default_factory=dict)
    user_id: str | None = None
    key: str = ""
    priority: int = 5
    is_internal: bool = False
    is_open: bool = False
    due_at: datetime | None = None  # None: now

    def __post_init__(self) -> None:
        mistakes = {}
        if len(self.key) > LONGEST_KEY or not self.key.isprintable():
            mistakes["key"] = f"takes up to {LONGEST_KEY} visible characters"
        if self.priority not in PRIORITIES:
            mistakes["priority"] = "is a number from 0, which is first, to 9"
        if mistakes:
            raise InvalidRecord.of(mistakes)


def add(session: Session, draft: JobDraft) -> tuple[Job, bool]:
    """Add a job, and whether it is new: one with the same key that is not finished is it, too."""
    key = f"{draft.user_id or ''}:{draft.key}" if draft.key else None
    row: dict[str, Any] = {
        "id": new_id(),
        "user_id": draft.user_id,
        "task": draft.task,
        "queue": draft.queue,
        "args": draft.args,
        "key": key,
        "priority": draft.priority,
        "is_internal": draft.is_internal,
        "state": OPEN if draft.is_open else WAITING,
        "due_at": None if draft.is_open else draft.due_at or now(),
    }
    if insert_new(session, Job, [row]):
        return session.get_one(Job, row["id"]), True
    found = session.scalars(select(Job).where(Job.key == key)).first()
    return (found, False) if found else add(session, draft)


def get(session: Session, user_id: str | None, job_id: str) -> Job:
    """The job of an id. Raises RecordNotFound, also for one of somebody else.

    `user_id` None is the operator, who may read all.
    """
    found = session.get(Job, job_id, populate_existing=True) if is_id(job_id) else None
    is_theirs = user_id is None or (found is not None and found.user_id == user_id)
    if found is None or found.parent_id or not is_theirs:
        raise RecordNotFound(f"There is no job {job_id!r}.")
    return found


def page(
    session: Session,
    user_id: str | None,
    *,
    state: str = "",
    after: str | None = None,
    limit: int = DEFAULT_LIMIT,
    internal: bool = False,
) -> Page[Job]:
    """Jobs, newest first, without the lots of batches; upkeep and messages only with `internal`.

    Raises InvalidRecord for a wrong `after`.
    """
    query = select(Job).where(Job.parent_id.is_(None))
    if user_id is not None:
        query = query.where(Job.user_id == user_id)
    if not internal:
        query = query.where(Job.is_internal.is_(False))
    if state:
        query = query.where(Job.state == state)
    if after is not None:
        if not is_id(after):
            raise InvalidRecord.of({"cursor": "is not one that was given out"})
        query = query.where(Job.id < after)
    found = session.scalars(query.order_by(Job.id.desc()).limit(limit + 1)).all()
    return Page(list(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def cancel(session: Session, user_id: str | None, job_id: str) -> Job:
    """End a job with its children; what runs hears of it within a moment. A finished one stays."""
    job = get(session, user_id, job_id)
    job_ends.cancel_lots(session, job.id)
    session.refresh(job, with_for_update=job_ends.HELD)
    if job.state in UNFINISHED:
        job_ends.sum_up(session, job)
        job_ends.end(session, job, CANCELLED)
    session.flush()
    return job


def take_back(session: Session, job_id: str) -> None:
    """Forget a job whose items are still being added, as if it had never been; any other stays."""
    session.execute(delete(Job).where(Job.id == job_id, Job.state == OPEN))


def retry(session: Session, user_id: str | None, job_id: str) -> Job:
    """Begin a finished job again: of a batch what has failed or was cancelled. Else it stays."""
    job = get(session, user_id, job_id)
    session.refresh(job, with_for_update=job_ends.HELD)
    if job.state not in FINISHED or (job.state == "done" and not job.failed):
        return job
    if job.total is not None and _retry_lots(session, job):
        job.state, job.finished_at, job.failed = RUNNING, None, 0
        job.code = job.reason = ""
    else:
        job_ends.reset(job)
    session.flush()
    return job


def _retry_lots(session: Session, job: Job) -> int:
    """Begin again the lots of a batch with items that are not done; how many there are."""
    again = (JobItem.batch_id == job.id, JobItem.state.in_(("failed", WAITING)))
    values = {"state": WAITING, "tries": 0, "starts": 0, "code": "", "reason": ""}
    lots = select(JobItem.job_id).where(*again).distinct()
    chosen: ColumnElement[bool] = Job.id.in_(lots)
    fresh = {"state": WAITING, "due_at": now(), "run": Job.run + 1, "tries": 0, "starts": 0}
    fresh |= {"args": {}, "failed": 0, "finished_at": None, "token": None, "code": "", "reason": ""}
    count = session.execute(update(Job).where(chosen, Job.state.in_(FINISHED)).values(fresh))
    session.execute(update(JobItem).where(*again).values(values))
    return int(getattr(count, "rowcount", 0))


def set_paused(session: Session, queue: str, *, paused: bool) -> None:
    """Let nothing more of a queue be begun, or go on. What is under way is finished."""
    if paused:
        insert_new(session, PausedQueue, [{"name": queue, "paused_at": now()}])
    else:
        session.execute(delete(PausedQueue).where(PausedQueue.name == queue))


def paused(session: Session) -> set[str]:
    """The queues of which nothing is begun."""
    return set(session.scalars(select(PausedQueue.name)))


def give_up_open(session: Session, before: datetime) -> None:
    """End jobs whose items nobody has gone on adding since a moment."""
    left = select(Job).where(Job.state == OPEN, Job.parent_id.is_(None), Job.updated_at < before)
    for job in session.scalars(left.with_for_update(skip_locked=True)).all():
        job_ends.cancel_lots(session, job.id)
        reason = "Whoever added its items stopped before the end."
        job_ends.end(session, job, FAILED, code="not-filled", reason=reason)


def sweep(session: Session, before: datetime, internal_before: datetime, most: int = 1000) -> int:
    """Forget jobs that were finished before a moment, with items and notes; how many.

    Upkeep and messages have a moment of their own.
    """
    old = (Job.is_internal.is_(False) & (Job.finished_at < before)) | (
        Job.is_internal.is_(True) & (Job.finished_at < internal_before)
    )
    ids = session.scalars(select(Job.id).where(Job.parent_id.is_(None), old).limit(most)).all()
    session.execute(delete(Job).where(Job.id.in_(ids)))
    return len(ids)


def digest_of(text: str) -> str:
    """A short name for what an item is: the same text, the same name."""
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:32]
