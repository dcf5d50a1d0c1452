"""What tests of jobs share: a worker in this process with tasks of their own, in a hurry."""

import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tintype.catalog import Catalog, jobs
from tintype.catalog.jobs import JobDraft
from tintype.catalog.tables import Job
from tintype.jobs import Retry, Task
from tintype.jobs.care import Rhythm
from tintype.jobs.queues import queues
from tintype.jobs.worker import Candidate, Plan
from tintype.settings import Settings

HURRY = Rhythm(outbox=0.02, pauses=0.05, schedules=0.05, heartbeat=0.2, dead=1.0, reconcile=0.3)
SOON = Retry(tries=3, first=0.02, longest=0.1)
PATIENCE = 30.0  # seconds; nothing here takes a tenth of it


def fast_queues(**slots: int) -> tuple[Any, ...]:
    return tuple(replace(q, every=0.02, slots=slots.get(q.name, q.slots)) for q in queues())


def task(name: str, work: Callable[..., Any], **more: Any) -> Task:
    return Task(name=name, summary="", queue=more.pop("queue", "quick"), work=work, **more)


@dataclass
class Jobs:
    """A catalog, and what tests do with jobs in it."""

    settings: Settings
    catalog: Catalog
    template: Path | None = None

    def add(self, task: str, *, queue: str = "quick", **more: Any) -> Job:
        draft = JobDraft(task=task, queue=queue, **more)
        return self.catalog.run_now(lambda s: jobs.add(s, draft))[0]

    def read(self, job: Job) -> Job:
        return self.catalog.read_now(lambda s: jobs.get(s, None, job.id))

    def until(self, holds: Callable[[], object], patience: float = PATIENCE) -> None:
        end = time.monotonic() + patience
        while not holds():
            assert time.monotonic() < end, "it did not come about"
            time.sleep(0.01)

    def finished(self, job: Job, patience: float = PATIENCE) -> Job:
        self.until(lambda: self.read(job).finished_at, patience)
        return self.read(job)

    def worker(self, tasks: Iterable[Task], **slots: int) -> AbstractContextManager[Candidate]:
        """Works jobs off for a block."""
        named = {each.name: each for each in tasks}
        queues = fast_queues(**slots)
        return self._at_work(Plan(settings=self.settings, tasks=named, queues=queues, rhythm=HURRY))

    def worker_of_all(self, settings: Settings) -> AbstractContextManager[Candidate]:
        """The same with all tasks that there are, and with other settings for the same catalog."""
        return self._at_work(Plan(settings=settings, queues=fast_queues(), rhythm=HURRY))

    @contextmanager
    def _at_work(self, plan: Plan) -> Iterator[Candidate]:
        file = self.settings.data / "jobs.db"
        if self.template and not file.exists():
            shutil.copy(self.template, file)  # the engine takes a second to make its own
        begun = threading.Event()
        candidate = Candidate(plan, begun.set)
        candidate.start()
        try:
            assert begun.wait(PATIENCE)
            yield candidate
        finally:
            candidate.stop()
