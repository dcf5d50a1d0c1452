"""Renditions on demand: found, or made once for all who ask."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from tintype.blob import Blob
from tintype.errors import InvalidRequest, Overloaded, TintypeError
from tintype.keys import rendition_key, tag_prefix
from tintype.locks import Locks
from tintype.pipeline import Pipeline
from tintype.renditions import Found, Kept
from tintype.renditions.flights import Flight, Flights
from tintype.renditions.front import Front
from tintype.renditions.making import Maker
from tintype.renditions.masters import Masters
from tintype.renditions.memory import Entry, Memory
from tintype.renditions.purges import Purges
from tintype.renditions.purging import Purging, Removed
from tintype.renditions.pyramids import Pyramids
from tintype.renditions.shelf import Shelf, as_found, kept_of
from tintype.renditions.sources import Failures, KeptSources
from tintype.renditions.sweeping import Sweeper, Swept
from tintype.settings_web import RenditionSettings
from tintype.slots import Slots
from tintype.source import Source
from tintype.transform import Transform

log = logging.getLogger(__name__)
LINK_SECONDS = 60.0  # a link is looked at as often as that while its URL is asked for
MOST_LINKS = 20_000  # remembered, by their hash
WRITING = 10.0  # seconds that a purge waits for what is being written
UNWRITTEN = 64 << 20  # bytes of renditions on their way to the store; those beyond are not kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What `Renditions` is made of; `app.py` puts them together.

    `front` is None where no web server reads the store. `tags` reads the tags of a transform.
    """

    pipeline: Pipeline
    slots: Slots
    shelf: Shelf
    sources: KeptSources
    masters: Masters
    locks: Locks
    purges: Purges
    front: Front | None
    tags: Callable[[Transform], frozenset[str]]
    pyramids: Pyramids | None = None  # of very large pictures, for whoever asks for windows


@dataclass(frozen=True, slots=True)
class _Wanted:
    source: Source
    transform: Transform
    key: str
    keep: bool = True


