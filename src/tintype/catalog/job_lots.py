"""Lots: some items of a batch, worked off by one worker, one after another.

Items are begun and settled several at once, as many as are done in a moment: a transaction for each
would cost more than many of them do. For all of it the caller needs the lot's token, else
JobSuperseded is raised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from tintype.catalog import job_ends
from tintype.catalog.columns import now
from tintype.catalog.job_runs import POISON, POISONED, SUSPECT, change, is_poison, put_back
from tintype.catalog.job_states import DONE, FAILED, SKIPPED, WAITING
from tintype.catalog.tables import Job, JobItem

FIRST = -1  # the number behind which all items are
_SAME = (
    JobItem.batch_id == bindparam("of_batch"),
    JobItem.number == bindparam("of_number"),
    JobItem.state == WAITING,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of an item: `state` is done, skipped or failed."""

    state: str
    size: int = 0
    code: str = ""
    reason: str = ""
    result: dict[str, Any] | None = None


def begin(session: Session, lot: Job, after: int, most: int) -> list[JobItem]:
    """The next items of a lot to work on, whose numbers are above `after`; empty: there are none.

    One that ended its workers again and again is set aside. One that may have is returned alone.
    """
    while items := _waiting(session, lot, after, most):
        poison = [item for item in items if is_poison(item.starts)]
        if not poison:
            _count_starts(session, lot, items)
            return items
        aside = Settled(state=FAILED, code=POISON, reason=POISONED)
        settle(session, lot, [(item, aside) for item in poison])
        after = items[-1].number
    return []


def _waiting(session: Session, lot: Job, after: int, most: int) -> list[JobItem]:
    query = (
        select(JobItem)
        .where(JobItem.job_id == lot.id, JobItem.state == WAITING, JobItem.number > after)
        .order_by(JobItem.number)
        .limit(most)
    )
    found = list(session.scalars(query))
    plain = next((n for n, item in enumerate(found) if item.starts >= SUSPECT - 1), len(found))
    return found[: max(plain, 1)]


def _count_starts(session: Session, lot: Job, items: Sequence[JobItem]) -> None:
    change(session, lot)
    if items[0].starts >= SUSPECT:
        return  # it is run alone, and counted when it is
    for item in items:
        item.starts += 1
    session.flush()


def count_start(session: Session, item: JobItem) -> None:
    """Count the beginning of an item that is run alone, now that it is."""
    _change(session, item, starts=JobItem.starts + 1)


def settle(session: Session, lot: Job, ends: Sequence[tuple[JobItem, Settled]]) -> None:
    """Note what became of items, once. Raises JobSuperseded."""
    if not ends:
        return
    columns = {DONE: Job.done, SKIPPED: Job.skipped, FAILED: Job.failed}
    counts: dict[str, Any] = {"starts": 0, "size": Job.size + sum(s.size for _, s in ends)}
    for state, column in columns.items():
        if met := sum(settled.state == state for _, settled in ends):
            counts[column.key] = column + met
    change(session, lot, **counts)
    names = ("state", "size", "code", "reason", "result")
    values: dict[str, Any] = {name: bindparam(f"its_{name}") for name in names}
    rows = [
        {"of_batch": item.batch_id, "of_number": item.number}
        | {f"its_{name}": getattr(settled, name) for name in names}
        | {"its_reason": settled.reason[:300]}
        for item, settled in ends
    ]
    table = JobItem.__table__
    statement = update(table).where(*_SAME).values(starts=0, **values)  # type: ignore[arg-type]
    met = session.connection().execute(statement, rows).rowcount
    assert met == len(ends), "only who has the lot settles its items"


def put_off(session: Session, lot: Job, item: JobItem, code: str, reason: str) -> None:
    """Note that an item has failed and is tried again later. Raises JobSuperseded."""
    change(session, lot, starts=0)
    tried = {"tries": JobItem.tries + 1, "starts": 0}
    _change(session, item, **tried, code=code, reason=reason[:300])


def release(session: Session, item: JobItem) -> None:
    """Give an item back that was begun and not finished, for no fault of its own."""
    _change(session, item, starts=0)


def _change(session: Session, item: JobItem, **values: Any) -> None:
    session.execute(
        update(JobItem)
        .where(JobItem.batch_id == item.batch_id, JobItem.number == item.number)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def tries_left(session: Session, lot: Job) -> int | None:
    """How often the items of a lot that wait were tried at the most; None: none waits."""
    query = select(func.max(JobItem.tries)).where(
        JobItem.job_id == lot.id, JobItem.state == WAITING
    )
    return session.scalar(query)


def is_in_the_way(session: Session, lot: Job) -> bool:
    """Whether something waits in the queue of a lot that is more urgent, or as urgent and of
    another user.
    """
    theirs = (Job.priority == lot.priority) & Job.user_id.is_distinct_from(lot.user_id)
    query = select(Job.id).where(
        Job.state == WAITING,
        Job.queue == lot.queue,
        Job.due_at.is_(None) | (Job.due_at <= now()),
        (Job.priority < lot.priority) | theirs,
    )
    return session.scalar(query.limit(1)) is not None


def has_more(session: Session, lot: Job, after: int) -> bool:
    """Whether items of a lot wait whose numbers are above `after`."""
    return bool(_waiting(session, lot, after, 1))


def give_back(session: Session, lot: Job, delay: timedelta, after: int = FIRST) -> None:
    """Give a lot back, to be gone on with after a while, behind the item `after`: what was put off
    before that has its next try when all others had one. Raises JobSuperseded.
    """
    change(session, lot, args={"after": after})
    put_back(session, lot, delay)


def left_at(lot: Job) -> int:
    """The number behind which a lot is gone on with."""
    after: int = lot.args.get("after", FIRST)
    return after


def end(session: Session, lot: Job) -> None:
    """End a lot of which no item waits, and its batch if it was the last. Raises JobSuperseded."""
    change(session, lot, state=DONE, token=None, finished_at=now())
    assert lot.parent_id
    job_ends.close_batch(session, lot.parent_id)
