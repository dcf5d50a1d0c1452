"""Sweeping: what has lain too long is removed now and then, for as long as the service runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from tintype.errors import TintypeError

log = logging.getLogger("tintype.web")

# Removes what is too old; how many there were. Of several processes each may do it.
Sweep = Callable[[], Awaitable[int]]


class Sweeping:
    """Calls each sweep `every` so many seconds, the first time after as long."""

    def __init__(self, sweeps: Sequence[Sweep], every: float) -> None:
        self._sweeps, self._every = sweeps, every
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """From now on, in the running loop."""
        self._task = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """No more; what is under way is cut off."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            for sweep in self._sweeps:
                try:
                    if count := await sweep():
                        log.info("Uploads removed that nobody went on with: %d.", count)
                except TintypeError as error:  # the next time it may do
                    log.warning("Uploads could not be swept: %s", error)
