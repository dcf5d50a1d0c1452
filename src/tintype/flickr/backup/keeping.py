"""Keeping: a file gets to its place in the backup whole, and the state knows of it afterwards."""

import asyncio
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from tintype.blob import Blob
from tintype.errors import ChecksumMismatch
from tintype.flickr.backup.records import dumped
from tintype.flickr.backup.state import File, State
from tintype.stores import Store

JSON, XMP = "application/json", "application/rdf+xml"


@runtime_checkable
class InFiles(Protocol):
    """A store whose objects are files of this machine."""

    def path(self, key: str) -> Path:
        """The file of a key."""
        ...


class Keeping:
    """Writes into a store. All puts go through it."""

    def __init__(self, store: Store, state: State) -> None:
        self.store, self.state = store, state

    async def put(self, blob: Blob, file: File, *, dated: datetime | None = None) -> File:
        """Keep a blob as `file`, whose size and hash are the blob's. In a folder its time is
        `dated`, by this machine's clock where that has no zone.

        Raises what the store does, and ChecksumMismatch when it says that it has another size.
        """
        stat = await self.store.put(file.key, blob)
        if stat.size != file.size:
            raise ChecksumMismatch(
                f"{file.key!r} has {stat.size:,} bytes in the store, and should have {file.size:,}."
            )
        if dated is not None and isinstance(self.store, InFiles):
            await asyncio.to_thread(_date, self.store.path(file.key), dated)
        self.state.keep_file(file)
        return file

    async def put_bytes(self, key: str, content: bytes, *, photo: str = "", role: str) -> File:
        """Keep what we have written ourselves."""
        blob = Blob.from_bytes(content)
        kind = XMP if role == "xmp" else JSON
        file = File(
            key=key, photo=photo, role=role, size=blob.size, sha256=blob.sha256, media_type=kind
        )
        return await self.put(blob, file)

    async def put_json(self, key: str, value: Any, *, photo: str = "", role: str) -> None:
        """Keep JSON, for people to read, too; what is as it was is not written again."""
        content = dumped(value, indent=1)
        before = self.state.file(key)
        if before is None or before.sha256 != Blob.from_bytes(content).sha256:
            await self.put_bytes(key, content, photo=photo, role=role)

    async def remove(self, key: str) -> None:
        """Remove a file; absent is fine."""
        await self.store.delete(key)
        self.state.forget_file(key)


def _date(path: Path, dated: datetime) -> None:
    # Before 1970, and after 2038 on some file systems, there may be no such time.
    with suppress(OSError, OverflowError, ValueError):
        seconds = dated.timestamp()
        os.utime(path, (seconds, seconds))
