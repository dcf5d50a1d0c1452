"""Pyramids of very large pictures: made once, kept in the rendition store, read from a file."""

import asyncio
import hashlib
import logging
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tintype.blob import Blob
from tintype.errors import ImageError, KeyNotFound, StoreError
from tintype.keys import pyramid_key
from tintype.locks import Locks
from tintype.processor import MakesPyramids
from tintype.renditions.flights import Flight, Flights
from tintype.renditions.purges import Purges
from tintype.renditions.shelf import InFiles
from tintype.slots import Slots
from tintype.source import Source
from tintype.stores import Stat, Store
from tintype.transform import Transform

log = logging.getLogger(__name__)
MOST_KNOWN = 10_000  # sources whose size is remembered
MOST_FILES = 32  # copies of pyramids that lie in a bucket
_NEW = "new-"  # of the name of a file that is being written
KNOWN = 300.0  # seconds; after that a picture is measured anew


@dataclass(frozen=True, slots=True)
class _Facts:
    width: int
    height: int
    is_large: bool
    until: float
    pyramid: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What `Pyramids` works with. `measure` reads a header: width and height as it is seen."""

    processor: MakesPyramids
    load: Callable[[Source], Awaitable[Blob]]
    measure: Callable[[Blob], tuple[int, int]]
    slots: Slots
    store: Store
    locks: Locks
    purges: Purges


class Pyramids:
    """Measures pictures, and has pyramids of the very large ones made, kept for `age` seconds (0:
    none is made).

    In a folder store they are read where they lie. Of those in a bucket up to `MOST_FILES` lie in
    `folder`, too. Memory: sizes of `MOST_KNOWN` pictures. For one event loop.
    """

    def __init__(self, tools: Tools, folder: Path, age: int) -> None:
        self._tools = tools
        self._folder = folder
        self._age = timedelta(seconds=age)
        self._facts: OrderedDict[Source, _Facts] = OrderedDict()
        self._sizes: Flights[_Facts] = Flights()
        self._builds: Flights[Path] = Flights()
        tools.purges.listeners.append(self._facts.clear)  # a source may be another picture now

    async def measure(self, source: Source) -> tuple[int, int]:
        """Width and height of a picture as it is seen. Of a very large one the pyramid is begun.

        Raises what the loader raises, and an ImageError.
        """
        facts = await self._known(source)
        return facts.width, facts.height

    async def rendition(
        self, source: Source, transform: Transform, begun: Callable[[], object]
    ) -> Blob | None:
        """The rendition, if it can be cut from a pyramid; waits for one that is being made.

        None for a picture that has none: it was never measured, or is not large enough; and for a
        transform that does not say crop, size and format in full. `begun` is called, from a thread,
        when the work on it begins. Raises what the loader, the processor and the slots raise.
        """
        pyramid = await self._found(source, transform)
        if pyramid is None:
            return None

        def work() -> Blob:
            begun()
            return self._tools.processor.cut(pyramid, transform)

        try:
            return await self._tools.slots.run(work)
        except ImageError as error:
            log.warning("A pyramid could not be read; the original is used: %s", error)
            return None

    async def _found(self, source: Source, transform: Transform) -> Blob | None:
        facts = self._facts.get(source)
        if facts is None or not facts.is_large or not self._tools.processor.may_cut(transform):
            return None
        path = facts.pyramid
        if path is None or not await asyncio.to_thread(path.exists):
            path = await self._builds.join(str(source), partial(self._build, source, None))
        return await asyncio.to_thread(Blob.from_path, path)

    async def drained(self) -> None:
        """Wait until all that is being made is kept."""
        await self._builds.drained()

    async def _known(self, source: Source) -> _Facts:
        facts = self._facts.get(source)
        if facts and time.monotonic() < facts.until:
            self._facts.move_to_end(source)
            return facts
        return await self._sizes.join(str(source), partial(self._look, source))

    async def _look(self, source: Source, flight: Flight[_Facts]) -> None:
        processor, until = self._tools.processor, time.monotonic() + KNOWN
        if self._age and (path := await self._there(source)):
            pyramid = await asyncio.to_thread(Blob.from_path, path)
            width, height = await asyncio.to_thread(processor.measure_pyramid, pyramid)
            flight.land(self._note(source, _Facts(width, height, True, until, path)))
            return
        purges = await self._tools.purges.begun()
        original = await self._tools.load(source)
        width, height = await asyncio.to_thread(self._tools.measure, original)
        large = bool(self._age) and await asyncio.to_thread(processor.merits_pyramid, original)
        flight.land(self._note(source, _Facts(width, height, large, until)))
        if large:
            self._builds.start(str(source), partial(self._build, source, (original, purges)))

    def _note(self, source: Source, facts: _Facts) -> _Facts:
        self._facts[source] = facts
        self._facts.move_to_end(source)
        while len(self._facts) > MOST_KNOWN:
            self._facts.popitem(last=False)
        return facts

    async def _build(
        self, source: Source, loaded: tuple[Blob, int] | None, flight: Flight[Path]
    ) -> None:
        async with self._tools.locks.hold(pyramid_key(source)):
            path = await self._there(source) or await self._made(source, loaded)
        if facts := self._facts.get(source):
            self._facts[source] = replace(facts, pyramid=path)
        flight.land(path)

    async def _made(self, source: Source, loaded: tuple[Blob, int] | None) -> Path:
        """Make and keep it; `loaded` is the original, and `Purges.begun()` from before."""
        purges = loaded[1] if loaded else await self._tools.purges.begun()
        original = loaded[0] if loaded else await self._tools.load(source)
        path = await asyncio.to_thread(_new_file, self._folder)
        try:
            make = partial(self._tools.processor.make_pyramid, original, path)
            await self._tools.slots.run(make)
            kept = await self._kept(source, path)
            if purges != await self._tools.purges.look():
                await self._tools.store.delete(pyramid_key(source))
            return kept
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _kept(self, source: Source, made: Path) -> Path:
        """Where the pyramid lies after it is kept; a store that cannot keep it is no error."""
        store, key = self._tools.store, pyramid_key(source)
        try:
            stat = await store.put(key, await asyncio.to_thread(Blob.from_path, made))
        except StoreError as error:
            log.warning("A pyramid could not be kept: %s", error)
            return await asyncio.to_thread(_placed, made, self._copy(source, None))
        if isinstance(store, InFiles):
            return store.path(key)
        return await asyncio.to_thread(_placed, made, self._copy(source, stat))

    async def _there(self, source: Source) -> Path | None:
        """The file of a pyramid in the store, brought here if it must be; None without one."""
        store, key = self._tools.store, pyramid_key(source)
        try:
            stat = await store.stat(key)
            if stat is None or datetime.now(UTC) - stat.modified >= self._age:
                return None
            path = (
                store.path(key) if isinstance(store, InFiles) else await self._brought(source, stat)
            )
            await asyncio.to_thread(self._check, path)
        except (StoreError, ImageError, OSError) as error:
            log.warning("A pyramid could not be read: %s", error)
            return None
        return path

    def _check(self, path: Path) -> None:
        self._tools.processor.measure_pyramid(Blob.from_path(path))

    async def _brought(self, source: Source, stat: Stat) -> Path:
        """The copy of a pyramid in a bucket. KeyNotFound if it is gone meanwhile."""
        path = self._copy(source, stat)
        if await asyncio.to_thread(path.exists):
            await asyncio.to_thread(path.touch)
            return path
        new = await asyncio.to_thread(_new_file, self._folder)
        try:
            async with self._tools.store.get(stat.key) as download:
                if download.stat.etag != stat.etag:
                    raise KeyNotFound("The pyramid has changed meanwhile.")
                with await asyncio.to_thread(new.open, "wb") as file:
                    async for chunk in download.chunks:
                        await asyncio.to_thread(file.write, chunk)
            return await asyncio.to_thread(_placed, new, path)
        finally:
            await asyncio.to_thread(new.unlink, missing_ok=True)

    def _copy(self, source: Source, stat: Stat | None) -> Path:
        """A copy's name has the etag in it, so that a new pyramid has a new one."""
        name = f"{pyramid_key(source)} {stat.etag if stat else ''}"
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:40]}.tif"


def _new_file(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_NEW, suffix=".tif", dir=folder)
    os.close(handle)
    return Path(name)


def _placed(new: Path, path: Path) -> Path:
    """A new copy under its name. Those that nobody has used for the longest time make room."""
    new.rename(path)
    times = {}
    for copy in path.parent.glob("*.tif"):
        with suppress(FileNotFoundError):
            times[copy] = copy.stat().st_mtime
    copies = sorted(times, key=lambda copy: times[copy], reverse=True)
    abandoned = time.time() - 3600
    for copy in copies[MOST_FILES:]:
        if not copy.name.startswith(_NEW) or times[copy] < abandoned:
            copy.unlink(missing_ok=True)
    return path
