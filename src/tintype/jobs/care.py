"""Care: what is seen to all the time, by every worker: jobs that are due are handed over, schedules
are kept, the dead are noticed and their jobs given to others, queues are paused.

All of it may be done by several at once, or twice.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from tintype.catalog import Catalog, Session, job_runs, jobs, schedules, workers
from tintype.catalog.columns import now
from tintype.catalog.job_runs import Handed
from tintype.catalog.jobs import JobDraft
from tintype.errors import TintypeError
from tintype.jobs import Engine
from tintype.jobs.cron import following
from tintype.jobs.queues import UPKEEP
from tintype.jobs.seldom import Seldom

log = logging.getLogger("tintype.jobs.care")
log.addFilter(Seldom())
HANDED = 500  # jobs that are handed over at once
RECONCILED = 500  # jobs that are looked for at once
UNTOLD = 10  # looks at SQLite's stamp before the outbox is looked at although nobody wrote
OPEN_FOR = timedelta(hours=1)  # how long somebody may take to add more items


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often what is seen to, in seconds. A worker is dead that was not seen for `dead`."""

    outbox: float = 0.1
    pauses: float = 1.0
    schedules: float = 1.0
    heartbeat: float = 5.0
    dead: float = 20.0
    reconcile: float = 60.0


class Care:
    """A thread that sees to it, from `start` to `stop`."""

    def __init__(
        self,
        catalog: Catalog,
        engine: Engine,
        rhythm: Rhythm,
        see: Callable[[], None],
        at_work: Callable[[], Collection[Handed]],
    ) -> None:
        self._catalog, self._engine, self._rhythm = catalog, engine, rhythm
        self._at_work = at_work
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._live, name="tintype-jobs-care", daemon=True)
        # The pulse has a thread of its own: nothing that waits must look like death.
        self._pulse = threading.Thread(target=self._beat, name="tintype-jobs-pulse", daemon=True)
        self._see = see
        self._stamp: int | None = None
        self._look_again = 0.0

    def start(self) -> None:
        """Begin, with all of it at once."""
        self._thread.start()
        self._pulse.start()

    def stop(self) -> None:
        """End; what is under way is finished."""
        self._end.set()
        self._thread.join()
        self._pulse.join()

    def _beat(self) -> None:
        while not self._end.wait(self._rhythm.heartbeat):
            self._guarded(self._see)

    def _live(self) -> None:
        rhythm = self._rhythm
        duties = {
            self._pause: rhythm.pauses,
            self._hand_over: rhythm.outbox,
            self._keep_schedules: rhythm.schedules,
            self._take_over: rhythm.heartbeat,
            self._reconcile: rhythm.reconcile,
        }
        due = dict.fromkeys(duties, 0.0)
        while True:
            for duty, every in duties.items():
                if time.monotonic() >= due[duty]:
                    self._guarded(duty)
                    due[duty] = time.monotonic() + every
            if self._end.wait(max(min(due.values()) - time.monotonic(), 0.01)):
                return

    def _guarded(self, duty: Callable[[], None]) -> None:
        try:
            duty()
        except TintypeError as error:
            log.warning("%s", error)
        except Exception as error:
            # Whatever it is (a database that is restarted, mostly), the next time may do better.
            if not self._end.is_set():
                log.warning("Jobs: %s: %s", type(error).__name__, error)

    def _pause(self) -> None:
        self._engine.set_paused(self._catalog.read_now(jobs.paused))

    def _hand_over(self) -> None:
        """Give the engine what is due. It has kept it before we forget that it was due."""

        def work(session: Session) -> int:
            due = job_runs.take_due(session, HANDED)
            if due:
                self._engine.hand_over(due)
            return len(due)

        if not self._is_news() or not self._catalog.read_now(job_runs.is_due):
            return
        while self._catalog.run_now(work) == HANDED:
            pass

    def _is_news(self) -> bool:
        """Whether anybody has written since the last look, or time has passed for what waits."""
        stamp, moment = self._catalog.stamp(), time.monotonic()
        if stamp is not None and stamp == self._stamp and moment < self._look_again:
            return False
        self._stamp, self._look_again = stamp, moment + UNTOLD * self._rhythm.outbox
        return True

    def _keep_schedules(self) -> None:
        if self._catalog.read_now(schedules.is_due):
            self._catalog.run_now(_add_scheduled)

    def _take_over(self) -> None:
        living = self._catalog.read_now(
            lambda session: workers.living(session, timedelta(seconds=self._rhythm.dead))
        )
        if count := self._engine.take_over([each.id for each in living], self._at_work()):
            log.warning("%d jobs of workers that have gone are taken over.", count)

    def _reconcile(self) -> None:
        """Find jobs that the engine should know and does not: it lost its file, or gave up."""
        after = ""
        while True:
            some = self._catalog.read_now(
                partial(job_runs.unfinished, after=after, most=RECONCILED)
            )
            if lost := set(some) - self._engine.known(some):
                self._catalog.run_now(partial(job_runs.hand_again, lost=lost))
            if len(some) < RECONCILED:
                break
            after = some[-1].job_id
        self._catalog.run_now(lambda session: jobs.give_up_open(session, now() - OPEN_FOR))
        self._engine.forget()


def _add_scheduled(session: Session) -> None:
    """A job for every schedule whose time has come, in the transaction that notes that it came."""
    from tintype.jobs.tasks import TASKS

    for schedule, _ in schedules.take_due(session, following):
        task = TASKS.get(schedule.task)
        draft = JobDraft(
            task=schedule.task,
            queue=task.queue if task else UPKEEP,
            args=schedule.args,
            key=f"schedule:{schedule.name}",  # no second one beside one that is not finished
            is_internal=task is not None and task.is_internal,
        )
        jobs.add(session, draft)
