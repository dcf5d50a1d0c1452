"""Accepting jobs: judged first, then kept. Who is told an id can rely on it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from tintype.catalog import Catalog, Session, job_items, jobs
from tintype.catalog.jobs import JobDraft
from tintype.catalog.tables import Job
from tintype.errors import InvalidRecord, InvalidRequest, TintypeError
from tintype.jobs import Task
from tintype.jobs.arguments import anchored
from tintype.jobs.queues import NAMES
from tintype.jobs.tasks import TASKS

PAGE = 2_000  # items in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A job that somebody wants. `queue` "": that of the task. `user_id` None: the operator."""

    task: str
    args: Mapping[str, Any] = field(default_factory=dict)
    items: Iterable[dict[str, Any]] | None = None
    user_id: str | None = None
    key: str = ""
    priority: int = 5
    queue: str = ""
    due_at: datetime | None = None


def accept(
    catalog: Catalog, order: Order, also: Callable[[Session, Job], None] = lambda *_: None
) -> tuple[Job, bool]:
    """Keep a job, and whether it is new: see `JobDraft.key`. Blocks.

    Raises InvalidRecord and whatever the task's own checks raise; then nothing was kept. Items are
    added page by page, in as little memory as one page takes. `also` is done in the transaction
    that makes the job one that is begun.
    """
    task = checked(order)
    draft = JobDraft(
        task=task.name,
        queue=order.queue or task.queue,
        args=_kept(order, task, order.args),
        user_id=order.user_id,
        key=order.key,
        priority=order.priority,
        is_internal=task.is_internal,
        is_open=order.items is not None,
        due_at=order.due_at,
    )

    def add(session: Session) -> tuple[Job, bool]:
        found = jobs.add(session, draft)
        if order.items is None or not found[1]:
            also(session, found[0])
        return found

    job, is_new = catalog.run_now(add)
    if order.items is not None and is_new:
        try:
            _fill(catalog, job, task, order, also)
        except BaseException:
            catalog.run_now(lambda session: jobs.take_back(session, job.id))
            raise
    return job, is_new


def checked(order: Order) -> Task:
    """The task of an order whose arguments make sense. Raises InvalidRecord."""
    task = TASKS.get(order.task)
    is_trusted = order.user_id is None
    if task is None or task.is_internal or not (is_trusted or task.for_users):
        known = sorted(t.name for t in TASKS.values() if not t.is_internal)
        raise InvalidRecord.of({"task": f"is one of {', '.join(known)}"})
    if order.queue and order.queue not in NAMES:
        raise InvalidRecord.of({"queue": f"is one of {', '.join(NAMES)}"})
    if order.items is not None and task.check_item is None:
        raise InvalidRecord.of({"items": f"mean nothing to {task.name}"})
    task.check(order.args, is_trusted)
    given = [name for name in task.places if order.args.get(name)]
    if given and order.items is not None:
        raise InvalidRecord.of({given[0]: "cannot be given beside items"})
    if task.places and order.items is None and not given:
        raise InvalidRecord.of({"items": f"or one of {', '.join(task.places)} are needed"})
    return task


def _kept(order: Order, task: Task, args: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments as they are kept: the operator's paths hold wherever the job is run."""
    return anchored(args, task.paths) if order.user_id is None else dict(args)


def _fill(
    catalog: Catalog, job: Job, task: Task, order: Order, also: Callable[[Session, Job], None]
) -> None:
    assert order.items is not None
    rest, number = iter(order.items), 0
    while some := list(islice(rest, PAGE)):
        for item in some:
            number += 1
            _check_item(task, item, number, is_trusted=order.user_id is None)
        kept = [_kept(order, task, item) for item in some]
        catalog.run_now(partial(job_items.add, batch=job, items=kept))
    if not number:
        raise InvalidRequest("There are no items.", remedy="Give at least one.")

    def close(session: Session) -> None:
        job_items.close(session, job, order.due_at)
        also(session, jobs.get(session, None, job.id))

    catalog.run_now(close)


def _check_item(task: Task, item: Mapping[str, Any], number: int, *, is_trusted: bool) -> None:
    assert task.check_item
    try:
        task.check_item(item, is_trusted)
    except TintypeError as error:
        raise InvalidRecord.of({f"items.{number - 1}": str(error).rstrip(".")}) from error
