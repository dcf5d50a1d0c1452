"""History: pictures of before, kept small in the store of the settings, and how two differ."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing, suppress

from tintype.blob import Blob
from tintype.catalog.tables import SiteCapture
from tintype.errors import ImageError, RecordNotFound, StoreError
from tintype.processor import ComparesPictures, Difference
from tintype.stores import Store
from tintype.transform import Transform

EXT, QUALITY = "webp", 75


def kept_picture(width: int) -> Transform:
    """What is made of a screenshot to be kept."""
    small = Transform(width=width)
    return small.with_filter("format", EXT).with_filter("quality", QUALITY)


async def read(store: Store, capture: SiteCapture) -> Blob:
    """The picture of a capture. Raises RecordNotFound where none is kept, and a StoreError."""
    if not capture.key:
        raise RecordNotFound(
            f"No picture was kept of the capture {capture.id}.",
            remedy="TINTYPE_SITE_HISTORY says how many are.",
        )
    async with store.get(capture.key) as download, aclosing(download.chunks) as chunks:  # type: ignore[type-var]
        return Blob.from_bytes(b"".join([chunk async for chunk in chunks]))


async def difference(
    store: Store, comparer: ComparesPictures, before: SiteCapture, after: SiteCapture
) -> Difference:
    """How two captures differ. Raises RecordNotFound, a StoreError, an ImageError."""
    one, other = await read(store, before), await read(store, after)
    return await asyncio.to_thread(comparer.compare, one, other)


async def distance(
    store: Store, comparer: ComparesPictures, earlier: Sequence[SiteCapture], picture: Blob
) -> float | None:
    """Which share of a new picture differs from the one before; None: there is none to compare."""
    before = next((each for each in earlier if each.key), None)
    if before is None:
        return None
    with suppress(StoreError, ImageError):  # a history that is lost costs no new picture
        one = await read(store, before)
        found = await asyncio.to_thread(comparer.compare, one, picture)
        return round(found.share, 6)
    return None


async def forget(store: Store, keys: Iterable[str]) -> None:
    """Remove pictures; what cannot be removed now stays."""
    for key in keys:
        with suppress(StoreError):
            await store.delete(key)
