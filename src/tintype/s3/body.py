"""What is sent: a value that knows its length and can be read again from its start."""

import base64
import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from tintype.errors import SourceError
from tintype.s3.crc import crc32 as crc32_of

PIECE = 1 << 18  # bytes read and sent at a time; larger gains nothing and leaves the cache
SPAN = 1 << 20  # bytes of a file that the system sends at a time, without our reading them
Piece = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an open file, which the system can send by itself."""

    descriptor: int
    offset: int
    size: int
    name: str

    def __len__(self) -> int:
        return self.size


class Body(Protocol):
    """Bytes to send. `pieces` starts over at each call, for a retry."""

    @property
    def size(self) -> int:
        """How many bytes there are."""
        ...

    def pieces(self) -> Iterator[Piece]:
        """The bytes. A piece is good until the next one is asked for."""
        ...

    @property
    def crc32(self) -> str:
        """CRC-32 as S3 writes it: base64 of four bytes, the highest first. Computed once."""
        ...

    @property
    def md5(self) -> str:
        """MD5 in base64. Computed once."""
        ...

    @property
    def sha256(self) -> str:
        """SHA-256 in hexadecimal. Computed once."""
        ...


class Checksums(ABC):
    """Checksums of whatever has `pieces`, each computed at its first use."""

    @abstractmethod
    def pieces(self) -> Iterator[Piece]:
        """See Body."""

    @cached_property
    def crc32(self) -> str:
        """See Body."""
        crc = 0
        for piece in self.pieces():
            crc = crc32_of(piece, crc)
        return encode_crc32(crc)

    @cached_property
    def md5(self) -> str:
        """See Body."""
        digest = hashlib.md5(usedforsecurity=False)
        for piece in self.pieces():
            digest.update(piece)
        return base64.b64encode(digest.digest()).decode()

    @cached_property
    def sha256(self) -> str:
        """See Body."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()


def encode_crc32(crc: int) -> str:
    """CRC-32 as S3 writes it in headers and XML."""
    return base64.b64encode(crc.to_bytes(4, "big")).decode()


@dataclass(frozen=True)
class BytesBody(Checksums):
    """Bytes in memory, which nobody changes while they are sent."""

    content: Piece = b""

    @property
    def size(self) -> int:
        """See Body."""
        return len(self.content)

    def pieces(self) -> Iterator[Piece]:
        """See Body."""
        if len(self.content) <= PIECE:
            yield self.content
            return
        view = memoryview(self.content)
        for start in range(0, len(view), PIECE):
            yield view[start : start + PIECE]


@dataclass(frozen=True)
class FileBody(Checksums):
    """`size` bytes of a file from `offset`; a path, or a descriptor that stays open meanwhile.

    Read by position, so that several threads can send parts of one descriptor. Memory: one piece.
    Raises SourceError when the file has become shorter or cannot be read.
    """

    file: Path | int
    offset: int
    size: int
    name: str = field(default="", compare=False)

    def pieces(self) -> Iterator[Piece]:
        """See Body."""
        if self.size <= PIECE:
            yield self._small
            return
        with _Descriptor(self.file) as descriptor:
            view = memoryview(bytearray(PIECE))
            position, end = self.offset, self.offset + self.size
            while position < end:
                count = self._read(descriptor, view[: min(PIECE, end - position)], position)
                yield view[:count]
                position += count

    def spans(self) -> Iterator[Piece | Span]:
        """The same bytes for a connection that sends files by itself: any but TLS."""
        if self.size <= PIECE or not isinstance(self.file, int):
            yield from self.pieces()
            return
        for start in range(0, self.size, SPAN):
            count = min(SPAN, self.size - start)
            yield Span(self.file, self.offset + start, count, self._label)

    @cached_property
    def _small(self) -> bytes:
        """A small file is read once, for its checksum, for sending and for a retry."""
        with _Descriptor(self.file) as descriptor:
            buffer = bytearray(self.size)
            position = 0
            while position < self.size:
                view = memoryview(buffer)[position:]
                position += self._read(descriptor, view, self.offset + position)
            return bytes(buffer)

    def _read(self, descriptor: int, view: memoryview, position: int) -> int:
        try:
            count = os.preadv(descriptor, [view], position)
        except OSError as error:
            raise SourceError(f"{self._label} cannot be read: {error.strerror}.") from error
        if not count:
            raise became_shorter(self._label)
        return count

    @property
    def _label(self) -> str:
        return self.name or (str(self.file) if isinstance(self.file, Path) else "The file")


def became_shorter(name: str) -> SourceError:
    """The error for a file that ends before it should."""
    return SourceError(
        f"{name} became shorter while it was sent.",
        remedy="Send it again when nothing writes to it.",
    )


class _Descriptor:
    """A descriptor of a path, closed afterwards; a foreign descriptor is left open."""

    def __init__(self, file: Path | int) -> None:
        self.file = file

    def __enter__(self) -> int:
        if isinstance(self.file, int):
            return self.file
        try:
            self.opened = os.open(self.file, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise SourceError(f"{self.file} cannot be read: {error.strerror}.") from error
        return self.opened

    def __exit__(self, *_: object) -> None:
        if not isinstance(self.file, int):
            os.close(self.opened)


EMPTY = BytesBody()


def md5_hex(body: Body) -> str:
    """MD5 as S3 writes it in the ETag of an object that was sent whole and is not encrypted."""
    return base64.b64decode(body.md5).hex()
