"""Working jobs off: handed over, begun, brought forward, ended.

Whoever begins a job gets a token. With it, and only with it, he says what came of the work; one who
was taken for dead and was not is refused (JobSuperseded), and stops.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Update, select, update
from sqlalchemy.orm import Session

from tintype.catalog import job_ends
from tintype.catalog.columns import now
from tintype.catalog.job_states import CANCELLED, DONE, FAILED, RUNNING, WAITING
from tintype.catalog.tables import Job
from tintype.errors import JobSuperseded
from tintype.ids import new_id

MOST_STARTS = 5  # of one that does not come forward: it ends whoever runs it
SUSPECT = 3  # counted when taken up to here; from here on it is run alone, and counted once it is
_SET_ASIDE = MOST_STARTS + 1  # the beginning in which it became suspect is counted twice
POISON = "worker-lost"
POISONED = f"It was begun {MOST_STARTS} times, and each time whoever ran it was gone."


@dataclass(frozen=True, slots=True)
class Handed:
    """What the engine is told of a job: its id with the run, where it waits, and how urgently."""

    job_id: str
    run: int
    queue: str
    priority: int


def is_due(session: Session) -> bool:
    """Whether `take_due` would find anything. It reads one row of an index."""
    return session.scalar(select(Job.id).where(Job.due_at <= now()).limit(1)) is not None


def take_due(session: Session, most: int) -> list[Handed]:
    """Take jobs that are due; the caller hands them over before the transaction ends."""
    query = (
        select(Job)
        .where(Job.due_at <= now())
        .order_by(Job.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    found = session.scalars(query).all()
    if found:
        session.execute(update(Job).where(Job.id.in_([j.id for j in found])).values(due_at=None))
    return [Handed(job.id, job.run, job.queue, job.priority) for job in found]


def begin(session: Session, job_id: str, run: int, worker: str) -> Job | None:
    """Take a job into work; None: there is nothing to do (any more).

    One that ended its workers again and again is set aside.
    """
    job = session.get(Job, job_id, with_for_update=job_ends.HELD, populate_existing=True)
    if job is None or job.state not in (WAITING, RUNNING) or job.run != run:
        return None
    if job.parent_id and session.scalar(select(Job.state).where(Job.id == job.parent_id)) not in (
        None,
        RUNNING,
    ):
        job_ends.end(session, job, CANCELLED)
        return None
    if job.parent_id is None and is_poison(job.starts):
        job_ends.end(session, job, FAILED, code=POISON, reason=POISONED)
        return None
    job.starts += job.starts < SUSPECT
    job.state, job.token, job.worker = RUNNING, new_id(), worker
    job.updated_at = now()
    job.started_at = job.started_at or job.updated_at
    session.flush()
    return job


def is_poison(starts: int) -> bool:
    """Whether what was begun so often without coming forward is set aside."""
    return starts >= _SET_ASIDE


def count_start(session: Session, job: Job) -> None:
    """Count the beginning of a job that is run alone, now that it is. Raises JobSuperseded."""
    change(session, job, starts=Job.starts + 1)


def _batch_state(session: Session, batch_id: str) -> str | None:
    return session.scalar(select(Job.state).where(Job.id == batch_id))


def touch(session: Session, job: Job) -> bool:
    """Whether the job is still the caller's to work on."""
    state = session.execute(select(Job.state, Job.token).where(Job.id == job.id)).one_or_none()
    return state is not None and state.state == RUNNING and state.token == job.token


def hold(session: Session, job: Job) -> Job:
    """The row of a job, held, for who has its token. Raises JobSuperseded."""
    found = session.get(Job, job.id, with_for_update=job_ends.HELD, populate_existing=True)
    if found is None or found.state != RUNNING or found.token != job.token:
        raise superseded(job)
    return found


def change(session: Session, job: Job, **values: Any) -> None:
    """Change a job for who has its token, without reading it. Raises JobSuperseded."""
    if not changed(session, _mine(job).values(updated_at=now(), **values)):
        raise superseded(job)


def changed(session: Session, statement: Update) -> int:
    """How many rows a change has met."""
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def _mine(job: Job) -> Update:
    return (
        update(Job)
        .where(Job.id == job.id, Job.token == job.token, Job.state == RUNNING)
        .execution_options(synchronize_session=False)
    )


def superseded(job: Job) -> JobSuperseded:
    """What to raise where a job is somebody else's by now, or was cancelled."""
    return JobSuperseded(f"The job {job.id} was cancelled, or taken over by another worker.")


def finish(session: Session, job: Job, result: dict[str, Any] | None, size: int = 0) -> None:
    """End a job that is no batch with success. Raises JobSuperseded."""
    held = hold(session, job)
    held.result, held.size, held.done, held.total = result, size, 1, held.total or 1
    job_ends.end(session, held, DONE)


def fail(session: Session, job: Job, code: str, reason: str) -> None:
    """End a job that has failed for good: it is kept with its reason. Raises JobSuperseded."""
    if job.total is not None:
        job_ends.cancel_lots(session, job.id)
    held = hold(session, job)
    job_ends.sum_up(session, held)
    held.failed = held.failed or int(held.total is None)
    job_ends.end(session, held, FAILED, code=code, reason=reason)


def put_back(
    session: Session,
    job: Job,
    delay: timedelta,
    *,
    code: str = "",
    reason: str = "",
    result: dict[str, Any] | None = None,
) -> None:
    """Give a job back, to be begun again after a while; with a code it counts as a try. `result`:
    what came of it so far; None: nothing new.

    Raises JobSuperseded.
    """
    held = hold(session, job)
    held.state, held.token = WAITING, None
    held.run += 1
    held.starts = 0
    held.tries += bool(code)
    held.code, held.reason = code, reason[:1000]
    held.result = held.result if result is None else result
    held.due_at = now() + delay
    held.updated_at = now()
    session.flush()


def unfinished(session: Session, after: str, most: int) -> list[Handed]:
    """Jobs that were handed over and have not ended, in the order of their ids."""
    query = (
        select(Job)
        .where(
            (Job.state == WAITING) | ((Job.state == RUNNING) & Job.token.is_not(None)),
            Job.due_at.is_(None),
            Job.id > after,
        )
        .order_by(Job.id)
        .limit(most)
    )
    return [Handed(job.id, job.run, job.queue, job.priority) for job in session.scalars(query)]


def hand_again(session: Session, lost: Iterable[Handed]) -> int:
    """Let jobs be handed over once more that the engine knows nothing of; how many."""
    count = 0
    for each in lost:
        same: tuple[ColumnElement[bool], ...] = (
            Job.id == each.job_id,
            Job.run == each.run,
            Job.due_at.is_(None),
        )
        values = {"due_at": now(), "run": Job.run + 1, "state": WAITING, "token": None}
        count += changed(
            session, update(Job).where(*same, Job.state.in_((WAITING, RUNNING))).values(values)
        )
    return count