class Renditions:
    """Finds a rendition in memory or in the store, or makes it: once, however many ask.

    Memory: `settings.memory` bytes of small renditions; `making.ORIGINALS` originals, and one for
    each slot whose master is made, as the door keeps them (8 MiB, or in a temporary file); what the
    processor says, for each slot; and `UNWRITTEN` bytes on their way to the store. With default
    settings and two slots: 64 + 34 × 8 + 160 + 64 MiB at most, with 12-MP JPEGs of 3.5 MB
    two thirds of that. For one event loop.
    """

    def __init__(self, parts: Parts, settings: RenditionSettings) -> None:
        self._parts = parts
        self._shelf = parts.shelf
        self._memory = Memory(settings.memory if parts.shelf.keeps else 0)
        self._flights: Flights[Kept] = Flights()
        self._failures = Failures()
        self._purges = parts.purges
        self._purges.listeners.append(self._forget)
        self._purging = Purging(parts.shelf.store, self._purges, self._written)
        self._sweeper = Sweeper(parts.shelf.store, parts.locks, parts.front, settings)
        self._maker = Maker(parts.pipeline, parts.slots, parts.masters, parts.pyramids)
        self._unwritten = 0
        self._writing: set[asyncio.Future[None]] = set()
        self._tasks: set[asyncio.Task[object]] = set()
        self._links: dict[int, float] = {}  # what was seen to, and until when that holds
        self.made = 0  # renditions since the start, for the metrics

    async def get(
        self,
        source: Source,
        transform: Transform,
        *,
        front: str | None = None,
        keep: bool = True,
    ) -> Kept:
        """The rendition; `found` says where it was. Without `keep` it is kept in memory only.

        `front` is what a web server would look for: the decoded path of the URL without the slash
        before it, then `/@any`, or `/@` and the browser's class; None for a URL that must always
        come to us. Raises what the loader and the processor raise, Overloaded and WorkTimeout. A
        store that fails raises nothing. When the last of its callers is cancelled, work that has
        not begun is dropped.
        """
        self._purges.glance()
        if (kept := self._remembered(source, transform, front)) is not None:
            return kept
        wanted = _Wanted(source, transform, rendition_key(source, transform), keep)
        found = self._shelf.read_now(wanted.key)
        kept = await self._flown(wanted) if found is None else self._taken(wanted, found)
        self._link(front, wanted.key, kept.media_type)
        return kept

    def peek(self, source: Source, transform: Transform, front: str | None = None) -> Kept | None:
        """The rendition if it is in memory and fresh; no I/O, no waiting."""
        self._purges.glance()
        return self._remembered(source, transform, front)

    async def purge_source(self, source: Source, *, dry_run: bool = False) -> int:
        """Remove every rendition of a source, its kept original and its master; how many
        renditions there were. With `dry_run` they are only counted. Raises a StoreError.
        """
        removed = await self._purging.source(source, dry_run=dry_run)
        return removed.renditions

    async def purge_rendition(
        self, source: Source, transform: Transform, *, dry_run: bool = False
    ) -> int:
        """Remove one rendition; 1 if there was one, else 0. Raises a StoreError."""
        key = rendition_key(source, transform)
        return (await self._purging.rendition(key, dry_run=dry_run)).renditions

    async def purge_tag(self, tag: str, *, dry_run: bool = False) -> int:
        """Remove every rendition that has a tag; how many there were. Raises a StoreError."""
        return (await self._purging.tag(tag, dry_run=dry_run)).renditions

    async def purge_all(self, *, dry_run: bool = False) -> int:
        """Remove everything that is kept; how many renditions there were. Raises a StoreError."""
        return (await self._purging.everything(dry_run=dry_run)).renditions

    async def sweep(self, *, limit: int | None = None) -> Swept:
        """Remove what is too old, looking at `limit` objects at most (None: all), and going on
        there the next time. Happens by itself while renditions are made. Raises a StoreError.
        """
        return await self._sweeper.sweep(limit)

    async def begin(self, fingerprint: str) -> None:
        """At the start of a service: drop all front links that were made under other rules.

        `fingerprint` stands for the keys and rules by which URLs are answered; it is a digest, as
        it lies in the folder for all to read.
        """
        if self._parts.front is None:
            return
        async with self._parts.locks.hold("front"):
            try:
                await asyncio.to_thread(self._parts.front.keep_if, fingerprint)
            except OSError as error:
                log.warning("The links for a web server could not be tidied: %s", error)

    async def drained(self) -> None:
        """Wait until all that is under way is made and kept."""
        await self._flights.drained()
        await self._parts.sources.drained()
        if self._parts.pyramids:
            await self._parts.pyramids.drained()
        await self._maker.drained()
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Finish what is under way, and close the store."""
        self._sweeper.stop()
        self._parts.masters.stop()
        await self.drained()
        self._parts.locks.close()
        await self._shelf.store.close()

    def place_for_original(self) -> AbstractAsyncContextManager[None]:
        """For a block in which somebody else has an original in hand: it is one of those that may
        be at once. Raises Overloaded.
        """
        return self._maker.place()

    @property
    def pyramids(self) -> Pyramids:
        """What measures pictures, and has pyramids of the very large ones."""
        assert self._parts.pyramids, "app.py puts them in"
        return self._parts.pyramids

    @property
    def remembered_bytes(self) -> int:
        """Bytes of renditions in memory, for the metrics."""
        return self._memory.bytes

    @property
    def under_way(self) -> int:
        """How many renditions are being fetched, made or written, for the metrics."""
        return len(self._flights)

    def _remembered(self, source: Source, transform: Transform, front: str | None) -> Kept | None:
        entry = self._memory.get(source, transform)
        if entry is None:
            return None
        standing = self._shelf.standing(entry.kept.modified)
        if standing is None:
            self._memory.drop(source, transform)
            return None
        self._link(front, entry.key, entry.kept.media_type)
        if standing is Found.STALE:
            self._renew(_Wanted(source, transform, entry.key))
            return as_found(entry.kept, Found.STALE)
        return entry.kept

    def _taken(self, wanted: _Wanted, kept: Kept) -> Kept:
        """A rendition from the store: remembered, and renewed when it is stale."""
        self._remember(wanted, kept)
        if kept.found is Found.STALE:
            self._renew(wanted)
        return kept

    def _remember(self, wanted: _Wanted, kept: Kept) -> None:
        entry = Entry(wanted.key, as_found(kept, Found.MEMORY))
        self._memory.put(wanted.source, wanted.transform, entry)

    async def _flown(self, wanted: _Wanted) -> Kept:
        if wanted.key not in self._flights:
            self._check_room()
        return await self._flights.join(wanted.key, partial(self._fly, wanted))

    def _check_room(self) -> None:
        queue = self._parts.slots.queue
        if queue is not None and self._flights.unanswered >= self._parts.slots.count + queue:
            raise Overloaded("Too many renditions are being made.")

    def _renew(self, wanted: _Wanted) -> None:
        """Make a stale rendition anew in the background, once, unless there is much to do."""
        if not self._parts.slots.waiting:
            self._flights.start(wanted.key, partial(self._fly, wanted))

    async def _fly(self, wanted: _Wanted, flight: Flight[Kept]) -> None:
        """Find the rendition, or make it and keep it."""
        if await self._found(wanted, flight):
            return
        self._failures.check(wanted.key)
        try:
            if self._shelf.keeps:
                await self._make_and_keep(wanted, flight)
            else:
                flight.land(await self._made(wanted, flight))
        except TintypeError as error:
            if not isinstance(error, Overloaded | InvalidRequest):
                self._failures.remember(wanted.key, error)
            raise
        self._sweeper.start_if_due()

    async def _make_and_keep(self, wanted: _Wanted, flight: Flight[Kept]) -> None:
        async with self._parts.locks.hold(wanted.key):
            if await self._found(wanted, flight):
                return
            purges = await self._purges.begun()
            kept = await self._made(wanted, flight, purges)
            if purges == self._purges.count:
                self._remember(wanted, kept)
            flight.land(kept)
            if wanted.keep:
                await self._keep(wanted, kept, purges)

    async def _found(self, wanted: _Wanted, flight: Flight[Kept]) -> bool:
        """Answer with what the store has; False when it has nothing, or must have a new one."""
        purges = self._purges.count
        kept = await self._shelf.read(wanted.key)
        if kept is None:
            return False
        if purges == self._purges.count:
            self._remember(wanted, kept)
        if kept.found is Found.STALE:
            flight.begin()
        flight.land(kept)
        return kept.found is Found.STORE

    async def _made(self, wanted: _Wanted, flight: Flight[Kept], purges: int | None = None) -> Kept:
        maker = self._maker
        blob = await maker.made(wanted.source, wanted.transform, begun=flight.begin, purges=purges)
        self.made += 1
        content = blob.content  # in memory, nearly always: no change of threads for that
        if not isinstance(content, bytes):
            content = await asyncio.to_thread(blob.read)
        return kept_of(content, blob.media_type, datetime.now(UTC), Found.MADE)

    async def _keep(self, wanted: _Wanted, kept: Kept, purges: int) -> None:
        """Write a rendition, its tags first, unless a purge came meanwhile."""
        size = len(kept.content)
        if purges != self._purges.count:
            return
        if self._unwritten + size > UNWRITTEN:
            log.warning("The rendition store is slow: a rendition was served and not kept.")
            return
        self._unwritten += size
        written = asyncio.get_running_loop().create_future()
        self._writing.add(written)
        try:
            await self._write(wanted, kept)
            if purges != await self._purges.look():
                await self._shelf.store.delete(wanted.key)
                self._memory.drop(wanted.source, wanted.transform)  # somebody may have read it
        except (TintypeError, OSError) as error:
            log.warning("A rendition was served and could not be kept: %s", error)
        finally:
            self._unwritten -= size
            self._writing.discard(written)
            written.set_result(None)

    async def _written(self) -> None:
        """Wait until what is being written is written, or removed again after a purge."""
        if self._writing:
            await asyncio.wait(set(self._writing), timeout=WRITING)

    async def _write(self, wanted: _Wanted, kept: Kept) -> None:
        for tag in self._parts.tags(wanted.transform):
            await self._shelf.store.put(tag_prefix(tag) + wanted.key, _EMPTY)
        if self._parts.front is not None:
            await asyncio.to_thread(self._parts.front.retype, wanted.key, kept.media_type)
        await self._shelf.write(wanted.key, kept)

    def _link(self, front: str | None, key: str, media_type: str) -> None:
        """See to a link in the background, unless that was done a short time ago."""
        links = self._parts.front
        if front is None or links is None or not self._shelf.keeps:
            return
        name, now = hash((front, key, media_type)), time.monotonic()
        if self._links.get(name, now) > now:
            return
        self._links.pop(name, None)
        if len(self._links) >= MOST_LINKS:
            del self._links[next(iter(self._links))]
        self._links[name] = now + LINK_SECONDS
        self._in_background(_linked(links, front, key, media_type))

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task: asyncio.Task[object] = asyncio.create_task(_complaining(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _forget(self) -> None:
        """After a purge, by whomever: it may concern anything that is remembered."""
        self._flights.forget()
        self._memory.clear()
        self._links.clear()
        self._failures.clear()
        self._parts.pipeline.pictures.clear()


_EMPTY = Blob.from_bytes(b"")
__all__ = ["Parts", "Removed", "Renditions", "Swept"]


async def _linked(front: Front, path: str, key: str, media_type: str) -> None:
    try:
        await asyncio.to_thread(front.link, path, key, media_type)
    except OSError as error:
        log.warning("A link for the web server could not be made: %s", error)


async def _complaining(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except TintypeError as error:
        log.warning("After a rendition was served: %s", error)
