"""Reads: how many read from stores of users' own at once, any of which may stall."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tintype.errors import Overloaded

EACH, ALL = 8, 24  # reads for one user, and for all; of the 32 originals that are loaded at once
MOST_WAITING = 8  # for one user: who waits has one of those places, too
LONGEST_WAIT = 1.0  # seconds, in which a store that answers has room again


@dataclass(slots=True)
class _Lane:
    reads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(EACH))
    waiting: int = 0
    users: int = 0


class Reads:
    """Places for reads: neither one user nor a few of them hold up all others. For one loop."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(ALL)
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def place(self, user_id: str) -> AsyncIterator[None]:
        """One of the places, for a block; Overloaded when none becomes free."""
        lane = self._lanes.setdefault(user_id, _Lane())
        lane.users += 1
        try:
            await self._wait(lane)
            try:
                yield
            finally:
                self._all.release()
                lane.reads.release()
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[user_id]

    async def _wait(self, lane: _Lane) -> None:
        if lane.waiting >= MOST_WAITING:
            raise Overloaded("Too much is being read from this store.")
        lane.waiting += 1
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await lane.reads.acquire()
                try:
                    await self._all.acquire()
                except BaseException:
                    lane.reads.release()
                    raise
        except TimeoutError:
            raise Overloaded("Too much is being read from this store.") from None
        finally:
            lane.waiting -= 1
