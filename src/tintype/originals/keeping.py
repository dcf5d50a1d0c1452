"""Keeping: bytes in, a record out; and all of it removed again.

Bytes are put before they are recorded, and removed before their record is: so whatever a record
says is there. Who dies in between leaves bytes that the next one finds, or a record that is removed
by asking once more.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from tintype.blob import Blob
from tintype.catalog import Catalog, Session, originals, renditions, search, usage, users
from tintype.catalog.originals import OriginalDraft
from tintype.catalog.tables import Original, PublishedRendition
from tintype.errors import CatalogUnavailable, StoreError, TintypeError
from tintype.originals.facts import facts_of
from tintype.originals.places import SERVICE, Places
from tintype.originals.turns import OriginalTurns
from tintype.pipeline import Pipeline
from tintype.processor import Processor
from tintype.renditions.ondemand import Renditions
from tintype.slots import Slots
from tintype.source import Source

log = logging.getLogger(__name__)
Check = Callable[[Original], None]  # raises where the caller has not seen the record as it is
# Done in the transaction that registers an original, which is new or was there before.
Then = Callable[[Session, Original, bool], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What keeping and publishing are made of; `app.py` puts them together.

    `quota` is in bytes, for users who have none of their own; `forget` is called when renditions
    are removed, for who remembers answers.
    """

    catalog: Catalog
    places: Places
    pipeline: Pipeline
    processor: Processor
    slots: Slots
    renditions: Renditions
    turns: OriginalTurns
    quota: int
    forget: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a user tells of an original. `source` "": it was uploaded."""

    name: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """How many bytes a user keeps, may keep, and in how many originals."""

    used: int
    quota: int
    originals: int

    @property
    def left(self) -> int:
        """How many more there may be."""
        return max(self.quota - self.used, 0)


class Keeping:
    """Keeps originals of users, each content of a user once."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._catalog, self._places = parts.catalog, parts.places

    async def keep(
        self, user_id: str, blob: Blob, told: Told, then: Then = lambda *_: None
    ) -> tuple[Original, bool]:
        """Keep untouched bytes; the record, and whether it is new. The same bytes of the same user
        are the record that was there.

        Raises QuotaExceeded, InvalidRecord, Overloaded, and what stores and the catalog raise;
        nothing is kept then.
        """
        sha256 = await asyncio.to_thread(lambda: blob.sha256)
        if await self._find(user_id, sha256) is None:
            await self.check_room(user_id, blob.size)
            draft = await self._draft(blob, told)
        else:
            draft = None
        async with self.parts.turns.of_original(user_id, sha256):
            if (found := await self._find(user_id, sha256)) is not None:
                return await self._again(found, blob, then), False
            draft = draft or await self._draft(blob, told)
            place = await self._places.current(user_id)
            async with self._turn_of_bytes(place, sha256):
                return await self._put(user_id, blob, replace(draft, store_id=place or None), then)

    async def room(self, user_id: str) -> Room:
        """How much a user keeps, and may."""
        return await self._catalog.read(lambda session: room_of(session, user_id, self.parts.quota))

    async def check_room(self, user_id: str, size: int) -> None:
        """Raise QuotaExceeded where there is no room now. The transaction that registers asks
        again.
        """

        def check(session: Session) -> None:
            quota = quota_of(session, user_id, self.parts.quota)
            usage.check_room(usage.of_user(session, user_id), size, quota)

        await self._catalog.read(check)

    async def remove(
        self, user_id: str, original_id: str, check: Check, *, leave_bytes: bool = False
    ) -> None:
        """Remove an original with all its renditions. `leave_bytes` leaves what lies in the user's
        own store, for who has lost the way into it.

        Raises RecordNotFound, what `check` raises, and a StoreError where the store does not remove
        it: then the record is still there, for another try.
        """
        original = await self._seen(user_id, original_id, check)
        async with self.parts.turns.of_original(user_id, original.sha256):
            original = await self._seen(user_id, original_id, check)
            for each in await self._published(original):
                if not (leave_bytes and each.place != SERVICE):
                    await remove_rendition(self.parts, each)
            async with self._turn_of_bytes(original.store_id or SERVICE, original.sha256):
                await self._remove(original, leave_bytes=leave_bytes)

    async def _remove(self, original: Original, *, leave_bytes: bool) -> None:
        user_id, place = original.user_id, original.store_id or SERVICE
        others = await self._catalog.read(lambda s: originals.others_with(s, original))
        if not others and not (leave_bytes and place != SERVICE):
            await self._drop(place, user_id, original.key)
        await self._purge(original)
        await self._catalog.run(lambda s: originals.remove(s, user_id, original.id))
        if others:  # whose bytes are there: something may have been made of them meanwhile
            await self._purge(original)

    @asynccontextmanager
    async def _turn_of_bytes(self, place: str, sha256: str) -> AsyncIterator[None]:
        """Others may keep the same bytes in the same bucket, or remove them."""
        lies = await self._places.whereabouts(place)
        async with self.parts.turns.take(f"bytes:{lies}:{sha256}"):
            yield

    async def remove_all(self, user_id: str) -> None:
        """Remove all originals of a user. What a store of his own does not remove is left there."""
        while found := await self._some(user_id):
            for original in found:
                try:
                    await self.remove(user_id, original.id, lambda _: None)
                except StoreError as error:
                    if not original.store_id:
                        raise
                    log.warning("Left in the store of a user who is removed: %s", error)
                    await self.remove(user_id, original.id, lambda _: None, leave_bytes=True)

    async def _some(self, user_id: str) -> list[Original]:
        return (await self._catalog.read(lambda s: search.page(s, user_id, limit=200))).items

    async def _find(self, user_id: str, sha256: str) -> Original | None:
        return await self._catalog.read(lambda session: originals.find(session, user_id, sha256))

    async def _draft(self, blob: Blob, told: Told) -> OriginalDraft:
        parts = self.parts
        async with parts.renditions.place_for_original():
            facts = await facts_of(blob, parts.processor, parts.slots)
        return OriginalDraft(
            sha256=blob.sha256,
            key="",  # until it is put
            media_type=blob.media_type,
            size=blob.size,
            width=facts.width,
            height=facts.height,
            source=told.source,
            name=told.name,
            tags=told.tags,
            colours=facts.colours,
            facts=facts.more,
        )

    async def _put(
        self, user_id: str, blob: Blob, draft: OriginalDraft, then: Then
    ) -> tuple[Original, bool]:
        place = draft.store_id or SERVICE
        source = Source.parse(draft.source) if draft.source else Source("upload", draft.sha256)
        async with self._places.opened(place, user_id) as store:
            kept = await self.parts.pipeline.add(blob, source, store)
        whole = replace(draft, key=kept.key)

        def register(session: Session) -> tuple[Original, bool]:
            quota = quota_of(session, user_id, self.parts.quota)
            found = originals.add(session, user_id, whole, quota=quota)
            then(session, *found)
            return found

        try:
            return await self._catalog.run(register)
        except CatalogUnavailable:
            raise  # it may be recorded all the same
        except TintypeError:
            with suppress(TintypeError):
                await self._drop_unless_kept(user_id, whole)
            raise

    async def _again(self, found: Original, blob: Blob, then: Then) -> Original:
        """The bytes came before. Should they be gone, as after a removal that broke off, they are
        put again.
        """
        place = found.store_id or SERVICE
        async with (
            self._turn_of_bytes(place, found.sha256),
            self._places.opened(place, found.user_id) as store,
        ):
            if await store.stat(found.key) is None:
                await store.put(found.key, blob)
        await self._catalog.run(lambda session: then(session, found, False))
        return found

    async def _drop_unless_kept(self, user_id: str, draft: OriginalDraft) -> None:
        is_kept = await self._catalog.read(
            lambda s: originals.is_kept(s, draft.sha256, draft.key, draft.store_id)
        )
        if not is_kept:
            await self._drop(draft.store_id or SERVICE, user_id, draft.key)

    async def _seen(self, user_id: str, original_id: str, check: Check) -> Original:
        found = await self._catalog.read(lambda s: originals.get(s, user_id, original_id))
        check(found)
        return found

    async def _published(self, original: Original) -> list[PublishedRendition]:
        return await self._catalog.read(lambda session: renditions.of_original(session, original))

    async def _drop(self, place: str, user_id: str, key: str) -> None:
        async with self._places.opened(place, user_id) as store:
            await store.delete(key)

    async def _purge(self, original: Original) -> None:
        await self.parts.renditions.purge_source(source_of(original.id))
        self.parts.forget()


