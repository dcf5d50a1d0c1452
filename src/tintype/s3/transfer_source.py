"""What is sent: a file where it lies, watched while it is read."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from tintype.errors import InvalidSource, SourceError, SourceForbidden, SourceNotFound
from tintype.formats import SNIFF_BYTES
from tintype.s3.body import Body, FileBody, Piece, Span

OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A part ready to be sent: its number from 1, and its bytes.

    `last` tells of a stream's part whether the stream ends with it. `release` gives the room of
    the bytes back; the body is not used afterwards.
    """

    number: int
    body: Body
    last: bool = False
    release: Callable[[], None] = lambda: None


class OpenFile:
    """A file that is open for reading, with the size and time it had when it was opened.

    A context manager. Raises SourceNotFound, SourceForbidden, InvalidSource for a folder, and
    SourceError for what else the system says.
    """

    __slots__ = ("_state", "descriptor", "is_regular", "path", "size")

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise source_error(error, path) from error
        found = os.fstat(self.descriptor)
        self.size = found.st_size
        self.is_regular = stat.S_ISREG(found.st_mode)
        self._state = (found.st_size, found.st_mtime_ns)
        if stat.S_ISDIR(found.st_mode):
            self.close()
            raise InvalidSource(f"{path} is a folder.", remedy="Add --recursive to send all in it.")

    @property
    def modified(self) -> float:
        """When it was last written to, in seconds since the epoch."""
        return self._state[1] / 1e9

    @property
    def has_a_size(self) -> bool:
        """Whether the size means anything: not for pipes, devices and the files of /proc."""
        return self.is_regular and (self.size > 0 or not self.head(1))

    def head(self, count: int = SNIFF_BYTES) -> bytes:
        """The first bytes."""
        try:
            return os.pread(self.descriptor, count, 0)
        except OSError as error:
            raise source_error(error, self.path) from error

    def stream(self) -> BinaryIO:
        """The file as a stream; the descriptor stays ours."""
        return os.fdopen(self.descriptor, "rb", closefd=False)

    def body(self, start: int = 0, length: int | None = None) -> "Watched":
        """`length` bytes from `start`, or all."""
        size = self.size if length is None else length
        inner = FileBody(self.descriptor, start, size, name=str(self.path))
        return Watched(inner, self.check)

    def check(self) -> None:
        """Raise SourceError if the file has changed since it was opened."""
        now = os.fstat(self.descriptor)
        if (now.st_size, now.st_mtime_ns) != self._state:
            raise SourceError(
                f"{self.path} changed while it was sent; nothing was published.",
                remedy="Send it again when nothing writes to it.",
            )

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class Watched:
    """A body of a file that looks before every piece, the last one too, whether the file changed.

    Then the request stays incomplete, and no server publishes an incomplete object.
    """

    __slots__ = ("_body", "_check")

    def __init__(self, body: FileBody, check: Callable[[], None]) -> None:
        self._body, self._check = body, check

    @property
    def size(self) -> int:
        """See Body."""
        return self._body.size

    @property
    def crc32(self) -> str:
        """See Body."""
        return self._body.crc32

    @property
    def md5(self) -> str:
        """See Body."""
        return self._body.md5

    @property
    def sha256(self) -> str:
        """See Body."""
        return self._body.sha256

    def pieces(self) -> Iterator[Piece]:
        """See Body."""
        for piece in self._body.pieces():
            self._check()
            yield piece

    def spans(self) -> Iterator[Piece | Span]:
        """See FileBody."""
        for span in self._body.spans():
            self._check()
            yield span


def source_error(error: OSError, path: Path) -> SourceError:
    """What the system says about a file that is to be sent, in our words."""
    said = f"{path} cannot be read: {error.strerror or error}."
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return SourceNotFound(said)
    if isinstance(error, PermissionError):
        return SourceForbidden(said, remedy="Check who may read it.")
    return SourceError(said)
