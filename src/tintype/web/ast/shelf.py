"""What the store has of the sites that somebody asks for, found out in a time that is bounded."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from tintype.catalog import Catalog, Session, site_queue
from tintype.catalog.columns import now
from tintype.catalog.site_queue import Pair
from tintype.errors import InvalidSettings, InvalidSource, TintypeError
from tintype.ids import is_id
from tintype.settings import Settings
from tintype.sites import Wanted
from tintype.sites.asking import found_keys
from tintype.sites.ast import SIZES, Asked
from tintype.sites.ast import Size as AstSize
from tintype.sites.places import address_of
from tintype.sites.sizes import Size, sizes_of
from tintype.sites.slugs import normal_url, slug_of
from tintype.stores import Store
from tintype.targets import CONFIGURED

log = logging.getLogger("tintype.web")

PATIENCE = 0.12  # seconds for the store: an answer takes less than 0.2 in all
PATIENCE_BEHIND = 20.0  # where nobody waits any more
AT_ONCE = 8  # questions to the store
REMEMBERED = 60.0  # seconds: a picture that was seen is there, a site that was queued is queued
MOST_REMEMBERED = 20_000

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Look:
    """What there is of some URLs in a place: the full keys of pictures, and what is to be captured.

    `is_certain` is False where the store has not said so: it failed, or was slow.
    """

    place: str
    keys: Mapping[Asked, str]
    due: Mapping[Asked, Wanted]
    is_certain: bool = True


class Shelf:
    """Looks for the pictures of sites in the service's store, and has captured what it has not."""

    def __init__(self, store: Store, catalog: Catalog, settings: Settings) -> None:
        self._store, self._catalog, self._settings = store, catalog, settings
        self._sizes = _sizes(settings)
        seconds = settings.sites.max_age
        self._max_age = timedelta(seconds=seconds) if seconds else None
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._queued: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._seen: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    async def look(self, asked: Iterable[Asked], place: str, patience: float = PATIENCE) -> Look:
        """What there is of some URLs, which may make no sense. A store that fails, or says nothing
        in time, has nothing but what was seen in it a moment ago.
        """
        wanted = {each: site for each in asked if (site := _site(each.url))}
        prefix = address_of(place, self._settings).removeprefix(CONFIGURED)
        # The other size need not be asked for: all sizes of a site are put together, or none.
        keys = {
            each: prefix + self._sizes[each.size].key(site.slug) for each, site in wanted.items()
        }
        there = self._remembered(keys.values())
        answered = await self._there([k for k in keys.values() if k not in there], patience)
        there |= answered or {}
        due = {each: site for each, site in wanted.items() if self._is_due(there.get(keys[each]))}
        has = {each: key for each, key in keys.items() if key in there}
        return Look(place, has, due, is_certain=answered is not None)

    async def queue(self, look: Look) -> None:
        """Have captured what is not there, or too old; what was queued a moment ago is not again.

        A failure is told to the log only: whoever asks next begins anew.
        """
        fresh = {
            each: site for each, site in look.due.items() if self._is_new((look.place, site.slug))
        }
        try:
            if fresh and not look.is_certain:
                again = await self.look(fresh, look.place, PATIENCE_BEHIND)
                if not again.is_certain:
                    self._forget(look.place, fresh.values())
                    return
                fresh = dict(again.due)
            if fresh:
                sites = list(fresh.values())
                await self._catalog.run(lambda session: _enqueue(session, look.place, sites))
        except TintypeError as error:
            self._forget(look.place, fresh.values())
            log.warning("Sites could not be queued: %s", error)

    async def _there(self, keys: Sequence[str], patience: float) -> Mapping[str, datetime] | None:
        """When each key was put that is there; None where the store does not say."""
        if not keys:
            return {}
        try:
            async with asyncio.timeout(patience), self._turns:
                found = await found_keys(self._store, keys)
            for key, modified in found.items():
                _remember(self._seen, key, (time.monotonic(), modified))
            return found
        except TimeoutError:
            log.warning("The store did not answer within %g seconds.", patience)
        except TintypeError as error:
            log.warning("%s: %s", error.code, error)
        return None

    def _remembered(self, keys: Iterable[str]) -> dict[str, datetime]:
        """When those keys were put that were seen a moment ago."""
        since = time.monotonic() - REMEMBERED
        found = {key: self._seen[key] for key in keys if key in self._seen}
        return {key: modified for key, (moment, modified) in found.items() if moment > since}

    def _is_due(self, modified: datetime | None) -> bool:
        if modified is None:
            return True
        return self._max_age is not None and modified < now() - self._max_age

    def _is_new(self, site: tuple[str, str]) -> bool:
        moment = time.monotonic()
        if moment - self._queued.get(site, -REMEMBERED) < REMEMBERED:
            return False
        _remember(self._queued, site, moment)
        return True

    def _forget(self, place: str, sites: Iterable[Wanted]) -> None:
        for site in sites:
            self._queued.pop((place, site.slug), None)


def _remember(memory: "OrderedDict[K, V]", key: K, value: V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > MOST_REMEMBERED:
        memory.popitem(last=False)


def _site(url: str) -> Wanted | None:
    """The site that a URL means, as clients write it; None for one that means none."""
    try:
        normal = normal_url(url)
        return Wanted(normal, slug_of(normal))
    except InvalidSource:
        return None


def _enqueue(session: Session, place: str, due: Sequence[Wanted]) -> None:
    pairs = [Pair(site.url, site.slug) for site in due]
    user_id = place if is_id(place) else None
    site_queue.enqueue(session, pairs, place=place, user_id=user_id)


def _sizes(settings: Settings) -> dict[AstSize, Size]:
    """The two sizes of the protocol among those that are made. Raises InvalidSettings."""
    made = {(each.transform.width, each.transform.height): each for each in sizes_of(settings)}
    if missing := [f"{w}x{h}" for w, h in SIZES.values() if (w, h) not in made]:
        raise InvalidSettings(
            f"Clients of Alexa Site Thumbnail need pictures of {' and '.join(missing)} pixels.",
            remedy="Let TINTYPE_SITE_SIZES hold =201x147,SM=111x82.",
        )
    return {size: made[pixels] for size, pixels in SIZES.items()}
