"""From chunks that come, in the loop, to writes of a megabyte, in a thread."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from typing import TypeVar

T = TypeVar("T")
BATCH = 1 << 20  # bytes written at a time
MOST_PIECES = 512  # of a batch: small chunks must not pile up as objects; below the system's 1,024


class Pump:
    """Passes chunks on to a blocking `write`, in batches, one after the other.

    While one batch is written the next one is collected. Memory: two batches and a chunk.
    """

    def __init__(self, write: Callable[[list[bytes]], None], threads: Executor) -> None:
        self._write, self._threads = write, threads
        self._writing: asyncio.Future[None] | None = None

    async def run(self, chunks: AsyncIterator[bytes], *, keep_all: bool) -> None:
        """Until the chunks end. What they raise, and a cancellation, goes on to the caller: with
        `keep_all` when everything before it is written, else when nothing is under way any more.
        """
        pieces: list[bytes] = []
        held = 0
        try:
            async for chunk in chunks:
                pieces.append(chunk)
                held += len(chunk)
                if held >= BATCH or len(pieces) >= MOST_PIECES:
                    await self._idle()
                    self._begin(pieces)
                    pieces, held = [], 0
        except BaseException:
            await through(self._end(pieces if keep_all else []))
            raise
        await through(self._end(pieces))

    def _begin(self, batch: list[bytes]) -> None:
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(self._threads, self._write, batch)

    async def _idle(self) -> None:
        """Until nothing is being written; raises what the writing did, again and again."""
        if self._writing is not None:
            await asyncio.shield(self._writing)

    async def _end(self, rest: list[bytes]) -> None:
        await self._idle()
        if rest:
            self._begin(rest)
            await self._idle()


async def through(work: Awaitable[T]) -> T:
    """What the work returns or raises. A caller that is cancelled waits for it first."""
    task: asyncio.Future[T] = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()
        raise cancelled
    return task.result()
