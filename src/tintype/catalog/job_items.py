"""Items: the children of a batch. They are added in lots, and each lot is a job of its own.

A lot and its items are added in one transaction, and an item is in a batch once, whatever happens
to whoever adds them: he begins again from the start, and adds what is missing.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from tintype.catalog import job_ends
from tintype.catalog.columns import now
from tintype.catalog.job_states import OPEN, RUNNING, WAITING
from tintype.catalog.jobs import digest_of
from tintype.catalog.pages import DEFAULT_LIMIT, Page
from tintype.catalog.tables import Job, JobItem
from tintype.errors import InvalidRecord, JobSuperseded
from tintype.ids import new_id

LOT = 20  # items that one worker works off in one go, at the most
SPREAD = 16  # lots that items are spread over before lots grow: few items run side by side, too
_ROWS = 500  # in one statement


def add(session: Session, batch: Job, items: Sequence[dict[str, Any]]) -> int:
    """Add items to a batch, but for those that it has; how many are new.

    The batch is one that is open, or that the caller plans. Its lots wait until it runs.
    """
    held = session.get(Job, batch.id, with_for_update=job_ends.HELD, populate_existing=True)
    if held is None or held.state not in (OPEN, RUNNING) or held.token != batch.token:
        raise JobSuperseded(f"The job {batch.id} was cancelled, or is filled by somebody else.")
    fresh = _new_ones(session, held, items)
    _insert(session, held, fresh, min(LOT, -(-len(fresh) // SPREAD)))
    held.total = (held.total or 0) + len(fresh)
    if fresh:
        held.starts = 0  # it has come forward
    held.updated_at = now()
    session.flush()
    return len(fresh)


def _new_ones(
    session: Session, batch: Job, items: Sequence[dict[str, Any]]
) -> list[tuple[str, dict[str, Any]]]:
    # With the batch in it, the digest alone is looked for: no other index can seem better.
    found = {
        digest_of(batch.id + json.dumps(item, sort_keys=True, ensure_ascii=False)): item
        for item in items
    }
    known: set[str] = set()
    digests = list(found)
    for begin in range(0, len(digests), _ROWS):
        some = digests[begin : begin + _ROWS]
        known |= set(session.scalars(select(JobItem.digest).where(JobItem.digest.in_(some))))
    return [(digest, item) for digest, item in found.items() if digest not in known]


def _insert(
    session: Session, batch: Job, fresh: Sequence[tuple[str, dict[str, Any]]], size: int
) -> None:
    """Insert items in lots. Those of a batch that runs are begun at once."""
    first = _count(session, batch.id)
    running = batch.state == RUNNING
    lots: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for number, (digest, args) in enumerate(fresh):
        if number % size == 0:
            lots.append(_lot_of(batch, min(size, len(fresh) - number)))
            lots[-1] |= {"state": WAITING, "due_at": now()} if running else {"state": OPEN}
        rows.append(
            {
                "batch_id": batch.id,
                "number": first + number,
                "job_id": lots[-1]["id"],
                "digest": digest,
                "args": args,
                "state": WAITING,
            }
        )
    if lots:
        session.execute(insert(Job), lots)
        session.execute(insert(JobItem), rows)


def _lot_of(batch: Job, total: int) -> dict[str, Any]:
    names = ("user_id", "task", "queue", "priority", "is_internal")
    row = {name: getattr(batch, name) for name in names}
    return row | {"id": new_id(), "parent_id": batch.id, "args": {}, "total": total}


def _count(session: Session, batch_id: str) -> int:
    query = select(func.coalesce(func.max(JobItem.number) + 1, 0)).where(
        JobItem.batch_id == batch_id
    )
    return session.scalar(query) or 0


def close(session: Session, batch: Job, due_at: datetime | None = None) -> None:
    """All items have been added: let the lots be worked off, or wait until a moment. A batch
    without any is done.
    """
    held = session.get(Job, batch.id, with_for_update=job_ends.HELD, populate_existing=True)
    if held is None or held.state not in (OPEN, RUNNING) or held.token != batch.token:
        raise JobSuperseded(f"The job {batch.id} was cancelled, or is filled by somebody else.")
    held.total = held.total or 0
    held.updated_at = now()
    if due_at is not None and due_at > held.updated_at:
        held.state, held.due_at = WAITING, due_at  # whoever begins it closes it again
        session.flush()
        return
    held.state, held.token = RUNNING, None
    held.started_at = held.started_at or now()
    session.flush()
    opened = (Job.parent_id == batch.id, Job.state == OPEN)
    session.execute(update(Job).where(*opened).values(state=WAITING, due_at=now()))
    job_ends.close_batch(session, batch.id)


def page(
    session: Session,
    batch: Job,
    *,
    state: str = "",
    after: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[JobItem]:
    """The items of a batch in their order. Raises InvalidRecord for a wrong `after`."""
    query = select(JobItem).where(JobItem.batch_id == batch.id)
    if state:
        query = query.where(JobItem.state == state)
    if after is not None:
        if not (after.isascii() and after.isdigit() and len(after) < 19):
            raise InvalidRecord.of({"cursor": "is not one that was given out"})
        query = query.where(JobItem.number > int(after))
    found = session.scalars(query.order_by(JobItem.number).limit(limit + 1)).all()
    last = str(found[limit - 1].number) if len(found) > limit else None
    return Page(list(found[:limit]), last)
