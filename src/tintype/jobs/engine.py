"""The engine: DBOS Transact, a durable queue in SQLite or PostgreSQL. The only file that knows it.

It is told ids, and calls us with them. What it is set up like, so that it neither loses nor parks
anything and talks to nobody: docs/decisions/0011-jobs.md.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import URL, Engine, create_engine, event

from tintype.catalog.job_runs import Handed
from tintype.jobs.queues import Queue
from tintype.jobs.seldom import Seldom

APPLICATION, SCHEMA, WORK = "tintype", "dbos", "tintype-job"
# For ever: jobs that an older release was handed are found by it. Rows hold an id and a number, so
# that there is nothing in them that could change its meaning.
VERSION = "jobs-1"
BACKSTOP = 1_000  # beginnings of one run; jobs that end their workers are found by ourselves
LIVE = ["ENQUEUED", "PENDING", "DELAYED"]
MOST_PENDING = 10_000
SETTLED_DOWN = 30.0  # seconds from a claim until the job must be at work
MOST = 500  # rows that are asked for at once
JUST_OVER = timedelta(minutes=10)
_LIMITS = {"connect_timeout": 3, "keepalives_idle": 5, "keepalives_interval": 2}
_LIMITS |= {"keepalives_count": 3, "tcp_user_timeout": 10_000}


@dataclass(frozen=True, slots=True)
class Settings:
    """`worker` is who this process is: no other that lives may have that name. `listens`: to which
    of the queues.
    """

    url: URL
    worker: str
    queues: tuple[Queue, ...]
    listens: tuple[str, ...]


class DbosEngine:
    """tintype.jobs.Engine. One in a process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database = _engine(settings.url, sum(each.slots for each in settings.queues))
        self._paused: frozenset[str] = frozenset()
        self._client: DBOSClient | None = None

    def start(self, run: Callable[[str, int], None]) -> None:
        """Engine.start."""
        settings = self._settings
        threads = sum(queue.slots for queue in settings.queues) * 2 + 16
        config = DBOSConfig(
            name=APPLICATION,
            system_database_url=_shown(settings.url),
            system_database_engine=self._database,
            dbos_system_schema=SCHEMA,
            application_version=VERSION,
            executor_id=settings.worker,
            serializer=DBOSPortableJSONSerializer(),
            use_listen_notify=False,
            max_executor_threads=threads,
            log_level="WARNING",
            scheduler_polling_interval_sec=600.0,
        )
        DBOS(config=config)
        _adopt_log()

        def work(job_id: str, run_number: int) -> None:
            run(job_id, run_number)

        DBOS.workflow(name=WORK, max_recovery_attempts=BACKSTOP)(work)
        DBOS.listen_queues(settings.listens)
        DBOS.launch()
        self._client = DBOSClient(
            system_database_engine=self._database,
            dbos_system_schema=SCHEMA,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
        )
        for queue in settings.queues:
            self._register(queue)

    def hand_over(self, jobs: Sequence[Handed]) -> None:
        """Engine.hand_over."""
        client = self._running
        with self._database.begin() as connection:
            for job in jobs:
                client.enqueue_in_transaction(
                    connection,
                    {
                        "workflow_name": WORK,
                        "queue_name": job.queue,
                        "workflow_id": _id_of(job),
                        "app_version": VERSION,
                        "priority": job.priority + 1,
                    },
                    job.job_id,
                    job.run,
                )

    def known(self, jobs: Sequence[Handed]) -> set[Handed]:
        """Engine.known."""
        if not jobs:
            return set()  # no ids would mean all
        by_id = {_id_of(job): job for job in jobs}
        found = self._running.list_workflows(
            workflow_ids=list(by_id), status=LIVE, load_input=False, load_output=False
        )
        return {by_id[each.workflow_id] for each in found}

    def take_over(self, living: Collection[str], at_work: Collection[Handed]) -> int:
        """Engine.take_over."""
        pending = self._running.list_workflows(
            status="PENDING", load_input=False, load_output=False, limit=MOST_PENDING
        )
        mine, latest = {_id_of(job) for job in at_work}, time.time() - SETTLED_DOWN
        lost: dict[str, list[str]] = {}
        names = {queue.name for queue in self._settings.queues}
        for each in pending:
            is_mine = each.executor_id == self._settings.worker
            claimed = (each.dequeued_at or 0) / 1000
            if is_mine and (each.workflow_id in mine or claimed > latest):
                continue
            if is_mine or each.executor_id not in living:
                queue = each.queue_name if each.queue_name in names else None
                lost.setdefault(queue or self._settings.queues[0].name, []).append(each.workflow_id)
        for queue, ids in lost.items():
            self._running.resume_workflows(ids, queue_name=queue)
        return sum(map(len, lost.values()))

    def set_paused(self, queues: Collection[str]) -> None:
        """Engine.set_paused."""
        before, self._paused = self._paused, frozenset(queues)
        for queue in self._settings.queues:
            if (queue.name in before) != (queue.name in self._paused):
                self._register(queue)

    def forget(self) -> int:
        """Engine.forget."""
        before, count = (datetime.now(UTC) - JUST_OVER).isoformat(), 0
        while True:
            over = self._running.list_workflows(
                completed_before=before, load_input=False, load_output=False, limit=MOST
            )
            if not over:
                return count
            self._running.delete_workflows([each.workflow_id for each in over])
            count += len(over)

    def stop(self) -> None:
        """Engine.stop."""
        DBOS.destroy(destroy_registry=True)
        self._client = None
        self._database.dispose()

    def _register(self, queue: Queue) -> None:
        """Say how much of a queue is in work at once: nothing while it is paused."""
        if queue.name in self._paused:
            queue = replace(queue, slots=0)
        self._running.register_queue(
            queue.name, worker_concurrency=queue.slots, polling_interval_sec=queue.every
        )

    @property
    def _running(self) -> DBOSClient:
        assert self._client, "start comes first"
        return self._client


def file_url(path: Path) -> URL:
    """The address of the engine's own file of SQLite."""
    return URL.create("sqlite+pysqlite", database=str(path))


def _id_of(job: Handed) -> str:
    return f"{job.job_id}.{job.run}"


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _engine(url: URL, slots: int) -> Engine:
    common: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True}
    if url.get_backend_name() == "sqlite":
        made = create_engine(url, connect_args={"timeout": 30}, pool_size=slots + 8, **common)
        event.listen(made, "connect", _set_up)
        return made
    given = {name: value for name, value in _LIMITS.items() if name not in url.query}
    return create_engine(url, connect_args=given, pool_size=10, max_overflow=10, **common)


def _set_up(connection: Any, record: object) -> None:  # noqa: ARG001 - an event
    """Readers beside the writer; writers queue. What the last moments before a power cut may lose
    here is found missing by the catalog, which loses nothing.
    """
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA foreign_keys=ON")


def _adopt_log() -> None:
    """Let its log go where ours goes."""
    log = logging.getLogger("dbos")
    for handler in list(log.handlers):
        log.removeHandler(handler)
    log.addHandler(logging.NullHandler())  # else it would put its own back
    if not any(isinstance(each, Seldom) for each in log.filters):
        log.addFilter(Seldom())
    log.propagate = True
