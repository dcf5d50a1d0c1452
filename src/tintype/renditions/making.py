"""Making a rendition: from its stored master where that will do, else from the original."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from tintype.blob import Blob
from tintype.errors import CorruptImage, Overloaded
from tintype.pipeline import Pipeline
from tintype.processor import NeedsOriginal
from tintype.renditions.masters import Masters
from tintype.renditions.pyramids import Pyramids
from tintype.slots import Slots
from tintype.source import Source
from tintype.transform import Transform

ORIGINALS = 32  # that are loaded, or wait for a slot, or are in work, at once
Begun = Callable[[], object]


class Maker:
    """Makes renditions, and the masters that come with them. For one event loop."""

    def __init__(
        self,
        pipeline: Pipeline,
        slots: Slots,
        masters: Masters,
        pyramids: Pyramids | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._slots = slots
        self._masters = masters
        self._pyramids = pyramids
        self._originals = asyncio.Semaphore(ORIGINALS)
        self._tasks: set[asyncio.Task[None]] = set()

    async def made(
        self, source: Source, transform: Transform, *, begun: Begun, purges: int | None
    ) -> Blob:
        """The rendition. `begun` is called, from any thread, when the work on pixels begins.

        `purges` is `Purges.begun()`, by which a master is kept; None: neither use nor make one.
        Raises what the pipeline raises, and Overloaded.
        """
        self._pipeline.check([transform])
        async with self.place():
            if purges is None:
                return await self._processed(await self._pipeline.load(source), transform, begun)
            if self._pyramids and (
                blob := await self._pyramids.rendition(source, transform, begun)
            ):
                return blob
            master = await self._masters.find(source, transform)
            blob = await self._from_master(master, transform, begun) if master else None
            return blob or await self._from_original(source, transform, begun, purges)

    async def drained(self) -> None:
        """Wait for the masters that are being made."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._masters.drained()

    async def _from_original(
        self, source: Source, transform: Transform, begun: Begun, purges: int
    ) -> Blob:
        original = await self._pipeline.load(source)
        master = await self._masters.made_with(source, transform, original)
        if master and (blob := await self._from_master(master, transform, begun)):
            self._in_background(self._masters.keep(source, master, purges))
            return blob
        blob = await self._processed(original, transform, begun)
        self._in_background(self._masters.after(source, original, purges))
        return blob

    async def _from_master(self, master: Blob, transform: Transform, begun: Begun) -> Blob | None:
        """A rendition from a master; None if it must come from the original after all: the master
        may have been damaged where it lay.
        """
        try:
            return await self._processed(master, transform, begun)
        except (NeedsOriginal, CorruptImage):
            return None

    async def _processed(self, blob: Blob, transform: Transform, begun: Begun) -> Blob:
        return (await self._pipeline.process(blob, [transform], begun=begun))[0]

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """One of the places for originals, for a block; Overloaded when none becomes free."""
        try:
            async with asyncio.timeout(self._slots.queue_timeout):
                await self._originals.acquire()
        except TimeoutError:
            raise Overloaded("Too many originals are being fetched.") from None
        try:
            yield
        finally:
            self._originals.release()

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
