"""Blob: bytes at rest, with facts; and the door through which bytes become one.

Everything that comes from outside passes `spool` once: it is counted, limited and sniffed there, and
kept in memory or, when larger, in a temporary file. After that a blob can be opened again and again:
hashed, decoded, retried, sent in parts.
"""

import hashlib
import io
import os
import tempfile
import weakref
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from tintype.errors import StoreFull, TooLarge
from tintype.formats import SNIFF_BYTES, sniff

READ_SIZE = 1 << 20


@dataclass(frozen=True)
class Blob:
    """Bytes at rest: in memory, or in a file that nobody changes while the blob lives.

    `media_type` is sniffed from the bytes. `size` is in bytes.
    """

    content: bytes | Path
    media_type: str
    size: int

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

    def open(self) -> BinaryIO:
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
    folder: Path | None = None


async def spool(chunks: AsyncIterator[bytes], limits: SpoolLimits) -> Blob:
    """Take in a stream of unknown length as a blob.

    Memory: `limits.memory_bytes` plus one chunk. Beyond that the bytes lie in a temporary file that
    is removed with the blob. Raises TooLarge as soon as one byte too many has come, and StoreFull
    when the temporary folder has no room.
    """
    buffer = tempfile.SpooledTemporaryFile(max_size=limits.memory_bytes, dir=limits.folder)
    size = 0
    try:
        async for chunk in chunks:
            size += len(chunk)
            if size > limits.max_bytes:
                raise TooLarge(
                    f"The source is larger than {limits.max_bytes:,} bytes.",
                    remedy="Raise TINTYPE_MAX_BYTES if this is meant.",
                )
            buffer.write(chunk)
        return _at_rest(buffer, size, limits)
    except OSError as error:
        raise StoreFull(
            f"The temporary folder cannot take the source: {error.strerror}."
        ) from error
    finally:
        buffer.close()


def _at_rest(
    buffer: "tempfile.SpooledTemporaryFile[bytes]", size: int, limits: SpoolLimits
) -> Blob:
    buffer.seek(0)
    if size <= limits.memory_bytes:
        return Blob.from_bytes(buffer.read())
    # The spooled file has no name, so its bytes are linked or copied to one that lives as the blob.
    handle, name = tempfile.mkstemp(prefix="tintype-", dir=limits.folder)
    path = Path(name)
    with os.fdopen(handle, "wb") as file:
        while chunk := buffer.read(READ_SIZE):
            file.write(chunk)
    blob = Blob.from_path(path)
    weakref.finalize(blob, path.unlink, missing_ok=True)
    return blob
