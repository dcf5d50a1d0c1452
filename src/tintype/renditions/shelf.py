"""Where renditions lie: read and written in the rendition store, by the rules of their age."""

import asyncio
import errno
import hashlib
import logging
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, runtime_checkable

from tintype.blob import Blob
from tintype.errors import KeyNotFound, StoreError
from tintype.formats import SNIFF_BYTES, sniff
from tintype.renditions import Found, Kept
from tintype.settings_web import RenditionSettings
from tintype.stages import stage
from tintype.stores import NO_ATTRIBUTES, Attributes, Store

log = logging.getLogger(__name__)
INLINE = 1 << 20  # bytes; a larger file is read in a thread
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
_ABSENT = {errno.ENOENT, errno.ENOTDIR}


@runtime_checkable
class InFiles(Protocol):
    """A store whose objects are files: small ones are read faster without it."""

    root: Path

    def path(self, key: str) -> Path:
        """The file of a key."""
        ...


class Shelf:
    """The renditions in a store. A store that fails has none, and takes none; the log says so."""

    def __init__(self, store: Store, settings: RenditionSettings) -> None:
        self.store = store
        self.folder = store if isinstance(store, InFiles) else None
        self._age = timedelta(seconds=settings.age)
        self._stale_age = timedelta(seconds=settings.stale_age)

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        return bool(self._age)

    def standing(self, modified: datetime) -> Found | None:
        """STORE for one of good age, STALE for one that is served once more, None if too old."""
        age = datetime.now(UTC) - modified
        if age < self._age:
            return Found.STORE
        return Found.STALE if self._age and age < self._age + self._stale_age else None

    def read_now(self, key: str) -> Kept | None:
        """A small rendition of a folder, without a change of threads; None if that cannot be."""
        if self.folder is None or not self.keeps:
            return None
        try:
            content, modified = _read_file(self.folder.path(key), INLINE)
        except OSError:
            return None
        return self._judged(content, None, modified)

    async def read(self, key: str) -> Kept | None:
        """The rendition under a key, fresh or stale; None where there is none, or none of use."""
        if not self.keeps:
            return None
        try:
            if self.folder is None:
                with stage("store"):
                    return await self._read_object(key)
            path = self.folder.path(key)
            content, modified = await asyncio.to_thread(_read_file, path, None)
            return await asyncio.to_thread(self._judged, content, None, modified)
        except KeyNotFound:
            return None
        except (OSError, StoreError) as error:
            if not isinstance(error, OSError) or error.errno not in _ABSENT:
                log.warning("A rendition could not be read: %s", error)
            return None

    async def write(self, key: str, kept: Kept) -> None:
        """Keep a rendition; raises what the store raises."""
        blob = Blob(kept.content, kept.media_type, len(kept.content))
        # A folder's reader sniffs; attributes would be a second file for each rendition.
        given = Attributes(content_type=kept.media_type) if self.folder is None else NO_ATTRIBUTES
        with stage("store"):
            await self.store.put(key, blob, attributes=given)

    async def _read_object(self, key: str) -> Kept | None:
        async with self.store.get(key) as download:
            stat = download.stat
            if self.standing(stat.modified) is None:
                return None
            content = b"".join([chunk async for chunk in download.chunks])
        return self._judged(content, stat.attributes.content_type, stat.modified)

    def _judged(self, content: bytes, media_type: str | None, modified: datetime) -> Kept | None:
        standing = self.standing(modified)
        if standing is None or not content:
            return None
        return kept_of(content, media_type or sniff(content[:SNIFF_BYTES]), modified, standing)


def kept_of(content: bytes, media_type: str, modified: datetime, found: Found) -> Kept:
    """A rendition with its etag: a hash of the content, so that equal bytes have equal ones."""
    etag = hashlib.sha256(content).hexdigest()[:32]
    return Kept(content, media_type, etag, modified, found)


def as_found(kept: Kept, found: Found) -> Kept:
    """The same rendition, found elsewhere."""
    return kept if kept.found is found else replace(kept, found=found)


def _read_file(path: Path, most: int | None) -> tuple[bytes, datetime]:
    """The content of a file and its time. OSError, also for one of more than `most` bytes."""
    fd = os.open(path, _FLAGS)
    try:
        facts = os.fstat(fd)
        if most is not None and facts.st_size > most:
            raise OSError(errno.EFBIG, "It is large")
        content = os.read(fd, facts.st_size)
        while len(content) < facts.st_size and (more := os.read(fd, facts.st_size)):
            content += more
    finally:
        os.close(fd)
    return content, datetime.fromtimestamp(facts.st_mtime_ns / 1e9, UTC)
