"""Publishing: renditions of originals under keys, each with a URL."""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote

from tintype.addresses import FILES as ADDRESS
from tintype.blob import Blob
from tintype.catalog import Session, originals, renditions
from tintype.catalog.renditions import RenditionFacts
from tintype.catalog.tables import Original, PublishedRendition
from tintype.errors import (
    CatalogUnavailable,
    InvalidKey,
    InvalidTransform,
    TintypeError,
    UnsupportedFormat,
)
from tintype.formats import by_media_type
from tintype.keys import check_key
from tintype.originals.keeping import Parts, quota_of, remove_rendition, source_of
from tintype.originals.places import SERVICE
from tintype.stores import Attributes, HasPublicUrl, OnServer, Store
from tintype.targets import Target
from tintype.transform import Transform

FILES = "files/"  # before the keys of users in the service's store
ORIGINALS = "originals/"  # where nothing else may lie
LONGEST_TRANSFORM = 4_000  # characters; what the catalog keeps
SLUG = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
LONGEST = 900  # bytes of a user's key, so that there is room for what stands before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A rendition to be. `key` "": one of ours. `is_public`: the store is told to let everybody
    read it (an ACL). With `overwrite=False` a key that is taken raises KeyExists.
    """

    transform: Transform
    key: str = ""
    is_public: bool = False
    overwrite: bool = True


class Publishing:
    """Publishes renditions of users' originals."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def check(self, wanted: Wanted) -> Wanted:
        """What is wanted, with the format that its key asks for. No I/O.

        Raises InvalidTransform, InvalidKey, and InvalidRequest for a suffix of another format.
        """
        transform = wanted.transform
        if wanted.key:
            check_slug(wanted.key)
            transform = Target("", wanted.key).applied(transform)
        if len(transform.path()) > LONGEST_TRANSFORM:
            raise InvalidTransform(
                f"The transform is longer than {LONGEST_TRANSFORM:,} characters.",
                remedy="Put a preset in place of the filters.",
            )
        self.parts.pipeline.check([transform])
        return Wanted(
            transform=transform,
            key=wanted.key,
            is_public=wanted.is_public,
            overwrite=wanted.overwrite,
        )

    async def publish(self, user_id: str, original_id: str, wanted: Wanted) -> PublishedRendition:
        """Make a rendition and put it under its key. What was checked; raises as well what the
        loader, the processor and the store raise, RecordNotFound, QuotaExceeded, UnsupportedFormat.
        """
        catalog = self.parts.catalog
        original = await catalog.read(lambda s: originals.get(s, user_id, original_id))
        if by_media_type(original.media_type) is None:
            raise UnsupportedFormat(f"The original {original_id} is {original.media_type}.")
        kept = await self.parts.renditions.get(source_of(original_id), wanted.transform)
        blob = Blob.from_bytes(kept.content)
        size = await asyncio.to_thread(self.parts.processor.measure, blob)
        place = await self.parts.places.current(user_id)
        key = full_key(wanted.key or usual_key(original, wanted.transform, blob), place, user_id)
        turns = self.parts.turns
        lies = await self.parts.places.whereabouts(place)
        async with turns.of_original(user_id, original.sha256), turns.of_key(lies, key):
            return await self._put(original, wanted, blob, size, place, key)

    async def _put(
        self,
        original: Original,
        wanted: Wanted,
        blob: Blob,
        size: tuple[int, int],
        place: str,
        key: str,
    ) -> PublishedRendition:
        user_id = original.user_id
        attributes = Attributes(acl="public-read" if wanted.is_public else None)
        async with self.parts.places.opened(place, user_id) as store:
            facts = RenditionFacts(
                place=place,
                key=key,
                transform=wanted.transform.path(),
                url=public_url(store, key, is_public=wanted.is_public),
                media_type=blob.media_type,
                width=size[0],
                height=size[1],
                size=blob.size,
            )
            await self.parts.catalog.run(lambda s: self._check_room(s, original, facts))
            replaces = await store.stat(key) is not None
            await store.put(key, blob, attributes=attributes, overwrite=wanted.overwrite)
            # What was there is gone, so what is there now is recorded even where somebody else has
            # taken the room since it was asked for.
            try:
                return await self.parts.catalog.run(
                    lambda s: self._record(s, original, facts, is_bound=not replaces)
                )
            except CatalogUnavailable:
                raise  # it may be recorded all the same
            except TintypeError:
                if not replaces:
                    await store.delete(key)
                raise

    def _record(
        self, session: Session, original: Original, facts: RenditionFacts, *, is_bound: bool
    ) -> PublishedRendition:
        found = originals.get(session, original.user_id, original.id)
        quota = quota_of(session, found.user_id, self.parts.quota) if is_bound else None
        return renditions.publish(session, found, facts, quota=quota)

    def _check_room(self, session: Session, original: Original, facts: RenditionFacts) -> None:
        found = originals.get(session, original.user_id, original.id)
        quota = quota_of(session, found.user_id, self.parts.quota)
        renditions.check_room(session, found, facts, quota=quota)

    async def remove(self, user_id: str, original_id: str, rendition_id: str) -> None:
        """Remove what was published. RecordNotFound; a StoreError leaves the record."""
        catalog = self.parts.catalog

        def find(session: Session) -> PublishedRendition:
            return renditions.own(session, user_id, original_id, rendition_id)

        await remove_rendition(self.parts, await catalog.read(find))

    async def listed(self, user_id: str, original_id: str) -> list[PublishedRendition]:
        """All that was published of an original. Raises RecordNotFound."""

        def find(session: Session) -> list[PublishedRendition]:
            original = originals.get(session, user_id, original_id)
            return renditions.of_original(session, original)

        return await self.parts.catalog.read(find)


