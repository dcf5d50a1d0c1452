"""Embedding: a copy of a file with its metadata in it, beside the original, which nobody touches.

No pixel is decoded: segments of a JPEG, and chunks of a PNG, are put before those that are there.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tintype.blob import Blob
from tintype.flickr.backup import EMBEDDED, PHOTOS
from tintype.flickr.backup.keeping import Keeping
from tintype.flickr.backup.segments import with_metadata
from tintype.flickr.backup.state import File

MOST = 48 << 20  # bytes of a picture, which is copied in memory, one at a time
KINDS = frozenset({"image/jpeg", "image/png"})


class Embedding:
    """Writes copies."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping, self._one = keeping, asyncio.Semaphore(1)

    async def write(
        self, photo: File, record: Mapping[str, Any], dated: datetime | None
    ) -> str | None:
        """Write the copy; its key, or None for what takes no metadata (a video, a GIF) or is
        larger than MOST.
        """
        if photo.media_type not in KINDS or photo.size > MOST:
            return None
        async with self._one:
            return await self._write(photo, record, dated)

    async def _write(
        self, photo: File, record: Mapping[str, Any], dated: datetime | None
    ) -> str | None:
        async with self._keeping.store.get(photo.key) as download:
            content = b"".join([chunk async for chunk in download.chunks])
        made = with_metadata(content, photo.media_type, record)
        if made is None:
            return None
        blob = Blob.from_bytes(made)
        key = EMBEDDED + photo.key.removeprefix(PHOTOS)
        file = File(
            key=key,
            photo=photo.photo,
            role="embedded",
            label=photo.label,
            version=photo.version,
            size=blob.size,
            sha256=blob.sha256,
            media_type=blob.media_type,
        )
        await self._keeping.put(blob, file, dated=dated)
        return key
