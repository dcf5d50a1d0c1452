"""Stored masters: small renditions of a large picture are made from a smaller copy of it."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from tintype.blob import Blob
from tintype.errors import KeyNotFound, Overloaded, StoreError, TintypeError
from tintype.keys import master_key
from tintype.processor import MASTER, MakesMasters
from tintype.renditions.purges import Purges
from tintype.slots import Slots
from tintype.source import Source
from tintype.stores import Store
from tintype.transform import Transform

log = logging.getLogger(__name__)
MOST_BYTES = 16 << 20  # no master is as large
MOST_WANTED = 1_000  # sources whose masters wait to be made
_REMEMBERED = 10_000  # sources that are known to need none, or were seen once


class Masters:
    """Finds, makes and keeps the masters of large originals, for `age` seconds (0: none).

    One is made in the background after the first rendition, when no picture waits for a slot; if a
    second rendition comes before that, it is made with it. Memory: an original for each slot, as
    the originals of those that wait are loaded again (`load`), and names of sources.
    """

    def __init__(
        self,
        processor: MakesMasters,
        load: Callable[[Source], Awaitable[Blob]],
        slots: Slots,
        store: Store,
        purges: Purges,
        age: int,
    ) -> None:
        self._processor = processor if age else None
        self._load = load
        self._slots = slots
        self._store = store
        self._purges = purges
        purges.listeners.append(self._forget)
        self._age = timedelta(seconds=age)
        self._needless: OrderedDict[Source, None] = OrderedDict()  # small, or no still picture
        self._seen: OrderedDict[Source, None] = OrderedDict()
        self._wanted: OrderedDict[Source, None] = OrderedDict()
        self._workers: set[asyncio.Task[None]] = set()

    async def find(self, source: Source, transform: Transform) -> Blob | None:
        """The master that this transform can be made from, if there is one."""
        processor = self._processor
        if processor is None or source in self._needless or not processor.may_suit(transform):
            return None
        master = await self._read(master_key(source))
        return master if master and processor.suits(master, transform) else None

    async def made_with(self, source: Source, transform: Transform, original: Blob) -> Blob | None:
        """The master, made now if this is the second rendition and it can be made from one."""
        processor = self._processor
        if processor is None or source not in self._seen or source in self._needless:
            return None
        if not processor.may_suit(transform):
            return None
        self._wanted.pop(source, None)
        master = await self._make(source, original, patient=False)
        return master if master and processor.suits(master, transform) else None

    async def keep(self, source: Source, master: Blob, purges: int) -> None:
        """Keep a master unless a purge came since its original was loaded (`Purges`). A store that
        cannot is no error.
        """
        if purges != self._purges.count:
            return
        try:
            await self._store.put(master_key(source), master)
            if purges != await self._purges.look():
                await self._store.delete(master_key(source))
        except StoreError as error:
            log.warning("A master could not be kept: %s", error)

    async def after(self, source: Source, original: Blob, purges: int) -> None:
        """After a rendition from the original itself: have a master made, if it merits one.

        `purges` is `Purges.begun()` from before the original was loaded.
        """
        processor = self._processor
        if processor is None or source in self._needless or source in self._wanted:
            return
        if not await asyncio.to_thread(processor.merits_master, original):
            _note(self._needless, source)
            return
        _note(self._seen, source)
        if len(self._workers) < self._slots.count:
            worker = asyncio.create_task(self._work(source, original, purges))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        elif len(self._wanted) < MOST_WANTED:
            self._wanted[source] = None

    async def drained(self) -> None:
        """Wait until all masters that are wanted are made."""
        while self._workers:
            await asyncio.wait(self._workers)

    def stop(self) -> None:
        """Begin no further master."""
        self._wanted.clear()

    async def _work(self, source: Source, original: Blob, purges: int) -> None:
        """Make the master of an original in hand, then those that are wanted."""
        await self._make_and_keep(source, original, purges)
        while self._wanted:
            source, _ = self._wanted.popitem(last=False)
            purges = await self._purges.begun()
            try:
                original = await self._load(source)
            except TintypeError:  # whoever asks for a rendition hears of it
                continue
            await self._make_and_keep(source, original, purges)

    async def _make_and_keep(self, source: Source, original: Blob, purges: int) -> None:
        if await self._read(master_key(source)) is not None:
            return
        with suppress(Overloaded):
            if master := await self._make(source, original, patient=True):
                await self.keep(source, master, purges)

    def _forget(self) -> None:
        """After a purge a source may be another picture."""
        self._needless.clear()
        self._seen.clear()
        self._wanted.clear()

    async def _make(self, source: Source, original: Blob, *, patient: bool) -> Blob | None:
        processor = self._processor
        assert processor
        try:
            return await self._slots.run(lambda: processor.master(original), patient=patient)
        except Overloaded:
            raise
        except TintypeError as error:  # whoever asks for a rendition hears of it
            log.info("No master could be made: %s", error)
            _note(self._needless, source)
            return None

    async def _read(self, key: str) -> Blob | None:
        try:
            async with self._store.get(key) as download:
                stat = download.stat
                if datetime.now(UTC) - stat.modified >= self._age or stat.size > MOST_BYTES:
                    return None
                content = b"".join([chunk async for chunk in download.chunks])
                return Blob(content, MASTER, len(content))
        except KeyNotFound:
            return None
        except StoreError as error:
            log.warning("A master could not be read: %s", error)
            return None


def _note(sources: "OrderedDict[Source, None]", source: Source) -> None:
    sources[source] = None
    if len(sources) > _REMEMBERED:
        sources.popitem(last=False)