async def remove_rendition(parts: Parts, made: PublishedRendition) -> None:
    """Remove what was published, unless it has become another original's in the meantime; what
    another record is for, too, stays where it lies. A StoreError leaves the record.
    """
    lies = await parts.places.whereabouts(made.place)
    async with parts.turns.of_key(lies, made.key):

        def find(session: Session) -> bool | None:
            now = renditions.find(session, made.id)
            is_ours = now is not None and now.original_id == made.original_id
            return renditions.is_shared(session, made) if is_ours else None

        is_shared = await parts.catalog.read(find)
        if is_shared is None:
            return
        if not is_shared:
            async with parts.places.opened(made.place, made.user_id) as store:
                await store.delete(made.key)
        await parts.catalog.run(lambda s: renditions.remove(s, made.user_id, made.id))


def source_of(original_id: str) -> Source:
    """The address of an original that is kept."""
    return Source("original", original_id)


def quota_of(session: Session, user_id: str, usual: int) -> int:
    """How many bytes a user may keep."""
    own = users.get(session, user_id).quota_bytes
    return usual if own is None else own


def room_of(session: Session, user_id: str, usual: int) -> Room:
    """How much a user keeps, and may; `usual` is the quota of who has none."""
    kept = usage.of_user(session, user_id)
    return Room(kept.size, quota_of(session, user_id, usual), kept.originals)
