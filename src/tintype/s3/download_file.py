"""The file that a download fills, beside the target, and its journal for another run."""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tintype.errors import Interrupted, InvalidRequest, StoreError, StoreFull, StoreUnavailable
from tintype.s3.download_sync import STEP, WriteBack
from tintype.stores import Stat

_ROW = re.compile(r"\d+ \d+")


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of an object: its number from 1, its first byte and its length."""

    number: int
    start: int
    length: int


class Incoming:
    """A context manager; without `publish` nothing is left of it, unless it may be resumed.

    `done`: CRC-32 by number of the ranges that an earlier run has brought here.
    """

    def __init__(self, path: Path, stat: Stat, length: int, *, resume: bool) -> None:
        self.path, self.stat, self.resume = path, stat, resume
        if path.is_dir():
            raise InvalidRequest(f"{path} is a folder.", remedy="Name a file in it.")
        name = _stable_name(path) if resume else secrets.token_hex(8)
        self._file = path.with_name(f".tintype-{name}.part")
        self._journal = path.with_name(f".tintype-{name}.journal")
        self._title = f"{stat.etag} {stat.size} {length}"
        self.done: dict[int, int] = {}
        self._descriptor = -1
        self._log = -1
        self._write_back: WriteBack | None = None

    def __enter__(self) -> Self:
        with self._translated():
            if self.resume:
                self._open_journal()
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self._file, flags | (0 if self.done else os.O_TRUNC), 0o666)
        if self.stat.size > STEP:
            self._write_back = WriteBack(self._descriptor)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._write_back:
            with suppress(OSError):  # if there is one, it was raised before
                self._write_back.finish()
        for descriptor in (self._descriptor, self._log):
            if descriptor >= 0:
                os.close(descriptor)
        kept = self.resume and isinstance(error, StoreUnavailable | Interrupted)
        if not kept:
            self.forget()

    def write(self, chunk: bytes, position: int) -> None:
        """Put bytes in their place. StoreFull when the disk has no room for them."""
        with self._translated():
            view = memoryview(chunk)
            while view:
                count = os.pwrite(self._descriptor, view, position)
                view, position = view[count:], position + count
            if self._write_back:
                self._write_back.add(len(chunk))

    def settle(self, number: int, crc: int) -> None:
        """Remember that a range is complete."""
        if self._log >= 0:
            with self._translated():
                os.write(self._log, f"{number} {crc}\n".encode())

    def forget(self) -> None:
        """Leave nothing for another run."""
        for leftover in (self._file, self._journal):
            with suppress(OSError):
                leftover.unlink()

    def publish(self) -> None:
        """Make the file durable and give it the target's name. StoreUnavailable if bytes lack."""
        with self._translated():
            size = os.fstat(self._descriptor).st_size
            if size != self.stat.size:
                raise StoreUnavailable(
                    f"{self.stat.size - size:,} bytes of {self.path} are missing."
                )
            if self._write_back:
                self._write_back.finish()
            os.fsync(self._descriptor)
            self._file.replace(self.path)
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _open_journal(self) -> None:
        self.done = self._read_journal()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._log = os.open(self._journal, flags | (0 if self.done else os.O_TRUNC), 0o666)
        if not self.done:
            os.write(self._log, f"{self._title}\n".encode())

    def _read_journal(self) -> dict[int, int]:
        """The ranges of an earlier run of the same object. A kill may have cut the last line."""
        try:
            lines = self._journal.read_text("ascii").split("\n")
        except (OSError, UnicodeDecodeError):
            return {}
        if lines[0] != self._title or not self._file.exists():
            return {}
        rows = (line.split() for line in lines[1:-1] if _ROW.fullmatch(line))
        return {int(row[0]): int(row[1]) for row in rows}

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            said = f"{self.path} cannot be written: {error.strerror or error}."
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise StoreFull(said, remedy="Make room, or choose another folder.") from error
            raise StoreError(said) from error


def _stable_name(path: Path) -> str:
    """Of one length, since the target's own name may be as long as a name can be."""
    return hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]
