"""How jobs end: counted together, told to whom it concerns. Called with the job's row held."""

from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from tintype.catalog import webhooks
from tintype.catalog.columns import now
from tintype.catalog.job_states import CANCELLED, DONE, FAILED, PARTLY, RUNNING, UNFINISHED, WAITING
from tintype.catalog.tables import Job

COUNTS = ("done", "failed", "skipped", "size")
# How a job's row is held: against other changes, and not against those who refer to it. Two lots
# that end at once would wait for each other with a plain FOR UPDATE, since PostgreSQL checks the
# reference to the batch when a row is changed for the second time in one transaction.
HELD: dict[str, Any] = {"key_share": True}


def reset(job: Job) -> None:
    """Begin a job anew, as if it had never run; the engine gets it as another run."""
    job.state, job.due_at, job.finished_at = WAITING, now(), None
    job.run += 1
    job.tries = job.starts = job.failed = 0
    job.token, job.code, job.reason = None, "", ""


def end(session: Session, job: Job, state: str, *, code: str = "", reason: str = "") -> None:
    """Put a job into a final state, and tell its user."""
    job.state, job.code, job.reason = state, code, reason[:1000]
    job.finished_at = job.updated_at = now()
    job.token = job.key = job.due_at = None
    if job.user_id and not job.is_internal and job.parent_id is None:
        webhooks.tell(session, job.user_id, f"job.{state}", told(job))
    session.flush()


def told(job: Job) -> dict[str, Any]:
    """What is told of a job."""
    return {
        "id": job.id,
        "task": job.task,
        "state": job.state,
        "code": job.code,
        "reason": job.reason,
        "total": job.total,
        **{name: getattr(job, name) for name in COUNTS},
    }


def counted(session: Session, batch_id: str) -> dict[str, int]:
    """What the lots of a batch have done together."""
    sums = [func.coalesce(func.sum(getattr(Job, name)), 0) for name in COUNTS]
    row = session.execute(select(*sums).where(Job.parent_id == batch_id)).one()
    return dict(zip(COUNTS, map(int, row), strict=True))


def sum_up(session: Session, job: Job) -> None:
    """Take over the counts of a batch's lots."""
    if job.total is not None:
        for name, count in counted(session, job.id).items():
            setattr(job, name, count)


def cancel_lots(session: Session, batch_id: str) -> None:
    """End the lots of a batch. To be called before the batch's row is held: a lot that ends locks
    its own row first, and then that of the batch.
    """
    values = {"state": CANCELLED, "due_at": None, "token": None, "finished_at": now()}
    session.execute(
        update(Job)
        .where(Job.parent_id == batch_id, Job.state.in_(UNFINISHED))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def close_batch(session: Session, batch_id: str) -> None:
    """End a batch if all of its lots have ended. Called by each lot that ends, and by who added
    the last one.
    """
    batch = session.get(Job, batch_id, with_for_update=HELD, populate_existing=True)
    if batch is None or batch.state != RUNNING or batch.token is not None:
        return
    open_lots = exists().where(Job.parent_id == batch_id, Job.state.in_(UNFINISHED))
    if session.scalar(select(open_lots)):
        return
    sum_up(session, batch)
    if batch.failed:
        state = PARTLY if batch.done or batch.skipped else FAILED
        reason = f"{batch.failed} of {batch.total} failed."
        end(session, batch, state, code="items-failed", reason=reason)
    else:
        end(session, batch, DONE)
