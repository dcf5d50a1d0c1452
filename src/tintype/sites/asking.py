"""Asking: what there is of a list of sites, and what is to be captured. The store knows first."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tintype.catalog import Catalog, Session, site_queue
from tintype.catalog.columns import now
from tintype.catalog.site_queue import Known
from tintype.sites import Wanted
from tintype.sites.places import Where
from tintype.sites.sizes import Size
from tintype.stores import FindsKeys, Store

FEW = 40  # keys that a store is asked for one by one, if it cannot look up many
AT_ONCE = 16


class State(StrEnum):
    """What is the case with a site that was asked for."""

    FRESH = "fresh"  # all its pictures are there, of one capture, and young enough
    OLD = "old"  # they are there, and too old, or of another URL; to be captured
    MISSING = "missing"  # to be captured
    QUEUED = "queued"  # it waits to be captured, or is in work
    FAILED = "failed"  # it could not be captured a while ago, and is left alone for now


@dataclass(slots=True)
class Found:
    """A site that was asked for. `modified`: when its oldest picture was put; None: not all are
    there. `reason`: why it is left alone.
    """

    wanted: Wanted
    state: State
    modified: datetime | None = None
    code: str = ""
    reason: str = ""

    @property
    def exists(self) -> bool:
        """Whether all of its pictures are there, however old."""
        return self.modified is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a place. `max_age` None: pictures are good for ever."""

    where: Where
    sizes: Sequence[Size]
    place: str = ""
    max_age: timedelta | None = None


async def found_keys(
    store: Store, keys: Collection[str], prefix: str = ""
) -> Mapping[str, datetime]:
    """When each of the keys was modified that is there; as few requests as the store can do with.
    All of them begin with `prefix`.

    Raises a StoreError.
    """
    if isinstance(store, FindsKeys):
        return await store.find(keys)
    if len(keys) <= FEW:
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(key: str) -> tuple[str, datetime | None]:
            async with turns:
                stat = await store.stat(key)
                return key, stat.modified if stat else None

        pairs = await asyncio.gather(*map(one, keys))
        return {key: modified for key, modified in pairs if modified is not None}
    wanted = set(keys)
    return {stat.key: stat.modified async for stat in store.list(prefix) if stat.key in wanted}


async def ask(catalog: Catalog, question: Question, wanted: Sequence[Wanted]) -> list[Found]:
    """What is the case with each of these sites, in their order. Nothing is queued.

    Raises a StoreError, CatalogUnavailable.
    """
    stored = await looked_up(question, wanted)
    fresh = {f.wanted.slug: f.wanted.url for f in stored if f.state is State.FRESH}
    others = [f.wanted.slug for f in stored if f.state is not State.FRESH]

    def known(session: Session) -> tuple[set[str], set[str], dict[str, Known]]:
        torn = site_queue.torn(session, question.place) & fresh.keys()
        moved = site_queue.moved(session, question.place, fresh) - torn
        return torn, moved, site_queue.known(session, question.place, [*others, *torn, *moved])

    torn, moved, facts = await catalog.read(known)
    for each in stored:
        slug = each.wanted.slug
        if slug in torn:
            each.state, each.modified = State.MISSING, None
        elif slug in moved:
            each.state = State.OLD
        if each.state is not State.FRESH and slug in facts:
            _heed(each, facts[slug])
    return stored


async def looked_up(question: Question, wanted: Sequence[Wanted]) -> list[Found]:
    """What the store has of each site. Raises a StoreError."""
    where, sizes = question.where, question.sizes
    keys = [where.key(size, each.slug) for each in wanted for size in sizes]
    there = await found_keys(where.store, keys, where.prefix)
    oldest = now() - question.max_age if question.max_age is not None else None
    result: list[Found] = []
    for each in wanted:
        times = [there.get(where.key(size, each.slug)) for size in sizes]
        known = [time for time in times if time is not None]
        if len(known) < len(times):
            result.append(Found(each, State.MISSING))
            continue
        modified = min(known)
        is_old = oldest is not None and modified < oldest
        result.append(Found(each, State.OLD if is_old else State.FRESH, modified))
    return result


def _heed(found: Found, known: Known) -> None:
    """What the catalog knows of a site whose pictures are not good."""
    if known.is_queued:
        found.state = State.QUEUED
    elif known.is_left_alone and known.url == found.wanted.url:
        found.state, found.code, found.reason = State.FAILED, known.code, known.reason
