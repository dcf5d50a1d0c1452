"""A store in memory: for tests and demonstrations, by the same contract as the others."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from tintype.blob import READ_SIZE, Blob
from tintype.errors import (
    InvalidSource,
    KeyExists,
    KeyNotFound,
    SourceError,
    SourceNotFound,
    TintypeError,
)
from tintype.formats import SNIFF_BYTES, guess_media_type
from tintype.keys import check_key
from tintype.stores import (
    NO_ATTRIBUTES,
    Attributes,
    Download,
    Stat,
    Upload,
    Uploaded,
    UploadOptions,
)
from tintype.stores.rules import checked_attributes, resolve_range
from tintype.stores.threads import Step, in_parallel


@dataclass(frozen=True, slots=True)
class _Object:
    stat: Stat
    content: bytes


class MemoryStore:
    """Objects in a dictionary; gone with it. Keeps all attributes as given. Takes uploads."""

    def __init__(self, public_url: str = "memory:") -> None:
        self._base = public_url.rstrip("/")
        self._objects: dict[str, _Object] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"MemoryStore({len(self._objects)} objects)"

    async def put(
        self,
        key: str,
        blob: Blob,
        *,
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
    ) -> Stat:
        """Store.put."""
        check_key(key)
        attributes = checked_attributes(attributes)
        content = blob.content
        if isinstance(content, Path):
            content = await asyncio.to_thread(_read_file, content)
        return self._keep(key, content, attributes, overwrite=overwrite)

    async def stat(self, key: str) -> Stat | None:
        """Store.stat."""
        found = self._objects.get(check_key(key))
        return found.stat if found else None

    @asynccontextmanager
    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[Download]:
        """Store.get."""
        found = self._objects.get(check_key(key))
        if found is None:
            raise KeyNotFound(f"There is nothing under {key!r}.")
        first, end = resolve_range(start, length, found.stat.size)
        yield Download(found.stat, _chunks(found.content, first, end))

    async def delete(self, key: str) -> None:
        """Store.delete."""
        self._objects.pop(check_key(key), None)

    async def list(self, prefix: str = "") -> AsyncIterator[Stat]:
        """Store.list."""
        for key in self._keys(prefix):
            if found := self._objects.get(key):
                yield replace(found.stat, attributes=NO_ATTRIBUTES)

    async def delete_prefix(self, prefix: str) -> int:
        """Store.delete_prefix."""
        return sum(self._objects.pop(key, None) is not None for key in self._keys(prefix))

    def url(self, key: str) -> str:
        """Store.url."""
        return f"{self._base}/{quote(check_key(key))}"

    async def close(self) -> None:
        """Store.close: nothing is held open."""

    def upload(
        self,
        uploads: Iterable[Upload],
        options: UploadOptions,
        *,
        on_bytes: Callable[[int], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> Generator[Uploaded, None, None]:
        """TakesUploads.upload."""
        options = replace(options, attributes=checked_attributes(options.attributes))
        step = Step(on_bytes, stop)
        send = partial(self._upload, options, step)
        return in_parallel(uploads, send, step, max(1, options.concurrency))

    def _upload(self, options: UploadOptions, step: Step, upload: Upload) -> Uploaded:
        key = upload.key
        try:
            if check_key(key) in self._objects and not options.overwrite:
                return Uploaded(upload, skipped="exists")
            content = _read(upload.content, step)
            found = self._objects.get(key)
            if options.skip_existing and found and found.content == content:
                return Uploaded(upload, skipped="unchanged")
            stat = self._keep(key, content, options.attributes, overwrite=options.overwrite)
        except KeyExists:
            return Uploaded(upload, skipped="exists")
        except TintypeError as error:
            return Uploaded(upload, error=error)
        step(stat.size)
        return Uploaded(upload, stat)

    def _keep(self, key: str, content: bytes, attributes: Attributes, *, overwrite: bool) -> Stat:
        media_type = attributes.content_type or guess_media_type(
            key.rpartition("/")[2], content[:SNIFF_BYTES]
        )
        stat = Stat(
            key=key,
            size=len(content),
            etag=hashlib.sha256(content).hexdigest()[:32],
            modified=datetime.now(UTC),
            attributes=replace(attributes, content_type=media_type),
        )
        with self._lock:
            if not overwrite and key in self._objects:
                raise KeyExists(f"{key!r} is there already.", remedy="Choose another name.")
            self._objects[key] = _Object(stat, content)
        return stat

    def _keys(self, prefix: str) -> Iterator[str]:
        with self._lock:
            keys = [key for key in self._objects if key.startswith(prefix)]
        return iter(sorted(keys, key=str.encode))


def _read(content: Path | BinaryIO, step: Step) -> bytes:
    if isinstance(content, Path):
        return _read_file(content)
    chunks = []
    try:
        while chunk := content.read(READ_SIZE):
            step()
            chunks.append(chunk)
    except (OSError, ValueError) as error:  # ValueError: the stream is closed
        raise SourceError(f"The stream could not be read: {error}.") from error
    return b"".join(chunks)


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        raise InvalidSource(f"{path} is a folder.", remedy="Name the files in it.") from error
    except FileNotFoundError as error:
        raise SourceNotFound(f"{path} could not be read: {error.strerror}.") from error
    except OSError as error:
        raise SourceError(f"{path} could not be read: {error.strerror}.") from error


async def _chunks(content: bytes, start: int, end: int) -> AsyncIterator[bytes]:
    for offset in range(start, end, READ_SIZE):
        yield content[offset : min(offset + READ_SIZE, end)]
