"""Lots: the items of a batch that one worker works off, one after another.

What takes a moment is settled with what came before it, several items in one transaction; what
takes long, by itself. Who is killed between has done up to a moment's items for nothing.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from tintype.catalog import Session, job_lots, job_runs, jobs, webhooks
from tintype.catalog.job_items import LOT
from tintype.catalog.job_lots import Settled
from tintype.catalog.job_states import DONE, FAILED, SKIPPED
from tintype.catalog.tables import Job, JobItem
from tintype.errors import JobSuperseded, TintypeError
from tintype.jobs import Args, Later, Outcome, Task
from tintype.jobs.failures import Failure, backoff, failure_of
from tintype.jobs.gate import Gate

T = TypeVar("T")
MOMENT = 0.25  # seconds of work that are settled together
TURN = 1.0  # seconds that a lot has its slot for, whoever else waits


class Keep(Protocol):
    """A transaction that must come about."""

    def __call__(self, work: Callable[[Session], T]) -> Awaitable[T]:
        """What `work` returns."""
        ...


@dataclass(slots=True)
class Ends:
    """What came of items, until it is kept. `later`: seconds to wait before the others."""

    settled: list[tuple[JobItem, Settled]] = field(default_factory=list)
    failed: list[tuple[JobItem, Failure]] = field(default_factory=list)
    later: float = 0.0

    def __len__(self) -> int:
        return len(self.settled) + len(self.failed)


class LotRun:
    """One run of a lot. `call`: the task, for the arguments of one item."""

    def __init__(
        self,
        lot: Job,
        task: Task,
        keep: Keep,
        gate: Gate,
        call: Callable[[Args], Awaitable[Outcome]],
    ) -> None:
        self._lot, self._task, self._keep = lot, task, keep
        self._gate, self._call = gate, call
        self._args: dict[str, Any] = {}
        self._turn = time.monotonic() + TURN
        self._most = 1  # items that are begun at once: as many as a moment is enough for

    async def run(self) -> None:
        """Work all items off, or as many as can be now."""
        items = await self._keep(self._begun)
        while items:
            items = await self._some(items)

    def _begun(self, session: Session) -> list[JobItem]:
        batch = session.get_one(Job, self._lot.parent_id)
        self._args = dict(batch.args)
        return self._next(session, job_lots.left_at(self._lot))

    def _next(self, session: Session, after: int) -> list[JobItem]:
        """The next items; where there are none the lot ends, or waits for their next try. It waits,
        too, while its queue is paused, and for its next turn where others wait for theirs.
        """
        if self._is_to_rest(session) and job_lots.has_more(session, self._lot, after):
            job_lots.give_back(session, self._lot, timedelta(0), after)
            return []
        items = job_lots.begin(session, self._lot, after, self._most)
        if not items:
            self._end(session, 0.0)
        return items

    def _is_to_rest(self, session: Session) -> bool:
        if self._lot.queue in jobs.paused(session):
            return True
        if time.monotonic() < self._turn:
            return False
        self._turn = time.monotonic() + TURN
        return job_lots.is_in_the_way(session, self._lot)

    async def _some(self, items: list[JobItem]) -> list[JobItem]:
        """Do some items that were begun, keep what came of them, begin the next."""
        ends, began, number = Ends(), time.monotonic(), 0
        try:
            while number < len(items) and not ends.later:
                if len(ends) and time.monotonic() - began > MOMENT:
                    break  # they take longer than the last ones did
                await self._one(items[number], ends)
                number += not ends.later
        except asyncio.CancelledError:
            with contextlib.suppress(TintypeError):
                await self._keep(partial(self._put, ends=ends, undone=items[number:]))
            raise
        each = (time.monotonic() - began) / max(number, 1)
        self._most = max(1, min(LOT, int(MOMENT / max(each, 1e-6))))
        undone = items[number:]

        def both(session: Session) -> list[JobItem]:
            self._put(session, ends, undone)
            if ends.later:
                self._end(session, ends.later)
                return []
            return self._next(session, items[number - 1].number)

        return await self._keep(both)

    async def _one(self, item: JobItem, ends: Ends) -> None:
        async with self._gate.passed(item.starts, partial(self._counted, item)):
            try:
                outcome = await self._call({**self._args, **item.args})
            except Later as found:
                ends.later = found.seconds
            except JobSuperseded:
                raise
            except Exception as error:
                ends.failed.append((item, failure_of(error, self._lot.user_id)))
            else:
                state = SKIPPED if outcome.skipped else DONE
                settled = Settled(state=state, size=outcome.size, result=outcome.result)
                ends.settled.append((item, settled))

    async def _counted(self, item: JobItem) -> None:
        await self._keep(partial(job_lots.count_start, item=item))

    def _put(self, session: Session, ends: Ends, undone: Sequence[JobItem]) -> None:
        """Keep what came of items. Raises JobSuperseded."""
        job_runs.change(session, self._lot)
        for item in undone:
            job_lots.release(session, item)
        for item, failure in ends.failed:
            self._put_failed(session, item, failure)
        job_lots.settle(session, self._lot, ends.settled)

    def _put_failed(self, session: Session, item: JobItem, failure: Failure) -> None:
        lot, code, reason = self._lot, failure.code, failure.reason
        if not failure.counts:
            job_lots.release(session, item)
        elif failure.may_pass and item.tries + 1 < self._task.retry.tries:
            job_lots.put_off(session, lot, item, code, reason)
        else:
            settled = Settled(state=FAILED, code=code, reason=reason)
            job_lots.settle(session, lot, [(item, settled)])
            if lot.user_id and self._task.fails_as:
                told = {"job_id": lot.parent_id, "code": code, "reason": reason, **item.args}
                webhooks.tell(session, lot.user_id, self._task.fails_as, told)

    def _end(self, session: Session, later: float) -> None:
        """End the lot, or let it wait for the next try of those items that need one."""
        tries = job_lots.tries_left(session, self._lot)
        if tries is None:
            job_lots.end(session, self._lot)
            return
        pause = timedelta(seconds=later) if later else backoff(self._task.retry, max(tries - 1, 0))
        job_lots.give_back(session, self._lot, pause)
