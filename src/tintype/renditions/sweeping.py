"""Sweeping: what is too old, or points nowhere, is removed in the background, bit by bit."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from tintype.errors import StoreError
from tintype.locks import Locks
from tintype.renditions.front import Front
from tintype.settings_web import RenditionSettings
from tintype.stores import Stat, Store

log = logging.getLogger(__name__)
PORTION = 500  # objects looked at in one go
PAUSE = 60.0  # seconds between two portions
REST = 3600.0  # seconds between the end of a round and the next
_LOCK_AGE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: how many objects and links it looked at, and how many it removed."""

    seen: int
    removed: int
    finished: bool  # the round; the next sweep begins anew


class Sweeper:
    """Removes, from a rendition store: renditions beyond `age` and `stale_age`, originals and
    masters beyond `source_age`, tags of what is gone, and links to what is gone or beyond `age`.

    One process of all does it at a time. Memory: a page of a listing.
    """

    def __init__(
        self, store: Store, locks: Locks, front: Front | None, settings: RenditionSettings
    ) -> None:
        self._store = store
        self._locks = locks
        self._front = front
        self._age = timedelta(seconds=settings.age)
        self._ages = (
            ("renditions/", timedelta(seconds=settings.age + settings.stale_age)),
            ("sources/", timedelta(seconds=settings.source_age)),
            ("masters/", timedelta(seconds=settings.source_age)),
            ("pyramids/", timedelta(seconds=settings.source_age)),
            ("locks/", _LOCK_AGE),
        )
        self._round: AsyncIterator[bool] | None = None
        self._due = time.monotonic() + PAUSE
        self._task: asyncio.Task[None] | None = None

    def start_if_due(self) -> None:
        """Sweep a portion in the background, if the last one was some time ago."""
        if time.monotonic() < self._due or (self._task and not self._task.done()):
            return
        self._due = time.monotonic() + PAUSE
        self._task = asyncio.create_task(self._sweep_quietly())

    def stop(self) -> None:
        """End a sweep in the background."""
        if self._task:
            self._task.cancel()

    async def sweep(self, limit: int | None) -> Swept:
        """See `Renditions.sweep`."""
        async with self._locks.try_hold("sweep") as held:
            if not held:
                return Swept(0, 0, finished=True)
            return await self._portion(limit)

    async def _portion(self, limit: int | None) -> Swept:
        seen = removed = 0
        self._round = self._round or self._looked()
        async for gone in self._round:
            seen, removed = seen + 1, removed + gone
            if limit is not None and seen >= limit:
                return Swept(seen, removed, finished=False)
        self._round = None
        return Swept(seen, removed, finished=True)

    async def _sweep_quietly(self) -> None:
        try:
            swept = await self.sweep(PORTION)
        except StoreError as error:
            self._round = None
            log.warning("What is too old could not be removed: %s", error)
            return
        if swept.finished:
            self._due = time.monotonic() + REST

    async def _looked(self) -> AsyncIterator[bool]:
        """Look at everything once; for each object or link whether it was removed."""
        for prefix, age in self._ages:
            async for stat in self._store.list(prefix):
                old = datetime.now(UTC) - stat.modified >= age
                if old:
                    await self._store.delete(stat.key)
                yield old
        async for stat in self._store.list("tags/"):
            yield await self._tag_removed(stat)
        if self._front is not None:
            async for link in _in_threads(self._front.links()):
                yield await asyncio.to_thread(self._link_removed, link)

    async def _tag_removed(self, stat: Stat) -> bool:
        rendition = stat.key.split("/", 2)[2]
        # The tags of a rendition are written before it.
        if datetime.now(UTC) - stat.modified < _LOCK_AGE or await self._store.stat(rendition):
            return False
        await self._store.delete(stat.key)
        return True

    def _link_removed(self, link: Path) -> bool:
        try:
            made = datetime.fromtimestamp(link.stat().st_mtime, UTC)
            if datetime.now(UTC) - made < self._age:
                return False
        except OSError:  # it points nowhere; perhaps to what is being written
            with suppress(OSError):
                if time.time() - os.lstat(link).st_mtime < PAUSE:
                    return False
        link.unlink(missing_ok=True)
        return True


async def _in_threads(items: Iterator[Path]) -> AsyncIterator[Path]:
    while page := await asyncio.to_thread(lambda: list(islice(items, 100))):
        for item in page:
            yield item
