"""Jobs from Python: `tintype.enqueue`, from async, plain and threaded code alike.

job = tintype.enqueue("publish", items=[{"source": url}], to="s3://bucket/thumbs/",
                      look={"width": 400})
job.id, job.status          at once, and whenever one looks
job.wait(timeout=60)        in plain code;  `await job.finished(timeout=60)` in async code
"""

import asyncio
import os
import threading
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from tintype.app import open_catalog
from tintype.catalog import Catalog, job_notes, jobs
from tintype.catalog.columns import now
from tintype.catalog.job_notes import Progress
from tintype.catalog.job_states import FINISHED
from tintype.catalog.tables import Job
from tintype.errors import JobFailed, JobUnfinished
from tintype.jobs.accepting import Order, accept
from tintype.settings import Settings

_LOOK, _LONGEST_LOOK = 0.05, 1.0  # seconds between two looks
_opened: dict[tuple[int, str], Catalog] = {}
_lock = threading.Lock()


class JobHandle:
    """A job that was accepted. It goes on whether or not anybody holds this."""

    def __init__(self, catalog: Catalog, job_id: str) -> None:
        self._catalog = catalog
        self.id = job_id

    def __repr__(self) -> str:
        return f"<JobHandle {self.id}>"

    @property
    def status(self) -> str:
        """waiting, running, done, partly, failed or cancelled; `open` while items are added."""
        return self._read().state

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._catalog.read_now(
            lambda session: job_notes.progress(session, jobs.get(session, None, self.id))
        )

    def cancel(self) -> None:
        """End it, with its children. A finished one stays as it is."""
        self._catalog.run_now(lambda session: jobs.cancel(session, None, self.id))

    def wait(self, timeout: float | None = None) -> dict[str, Any]:
        """Wait until it is finished; its result. Blocks: for plain code. In seconds.

        Raises JobFailed for one that ended without success, with its reason, and JobUnfinished when
        the time is over; the job goes on.
        """
        end, pause = _end_of(timeout), _LOOK
        while (job := self._read()).state not in FINISHED:
            _check_time(end, self.id)
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK)
        return _result_of(job)

    async def finished(self, timeout: float | None = None) -> dict[str, Any]:  # noqa: ASYNC109
        """`wait` for async code."""
        end, pause = _end_of(timeout), _LOOK
        while (job := await asyncio.to_thread(self._read)).state not in FINISHED:
            _check_time(end, self.id)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_LOOK)
        return _result_of(job)

    def _read(self) -> Job:
        return self._catalog.read_now(lambda session: jobs.get(session, None, self.id))


def enqueue(
    task: str,
    /,
    *,
    items: Iterable[dict[str, Any]] | None = None,
    key: str = "",
    priority: int = 5,
    queue: str = "",
    delay: timedelta | None = None,
    settings: Settings | None = None,
    **args: Any,
) -> JobHandle:
    """Accept a job for whoever works jobs off: a running service, or `tintype worker`. At once.

    `items` make a batch: one job with a child for each, of which one that fails stops no other.
    While a job with the same `key` is unfinished, that one is returned. `priority` from 0, which is
    begun first, to 9. All else are arguments of the task: see docs/jobs.md. Sources may be files:
    check what a stranger gave you. Raises InvalidRecord, and CatalogUnavailable.
    """
    catalog = _catalog(settings or Settings.from_env())
    order = Order(
        task=task,
        args=args,
        items=items,
        key=key,
        priority=priority,
        queue=queue,
        due_at=None if delay is None else now() + delay,
    )
    return JobHandle(catalog, accept(catalog, order)[0].id)


def job(job_id: str, *, settings: Settings | None = None) -> JobHandle:
    """The handle of a job whose id is known. Raises RecordNotFound."""
    handle = JobHandle(_catalog(settings or Settings.from_env()), job_id)
    handle._read()
    return handle


def _catalog(settings: Settings) -> Catalog:
    """One for each database and process: a web server may have forked since the last call."""
    name = (os.getpid(), settings.database_url or str(settings.data.absolute()))
    with _lock:
        if name not in _opened:
            catalog = open_catalog(settings)
            catalog.prepare()
            _opened[name] = catalog
        return _opened[name]


def _end_of(timeout: float | None) -> float:
    return float("inf") if timeout is None else time.monotonic() + timeout


def _check_time(end: float, job_id: str) -> None:
    if time.monotonic() >= end:
        raise JobUnfinished(
            f"The job {job_id} is not finished yet.", remedy="It goes on: look again later."
        )


def _result_of(job: Job) -> dict[str, Any]:
    if job.state == "done":
        return job.result or {}
    raise JobFailed(f"The job {job.id} is {job.state}: {job.reason or job.code or 'no reason'}")
