"""Originals from the web, kept for a while, so that a second size does not fetch again."""

import logging
import time
from collections import OrderedDict
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import partial

from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import KeyNotFound, SourceError, StoreError
from tintype.keys import kept_source_key
from tintype.pipeline import Loads
from tintype.renditions.flights import Flight, Flights
from tintype.renditions.purges import Purges
from tintype.source import Source
from tintype.stages import stage
from tintype.stores import Store

log = logging.getLogger(__name__)
FROM_THE_WEB = frozenset({"http", "https", "screenshot"})
REMEMBERED = 5.0  # seconds; a broken source is not asked again for so long
MOST_REMEMBERED = 1_000


class Failures:
    """Errors of a short time ago, by what they are of; each is raised again as a copy."""

    def __init__(self) -> None:
        self._errors: OrderedDict[str, tuple[Exception, float]] = OrderedDict()

    def remember(self, name: str, error: Exception) -> None:
        """Let `check` raise this error for a few seconds."""
        # A copy: the error itself holds, through its causes, what was in hand when it came about.
        self._errors[name] = (copy(error), time.monotonic() + REMEMBERED)
        while len(self._errors) > MOST_REMEMBERED:
            self._errors.popitem(last=False)

    def check(self, name: str) -> None:
        """Raise the error of a short time ago, if there is one."""
        found = self._errors.get(name)
        if found is None:
            return
        if time.monotonic() < found[1]:
            raise copy(found[0])
        del self._errors[name]

    def clear(self) -> None:
        """Forget them all."""
        self._errors.clear()


class KeptSources:
    """A loader before the others: fetches a web source once for all who ask at the same time, and
    keeps it in the rendition store for `age` seconds (0: does not). Other sources pass through.

    Memory: that of the blobs in hand, as the door takes them in (`SpoolLimits`).
    """

    def __init__(
        self, loads: Loads, store: Store, purges: Purges, limits: SpoolLimits, age: int
    ) -> None:
        self._loads = loads
        self._store = store
        self._purges = purges
        self._limits = limits
        self._age = timedelta(seconds=age)
        self._flights: Flights[Blob] = Flights()
        self._failures = Failures()
        purges.listeners.append(self._failures.clear)

    async def load(self, source: Source) -> Blob:
        """Loader.load. A failure is remembered for a few seconds."""
        self._failures.check(str(source))
        if source.scheme not in FROM_THE_WEB or not self._age:
            return await self._fetch(source)
        return await self._flights.join(str(source), partial(self._make, source))

    async def drained(self) -> None:
        """Wait until what was fetched is kept."""
        await self._flights.drained()

    async def _make(self, source: Source, flight: Flight[Blob]) -> None:
        purges, key = await self._purges.begun(), kept_source_key(source)
        kept = await self._kept(key)
        if kept is not None:
            flight.land(kept)
            return
        blob = await self._fetch(source)
        flight.land(blob)
        if purges != self._purges.count:
            return
        try:
            await self._store.put(key, blob)
            if purges != await self._purges.look():
                await self._store.delete(key)
        except StoreError as error:
            log.warning("A source could not be kept: %s", error)

    async def _fetch(self, source: Source) -> Blob:
        try:
            with stage("fetch"):
                return await self._loads.load(source)
        except SourceError as error:
            self._failures.remember(str(source), error)
            raise

    async def _kept(self, key: str) -> Blob | None:
        try:
            async with self._store.get(key) as download:
                if datetime.now(UTC) - download.stat.modified >= self._age:
                    return None
                return await spool(download.chunks, self._limits)
        except KeyNotFound:
            return None
        except (StoreError, SourceError) as error:
            log.warning("A kept source could not be read: %s", error)
            return None
