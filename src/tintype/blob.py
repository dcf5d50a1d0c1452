"""Blob: bytes at rest, with facts; and the door through which bytes become one.

Everything that comes from outside passes `spool` once: it is counted, limited and sniffed there,
and kept in memory or, when larger, in a temporary file. After that a blob can be opened again and
again: hashed, decoded, retried, sent in parts.
"""

import asyncio
import errno
import hashlib
import io
import os
import tempfile
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

from tintype.errors import StoreError, StoreFull, TooLarge
from tintype.formats import SNIFF_BYTES, sniff

READ_SIZE = 1 << 20


@dataclass(frozen=True)
class Blob:
    """Bytes at rest: in memory, or in a file that nobody changes while the blob lives.

    `media_type` is sniffed from the bytes. `size` is in bytes. Hold on to a spooled blob while its
    path is in use: its file goes with it. `is_given`: nobody will ever write to its file, or needs
    it longer than the blob, so that who keeps the bytes may keep the file itself.
    """

    content: bytes | Path
    media_type: str
    size: int
    is_given: bool = False

    @classmethod
    def from_bytes(cls, content: bytes) -> "Blob":
        """A blob of bytes in memory."""
        return cls(content, sniff(content[:SNIFF_BYTES]), len(content))

    @classmethod
    def from_path(cls, path: Path) -> "Blob":
        """A blob of a file where it lies; nothing is copied. OSError if it cannot be read."""
        with path.open("rb") as file:
            return cls(path, sniff(file.read(SNIFF_BYTES)), os.fstat(file.fileno()).st_size)

    @cached_property
    def sha256(self) -> str:
        """The hash of the content as 64 hexadecimal digits; reads it once, at the first use."""
        with self.open() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def open(self) -> io.BufferedReader | io.BytesIO:
        """The content from its start; each call gives a reader of its own."""
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        return self.content.open("rb")

    def read(self) -> bytes:
        """The whole content. Only for blobs whose size has been limited."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


@dataclass(frozen=True, slots=True)
class SpoolLimits:
    """How many bytes are taken at the door, and how many of them are kept in memory."""

    max_bytes: int
    memory_bytes: int = 8 << 20
    folder: Path | None = None  # for what does not fit in memory; None: the system's

    def check(self, size: int) -> None:
        """Raise TooLarge for a size beyond the limit: announced, of a file, or counted."""
        if size > self.max_bytes:
            raise TooLarge(
                f"The source is larger than {self.max_bytes:,} bytes.",
                remedy="Raise TINTYPE_MAX_BYTES if this is meant.",
            )


async def spool(chunks: AsyncIterator[bytes], limits: SpoolLimits) -> Blob:
    """Take in a stream of unknown length as a blob.

    Memory: `limits.memory_bytes` plus a chunk. Beyond that the bytes lie in a temporary file, which
    is removed with the blob, or at once when the stream fails. Raises TooLarge as soon as one byte
    too many has come, StoreFull when the temporary folder has no room, and what the stream raises,
    as it is.
    """
    held, size = bytearray(), 0
    overflow: _Overflow | None = None
    room = limits.memory_bytes
    try:
        async for chunk in chunks:
            size += len(chunk)
            limits.check(size)
            held += chunk
            if len(held) > room:
                overflow = overflow or _Overflow(limits.folder)
                room = min(READ_SIZE, room)  # from now on memory is only a buffer of the file
                await asyncio.to_thread(overflow.write, held)
                held.clear()
        if overflow is None:
            return Blob.from_bytes(bytes(held))
        await asyncio.to_thread(overflow.write, held)
        return overflow.blob()
    except BaseException:
        if overflow:
            overflow.remove()
        raise


class _Overflow:
    """The temporary file of one spool. Failures of this file, and no others, are StoreErrors."""

    def __init__(self, folder: Path | None) -> None:
        with _disk_errors():
            handle, name = tempfile.mkstemp(prefix="tintype-", dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb", buffering=0)
        self._writing = Lock()  # a cancelled spool leaves its thread at work

    def write(self, data: bytearray) -> None:
        with _disk_errors(), self._writing, memoryview(data) as view:
            done = 0
            while done < len(view):
                done += self._file.write(view[done:])

    def blob(self) -> Blob:
        with _disk_errors():
            self._file.close()
            blob = Blob.from_path(self._path)
        weakref.finalize(blob, self._path.unlink, missing_ok=True)
        return blob

    def remove(self) -> None:
        with suppress(OSError), self._writing:
            self._file.close()
        self._path.unlink(missing_ok=True)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise (StoreFull if full else StoreError)(
            f"The temporary folder cannot take the source: {error.strerror}.",
            remedy="Set TINTYPE_TEMPORARY to a folder with room that may be written.",
        ) from error
