"""Gate: what may have ended its worker is begun while nothing else is under way.

A picture that ends the whole process takes with it whatever runs beside it. What was begun several
times and has not come forward is therefore begun alone: then it is known which of them it was.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SUSPECT = 3  # beginnings without an end, this one included


class Gate:
    """Lets many through, or one alone. For one event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Condition()
        self._inside = 0
        self._alone = False
        self._waiting = 0

    @asynccontextmanager
    async def passed(self, starts: int) -> AsyncIterator[None]:
        """A block of work that was begun so often, now included."""
        alone = starts >= SUSPECT
        await self._enter(alone)
        try:
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
