"""Gate: what may have ended its worker is begun while nothing else is under way.

A picture that ends the whole process takes with it whatever runs beside it. What was begun several
times and has not come forward is therefore begun alone: then it is known which of them it was.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tintype.catalog.job_runs import SUSPECT


class Gate:
    """Lets many through, or one alone. For one event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Condition()
        self._inside = 0
        self._alone = False
        self._waiting = 0

    @asynccontextmanager
    async def passed(
        self, starts: int, count: Callable[[], Awaitable[None]]
    ) -> AsyncIterator[None]:
        """A block of work that was begun so often. What goes alone is counted when its turn has
        come: many that wait for theirs must not be taken for what ended the process.
        """
        alone = starts >= SUSPECT
        await self._enter(alone)
        try:
            if alone:
                await count()
            yield
        finally:
            await asyncio.shield(self._leave(alone))

    async def _enter(self, alone: bool) -> None:
        async with self._turn:
            self._waiting += alone
            try:
                await self._turn.wait_for(
                    lambda: not self._alone and (not self._inside if alone else not self._waiting)
                )
            finally:
                self._waiting -= alone
                self._turn.notify_all()
            self._inside += 1
            self._alone = alone

    async def _leave(self, alone: bool) -> None:
        async with self._turn:
            self._inside -= 1
            if alone:
                self._alone = False
            self._turn.notify_all()
