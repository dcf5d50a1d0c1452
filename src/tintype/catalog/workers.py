"""Workers: who works off jobs, and who has not been seen for too long."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.job_runs import changed
from tintype.catalog.tables import Worker


def see(session: Session, worker_id: str, *, host: str, pid: int, queues: list[str]) -> None:
    """Note that a worker is alive."""
    values = {"host": host, "pid": pid, "queues": queues, "seen_at": now()}
    if not changed(session, update(Worker).where(Worker.id == worker_id).values(values)):
        insert_new(session, Worker, [{"id": worker_id, "started_at": now(), **values}])


def leave(session: Session, worker_id: str) -> None:
    """Note that a worker has ended as it should."""
    session.execute(delete(Worker).where(Worker.id == worker_id))


def living(session: Session, within: timedelta) -> list[Worker]:
    """Workers that were seen within a time."""
    query = select(Worker).where(Worker.seen_at >= now() - within)
    return list(session.scalars(query.order_by(Worker.id)))


def sweep(session: Session, dead_for: timedelta) -> None:
    """Forget workers that are long dead."""
    session.execute(delete(Worker).where(Worker.seen_at < now() - dead_for))
