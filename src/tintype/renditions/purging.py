"""Purging: remove what is kept, so that it is made anew.

A purge is announced before and after: what another process was making meanwhile from the old
original is not kept.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tintype.keys import (
    kept_source_key,
    master_key,
    pyramid_key,
    renditions_prefix,
    tag_prefix,
)
from tintype.renditions.purges import Purges
from tintype.source import Source
from tintype.stores import Store

_AT_ONCE = 16  # deletions under way
_EVERYTHING = ("sources/", "masters/", "pyramids/", "tags/")


@dataclass(frozen=True, slots=True)
class Removed:
    """How many renditions a purge removed, or would."""

    renditions: int


class Purging:
    """Removes from a rendition store. Every method raises a StoreError when it cannot.

    With `dry_run` nothing is removed, and what would be is counted. `settled` waits until what this
    process is writing is written; it is removed with the rest.
    """

    def __init__(
        self, store: Store, purges: Purges, settled: Callable[[], Awaitable[None]]
    ) -> None:
        self._store = store
        self._purges = purges
        self._settled = settled

    async def source(self, source: Source, *, dry_run: bool) -> Removed:
        """Every rendition of a source, its kept original and its master."""
        prefix = renditions_prefix(source)
        if dry_run:
            return Removed(await self._count(prefix))
        async with self._announced():
            await self._store.delete(kept_source_key(source))
            await self._store.delete(master_key(source))
            await self._store.delete(pyramid_key(source))
            return Removed(await self._store.delete_prefix(prefix))

    async def rendition(self, key: str, *, dry_run: bool) -> Removed:
        """The rendition of a key. Its original and master are left: another size may need them."""
        there = await self._store.stat(key) is not None
        if not dry_run:
            async with self._announced():
                await self._store.delete(key)
        return Removed(int(there))

    async def tag(self, tag: str, *, dry_run: bool) -> Removed:
        """Every rendition that has a tag, and the tag's own objects."""
        prefix = tag_prefix(tag)
        if dry_run:
            return Removed(await self._delete_tagged(prefix, dry_run=True))
        async with self._announced():
            return Removed(await self._delete_tagged(prefix, dry_run=False))

    async def everything(self, *, dry_run: bool) -> Removed:
        """All that is kept; locks and the mark of purges stay."""
        if dry_run:
            return Removed(await self._count("renditions/"))
        async with self._announced():
            for prefix in _EVERYTHING:
                await self._store.delete_prefix(prefix)
            return Removed(await self._store.delete_prefix("renditions/"))

    @asynccontextmanager
    async def _announced(self) -> AsyncIterator[None]:
        await self._settled()  # so that it counts
        await self._purges.announce()
        await self._settled()  # what has begun to be written since removes itself
        try:
            yield
        finally:
            await self._purges.announce()

    async def _count(self, prefix: str) -> int:
        count = 0
        async for _ in self._store.list(prefix):
            count += 1
        return count

    async def _delete_tagged(self, prefix: str, *, dry_run: bool) -> int:
        count, batch = 0, []
        async for index in self._store.list(prefix):
            batch.append(index.key)
            if len(batch) == _AT_ONCE:
                count += await self._delete_batch(batch, prefix, dry_run=dry_run)
                batch = []
        return count + await self._delete_batch(batch, prefix, dry_run=dry_run)

    async def _delete_batch(self, batch: list[str], prefix: str, *, dry_run: bool) -> int:
        there = await asyncio.gather(*(self._one(key, prefix, dry_run) for key in batch))
        return sum(there)

    async def _one(self, index: str, prefix: str, dry_run: bool) -> bool:
        key = index.removeprefix(prefix)
        there = await self._store.stat(key) is not None
        if not dry_run:
            await self._store.delete(key)
            await self._store.delete(index)
        return there
