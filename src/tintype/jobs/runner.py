"""Runner: does the work of jobs, in an event loop of its own. It knows no engine.

Whatever it is told twice it does once: the catalog says what is left to do, and to whom a job
belongs. It may be ended at any moment, also between two of these lines.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from tintype.catalog import Catalog, Session, job_items, job_runs
from tintype.catalog.job_runs import Handed
from tintype.catalog.tables import Job
from tintype.errors import CatalogUnavailable, JobSuperseded, WorkTimeout
from tintype.jobs import Args, Later, Outcome, Retry, Task
from tintype.jobs.failures import Failure, backoff, failure_of
from tintype.jobs.gate import Gate
from tintype.jobs.lots import LotRun
from tintype.jobs.queues import Queue
from tintype.jobs.tools import Tools
from tintype.jobs.work import Work, patiently

log = logging.getLogger("tintype.jobs")
T = TypeVar("T")
Step = Callable[[Job, Task], Awaitable[None]]
WATCH = 1.0  # seconds between two looks whether a job was cancelled
STRANGE = timedelta(seconds=30)  # until a job is looked at again whose task is not known here
PAGE = 500  # items that are added at once, or as many as are found in SOON seconds
SOON = 0.25


class Runner:
    """Runs jobs with the tasks it knows. `run` is for the engine's threads, all else for the loop.

    `at_work`: what it runs now.
    """

    def __init__(
        self,
        catalog: Catalog,
        tools: Tools,
        tasks: Mapping[str, Task],
        worker: str,
        queues: Iterable[Queue] = (),
    ) -> None:
        self._catalog, self._tools, self._tasks, self._worker = catalog, tools, tasks, worker
        self._loop = asyncio.get_running_loop()
        self._gate = Gate()
        self._slots = {queue.name: asyncio.Semaphore(queue.slots) for queue in queues}
        self._running: set[asyncio.Task[None]] = set()
        self.at_work: set[Handed] = set()
        self.ending = False

    def run(self, job_id: str, run: int) -> None:
        """Run a job to its end, or until it is to wait. Blocks; raises nothing that is foreseen."""
        if self.ending:  # it was claimed a moment too late: others have it at once
            again = [Handed(job_id, run, "", 0)]
            self._catalog.run_now(partial(job_runs.hand_again, lost=again))
            return
        asyncio.run_coroutine_threadsafe(self._run(job_id, run), self._loop).result()

    async def stop(self) -> None:
        """Give back what is under way, so that others go on with it at once."""
        self.ending = True
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running, timeout=5.0)

    async def _run(self, job_id: str, run: int) -> None:
        handed = Handed(job_id, run, "", 0)
        self.at_work.add(handed)
        try:
            job = await self._keep(lambda s: job_runs.begin(s, job_id, run, self._worker))
            if job is not None:
                await self._watched(job)
        except JobSuperseded as error:
            log.info("%s", error)
        finally:
            self.at_work.discard(handed)

    async def _watched(self, job: Job) -> None:
        """Do the work, and let go of it when it is cancelled, taken over, or we end."""
        work = asyncio.create_task(self._in_slot(job))
        self._running.add(work)
        try:
            while not (await asyncio.wait({work}, timeout=WATCH))[0]:
                if not await self._is_ours(job):
                    work.cancel()
            await work
        except asyncio.CancelledError:
            if self.ending:
                await self._keep(lambda s: job_runs.put_back(s, job, timedelta(0)))
        finally:
            self._running.discard(work)

    async def _in_slot(self, job: Job) -> None:
        """Under load the engine may call for one more job than a queue has slots: it waits."""
        if (slots := self._slots.get(job.queue)) is None:
            await self._work(job)
        else:
            async with slots:
                await self._work(job)

    async def _is_ours(self, job: Job) -> bool:
        try:
            return await self._catalog.read(lambda s: job_runs.touch(s, job))
        except CatalogUnavailable:
            return True  # nobody else can have taken it either, as far as anybody can tell

    async def _work(self, job: Job) -> None:
        task = self._tasks.get(job.task)
        if task is None:
            log.warning("This version has no task %r: another worker may have it.", job.task)
            await self._keep(lambda s: job_runs.put_back(s, job, STRANGE))
        elif job.parent_id is not None:
            await self._work_off(job, task)
        elif task.plan is not None:
            await self._judged(job, task, self._plan)
        else:
            await self._judged(job, task, self._single)

    async def _judged(self, job: Job, task: Task, step: Step) -> None:
        """A step of a job that is no lot: whatever it raises ends the job, or is tried again."""
        try:
            async with self._gate.passed(job.starts, partial(self._counted, job)):
                await step(job, task)
        except Later as later:
            delay = timedelta(seconds=later.seconds)
            so_far = later.so_far
            await self._keep(lambda s: job_runs.put_back(s, job, delay, result=so_far))
        except JobSuperseded:
            raise
        except Exception as error:
            failure = failure_of(error, job.user_id)
            await self._keep(lambda s: _give_up(s, job, task.retry, failure))

    async def _single(self, job: Job, task: Task) -> None:
        outcome = await self._called(task, Work(self._catalog, self._tools, job), job.args)
        await self._keep(lambda s: job_runs.finish(s, job, outcome.result, outcome.size))

    async def _plan(self, job: Job, task: Task) -> None:
        """Add the items of a batch. The lots are worked off meanwhile."""
        assert task.plan
        work, found = Work(self._catalog, self._tools, job), list[dict[str, Any]]()
        due = time.monotonic() + SOON
        async for item in task.plan(work, job.args):
            found.append(item)
            if len(found) >= PAGE or time.monotonic() > due:
                await self._add(job, found)
                found, due = [], time.monotonic() + SOON
        await self._add(job, found)
        await self._keep(lambda s: job_items.close(s, job))

    async def _add(self, job: Job, found: list[dict[str, Any]]) -> None:
        await self._keep(lambda s: job_items.add(s, job, found))

    async def _work_off(self, lot: Job, task: Task) -> None:
        work = Work(self._catalog, self._tools, lot)

        def call(args: Args) -> Awaitable[Outcome]:
            return self._called(task, work, args)

        await LotRun(lot, task, self._keep, self._gate, call).run()

    async def _counted(self, begun: Job) -> None:
        await self._keep(partial(job_runs.count_start, job=begun))

    async def _called(self, task: Task, work: Work, args: Args) -> Outcome:
        try:
            async with asyncio.timeout(task.limit) as limit:
                return await task.work(work, args)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise WorkTimeout(f"It took longer than {task.limit:g} seconds.") from error

    async def _keep(self, work: Callable[[Session], T]) -> T:
        """A transaction that must come about: again and again while the database is away."""
        return await patiently(self._catalog, work, until=lambda: self.ending)


def _give_up(session: Session, job: Job, retry: Retry, failure: Failure) -> None:
    if failure.may_pass and job.tries + failure.counts < retry.tries:
        pause = backoff(retry, job.tries)
        code = failure.code if failure.counts else ""
        job_runs.put_back(session, job, pause, code=code, reason=failure.reason)
    else:
        job_runs.fail(session, job, failure.code, failure.reason)
