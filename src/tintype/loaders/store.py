"""store: and upload: sources: originals that lie in the store."""

import re
from collections.abc import Callable
from typing import ClassVar

from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import (
    InvalidKey,
    InvalidSource,
    KeyNotFound,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    SourceUnavailable,
    StoreDenied,
    StoreError,
    TintypeError,
)
from tintype.source import Source
from tintype.stores import LendsFiles, Store

# libvips reads these piece by piece. Other files it maps into memory, and somebody who cuts a file
# short that is mapped kills the process.
PIECEWISE = frozenset({"image/jpeg", "image/png"})
_UPLOAD = re.compile(r"[0-9a-f]{32}")


class StoreLoader:
    """Loads `store:<key>` and `upload:<32 hexadecimal digits>`, which is the key `uploads/<id>`.

    `limits` are those of the door. The store is opened by the first load.
    """

    schemes: ClassVar[frozenset[str]] = frozenset({"store", "upload"})

    def __init__(self, open_store: Callable[[], Store], limits: SpoolLimits) -> None:
        self._open_store = open_store
        self._store: Store | None = None
        self._limits = limits

    async def load(self, source: Source) -> Blob:
        """Read the object, spooled; a file that is read piece by piece is left where it lies.

        Raises SourceNotFound, SourceForbidden, SourceUnavailable, InvalidSource for what is no key,
        TooLarge, and SourceError for an empty object and all else that a store may say.
        """
        self._store, key = self._store or self._open_store(), key_of(source)
        return await load_object(self._store, key, source, self._limits)

    async def close(self) -> None:
        """Close the store; the next load opens it again."""
        store, self._store = self._store, None
        if store is not None:
            await store.close()


async def load_object(store: Store, key: str, source: Source, limits: SpoolLimits) -> Blob:
    """What lies under a key, as the blob of a source. Raises as `StoreLoader.load` does."""
    try:
        blob = await _lent(store, key, limits) or await _spooled(store, key, limits)
    except (StoreError, InvalidKey) as error:
        raise translated(error, source) from error
    if blob.size == 0:
        raise SourceError(f"{source} is empty: 0 bytes.")
    return blob


async def _lent(store: Store, key: str, limits: SpoolLimits) -> Blob | None:
    blob = await store.lend(key) if isinstance(store, LendsFiles) else None
    if blob is None or blob.media_type not in PIECEWISE:
        return None
    limits.check(blob.size)
    return blob


async def _spooled(store: Store, key: str, limits: SpoolLimits) -> Blob:
    async with store.get(key) as download:
        limits.check(download.stat.size)
        return await spool(download.chunks, limits)


def key_of(source: Source) -> str:
    """The key in the store. Raises InvalidSource for an upload with a wrong id."""
    if source.scheme != "upload":
        return source.locator
    if not _UPLOAD.fullmatch(source.locator):
        raise InvalidSource(
            f"{source.locator[:40]!r} is not the id of an upload.",
            remedy="It has 32 hexadecimal digits.",
        )
    return f"uploads/{source.locator}"


def translated(error: TintypeError, source: Source) -> TintypeError:
    """What a store says, as that of a source: the status is about the picture, not the store."""
    if isinstance(error, InvalidKey):
        return InvalidSource(error.message, remedy=error.remedy)
    if isinstance(error, KeyNotFound):
        return SourceNotFound(f"There is no picture {source} in the store.")
    if isinstance(error, StoreDenied):
        return SourceForbidden(error.message, remedy=error.remedy)
    kind = SourceUnavailable if error.retryable else SourceError
    return kind(error.message, remedy=error.remedy)
