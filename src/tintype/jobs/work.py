"""Work: what a task has in hand while it is run."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tintype.catalog import Catalog, Session, job_notes, rates
from tintype.catalog.tables import Job
from tintype.errors import CatalogUnavailable
from tintype.jobs import Later
from tintype.jobs.rates import Rate
from tintype.jobs.tools import Tools

T = TypeVar("T")
HOLDS = 2.0  # seconds that a task waits for its call; for longer it gives its place to others
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)  # seconds between tries while the database is away


class Work:
    """The job, the parts of the service, a log, and the leave to call providers."""

    def __init__(self, catalog: Catalog, tools: Tools, job: Job) -> None:
        self.catalog, self.tools, self.job = catalog, tools, job

    @property
    def is_trusted(self) -> bool:
        """Whether the job is the operator's, who may read files, and not a user's."""
        return self.job.user_id is None

    async def note(self, text: str, level: str = "info") -> None:
        """Write a line into the job's log."""
        await patiently(self.catalog, lambda s: job_notes.note(s, self.job, text, level))

    async def call(self, provider: str) -> None:
        """To be awaited before every call of a provider, also before one that is tried again: it
        holds the rate that is set for it, over all workers. Raises Later for a long wait.
        """
        rate = self.tools.rates.get(provider)
        if rate is not None:
            await booked(self.catalog, provider, rate)


async def booked(catalog: Catalog, provider: str, rate: Rate, patience: float = HOLDS) -> None:
    """Wait for the turn at a provider; raises Later where that would be longer than `patience`."""

    def book(session: Session) -> float:
        return rates.book(
            session, provider, rate=rate.per_second, burst=rate.burst, patience=patience
        )

    wait = await patiently(catalog, book)
    if wait > patience:
        raise Later(wait)
    await asyncio.sleep(wait)


async def patiently(
    catalog: Catalog,
    work: Callable[[Session], T],
    *,
    until: Callable[[], bool] = lambda: False,
    run: Callable[[Callable[[Session], T]], Awaitable[T]] | None = None,
) -> T:
    """A transaction, again and again while the database is away; `until` says when to give up."""
    tries = 0
    while True:
        try:
            return await (run or catalog.run)(work)
        except CatalogUnavailable:
            if until():
                raise
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1