def public_url(store: Store, key: str, *, is_public: bool) -> str:
    """The URL of an object that everybody may read; "" where the service has to hand it out."""
    is_open = isinstance(store, HasPublicUrl) and store.is_public
    is_open = is_open or (is_public and isinstance(store, OnServer))
    return store.url(key) if is_open else ""


def check_slug(key: str) -> str:
    """A key of a user's choosing, which is part of a URL: nothing in it that clients rewrite.

    Raises InvalidKey.
    """
    check_key(key)
    if len(key.encode()) > LONGEST:
        raise InvalidKey(f"A key has at most {LONGEST} bytes.", remedy="Choose a shorter one.")
    if not SLUG.fullmatch(key):
        raise InvalidKey(
            "A key is made of letters, digits, and - _ . in parts between single slashes, none of"
            " which begins with a dot.",
            remedy="Write something like covers/summer.jpg.",
        )
    if key.startswith(ORIGINALS):
        raise InvalidKey(f"What begins with {ORIGINALS} is kept for originals.")
    return key


def full_key(key: str, place: str, user_id: str) -> str:
    """The key in the store: in the service's, below a prefix of the user's own."""
    return check_key(key if place != SERVICE else f"{FILES}{user_id}/{key}")


def own_key(found: PublishedRendition) -> str:
    """The key as its user chose it."""
    return (
        found.key.removeprefix(f"{FILES}{found.user_id}/") if found.place == SERVICE else found.key
    )


def address_of(made: PublishedRendition) -> str:
    """The URL of what was published: the store's, or its path at the service."""
    name = own_key(made).rpartition("/")[2]
    return made.url or f"{ADDRESS}/{made.id}/{quote(name, safe='')}"


def usual_key(original: Original, transform: Transform, blob: Blob) -> str:
    """The key of a rendition that was given none: equal ones have equal keys."""
    found = by_media_type(blob.media_type)
    digest = hashlib.sha256(transform.path().encode(errors="surrogateescape")).hexdigest()
    return f"renditions/{original.id}/{digest[:20]}{found.suffix if found else ''}"
