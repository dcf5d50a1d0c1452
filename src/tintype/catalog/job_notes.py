"""The logs of jobs, and how far they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tintype.catalog import job_ends, workers
from tintype.catalog.columns import now
from tintype.catalog.job_runs import changed
from tintype.catalog.job_states import FAILED, RUNNING, WAITING
from tintype.catalog.tables import Job, JobNote

MOST = 1_000  # lines of one job
LONGEST = 500  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is. `total` None: not known yet. Times in seconds, `size` in bytes.

    `rate`: items a second since it began; `left`: until it is done at that rate, None: unknown.
    """

    state: str
    total: int | None
    done: int
    failed: int
    skipped: int
    size: int
    seconds: float
    rate: float
    left: float | None


def progress(session: Session, job: Job) -> Progress:
    """How far a job is, lots together; one statement, however many items it has."""
    counts = {name: int(getattr(job, name)) for name in job_ends.COUNTS}
    if job.total is not None and job.finished_at is None:
        counts = job_ends.counted(session, job.id) if job.parent_id is None else counts
    settled = counts["done"] + counts["failed"] + counts["skipped"]
    seconds = _seconds(job.started_at, job.finished_at)
    rate = settled / seconds if seconds else 0.0
    waits = max((job.total or 0) - settled, 0)
    left = waits / rate if rate and job.total and job.finished_at is None else None
    return Progress(
        state=job.state,
        total=job.total,
        seconds=round(seconds, 3),
        rate=round(rate, 3),
        left=None if left is None else round(left, 1),
        **counts,
    )


def _seconds(began: datetime | None, ended: datetime | None) -> float:
    return max(((ended or now()) - began).total_seconds(), 0.0) if began else 0.0


def note(session: Session, job: Job, text: str, level: str = "info") -> None:
    """Add a line to a job's log, which is bounded."""
    count = update(Job).where(Job.id == job.id, Job.notes < MOST).values(notes=Job.notes + 1)
    if changed(session, count.execution_options(synchronize_session=False)):
        line = " ".join(text.split())[:LONGEST]
        session.add(JobNote(job_id=job.id, level=level, text=line))
        session.flush()


def of_job(session: Session, job: Job, *, after: int = 0, limit: int = 200) -> list[JobNote]:
    """Lines of a job's log, in their order, from behind the one with a number."""
    query = select(JobNote).where(JobNote.job_id == job.id, JobNote.number > after)
    return list(session.scalars(query.order_by(JobNote.number).limit(limit)))


def figures(session: Session) -> dict[str, float]:
    """What metrics tell of jobs."""
    query = select(Job.state, func.count()).where(Job.state.in_((WAITING, RUNNING, FAILED)))
    counts = {row[0]: row[1] for row in session.execute(query.group_by(Job.state))}
    names = {"jobs_waiting": WAITING, "jobs_running": RUNNING, "jobs_failed": FAILED}
    found = {name: float(counts.get(state, 0)) for name, state in names.items()}
    return found | {"job_workers": float(len(workers.living(session, timedelta(seconds=30))))}
