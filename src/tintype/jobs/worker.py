"""Worker: a process that works jobs off, or the part of a service that does."""

import asyncio
import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tintype.app import open_catalog
from tintype.background import go_to_background
from tintype.catalog import Catalog, Session, job_runs, schedules, workers
from tintype.errors import CatalogError, TintypeError
from tintype.jobs import Task
from tintype.jobs.care import Care, Rhythm
from tintype.jobs.cron import following
from tintype.jobs.queues import NAMES, Queue, queues
from tintype.jobs.runner import Runner
from tintype.jobs.seats import Seat, take
from tintype.jobs.tools import Tools
from tintype.settings import Settings

log = logging.getLogger("tintype.jobs")
PAUSE = 5.0  # seconds after a failure
FIRST_LOOK = 0.25  # seconds between two looks whether there is anything to do
STAND_BY = 0.5  # seconds between two looks whether the seat has become free


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a worker does, and how. `tasks` None: all that there are."""

    settings: Settings
    tasks: Mapping[str, Task] | None = None
    queues: tuple[Queue, ...] = ()
    rhythm: Rhythm = field(default_factory=Rhythm)

    def listens(self) -> tuple[str, ...]:
        """To which queues."""
        return self.settings.jobs.queues or NAMES


class JobWorker:
    """Works jobs off, from `start` to `stop`, in threads of its own. Both are called once."""

    def __init__(self, plan: Plan, seat: Seat) -> None:
        # Fifteen megabytes, which a service does without until there is a first job.
        from tintype.jobs.engine import DbosEngine, file_url
        from tintype.jobs.engine import Settings as EngineSettings

        self.plan, self.seat = plan, seat
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="tintype-jobs")
        self._catalog: Catalog = open_catalog(plan.settings)
        self._queues = made = plan.queues or queues(
            plan.settings.jobs.bulk, plan.settings.browser.slots
        )
        url = self._catalog.url
        if self._catalog.is_embedded:
            url = file_url(plan.settings.data / "jobs.db")
        settings = EngineSettings(url, seat.worker, made, plan.listens())
        self._engine = DbosEngine(settings)
        self._runner: Runner | None = None
        self._care: Care | None = None

    def start(self) -> None:
        """Begin; returns when the engine runs. Raises CatalogError while the database is away."""
        self._see()
        self._thread.start()
        self._runner = self._call(self._made_runner())
        self._engine.start(self._runner.run)
        runner = self._runner
        self._catalog.run_now(_put_schedules)
        self._care = Care(
            self._catalog, self._engine, self.plan.rhythm, self._see, lambda: runner.at_work
        )
        self._care.start()

    def stop(self) -> None:
        """Give back what is under way, leave the seat, close."""
        if self._care:
            self._care.stop()
        if self._runner:
            self._call(self._runner.stop())
            self._engine.stop()
            self._call(self._tools.close())
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()
        try:
            self._catalog.run_now(lambda session: workers.leave(session, self.seat.worker))
        except TintypeError as error:
            log.warning("The worker could not say that it ends: %s", error)
        self._catalog.close()
        self.seat.leave()

    def _work(self) -> None:
        go_to_background()
        self._loop.run_forever()

    async def _made_runner(self) -> Runner:
        tasks = self.plan.tasks
        if tasks is None:
            from tintype.jobs.tasks import TASKS

            tasks = TASKS
        self._tools = Tools(self.plan.settings, self._catalog)
        return Runner(self._catalog, self._tools, tasks, self.seat.worker, self._queues)

    def _see(self) -> None:
        host, listens = socket.gethostname(), list(self.plan.listens())
        self._catalog.run_now(
            lambda session: workers.see(
                session, self.seat.worker, host=host, pid=os.getpid(), queues=listens
            )
        )

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


def _put_schedules(session: Session) -> None:
    """What the service does for itself, at set times."""
    from tintype.jobs.tasks import upkeep

    schedules.put(
        session,
        upkeep.SCHEDULE,
        cron=upkeep.CRON,
        zone="UTC",
        task=upkeep.TASK.name,
        args={},
        following=following,
    )


class Candidate:
    """Works jobs off as soon as there is a free seat: at once, or when who has it is gone.

    `told` is called when it has begun. In a thread of its own, from `start` to `stop`.
    """

    def __init__(self, plan: Plan, told: Callable[[], object] = lambda: None) -> None:
        self._plan, self._told = plan, told
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._live, name="tintype-jobs-seat", daemon=True)
        self.is_working = self.stands_by = False

    def start(self) -> None:
        """Begin to look for a seat."""
        self._thread.start()

    def stop(self) -> None:
        """End, with the work if there is any."""
        self._end.set()
        self._thread.join()

    def _live(self) -> None:
        pause = 0.0
        while not self._end.wait(pause):
            pause = STAND_BY
            try:
                if (worker := self._seated()) is None:
                    continue
                self.is_working = True
                self._told()
                self._end.wait()
                self.is_working = False
                worker.stop()
            except TintypeError as error:
                log.error("No jobs are worked off: %s", error)  # noqa: TRY400 - foreseen
                pause = PAUSE
            except Exception:
                log.exception("No jobs are worked off.")
                pause = PAUSE

    def _seated(self) -> JobWorker | None:
        settings = self._plan.settings
        only_one = not settings.database_url.startswith("postgres")
        seat = take(settings.data, only_one=only_one or self._is_embedded)
        self.stands_by = seat is None
        if seat is None:
            return None
        if not self._wanted(seat):
            return None
        worker = JobWorker(self._plan, seat)
        try:
            worker.start()
        except BaseException:
            worker.stop()
            raise
        return worker

    def _wanted(self, seat: Seat) -> bool:  # noqa: ARG002 - of a subclass
        """Whether to begin. False: it is time to end."""
        return True

    _is_embedded = False


class EmbeddedCandidate(Candidate):
    """The part of a service: of all its processes with one data folder, one works jobs off.

    It begins when there is something to do for the first time: the engine costs half a second, and
    then some processor time even while nothing happens.
    """

    _is_embedded = True

    def _wanted(self, seat: Seat) -> bool:
        """Wait, in the seat, for the first job."""
        with contextlib.closing(open_catalog(self._plan.settings)) as catalog:
            while not self._end.is_set():
                with contextlib.suppress(CatalogError):
                    catalog.run_now(_put_schedules)
                    break
                self._end.wait(PAUSE)
            while not self._end.wait(FIRST_LOOK):
                with contextlib.suppress(CatalogError):
                    if catalog.read_now(_is_anything_to_do):
                        return True
        seat.leave()
        return False


def _is_anything_to_do(session: Session) -> bool:
    if job_runs.is_due(session) or schedules.is_due(session):
        return True
    return bool(job_runs.unfinished(session, "", 1))
