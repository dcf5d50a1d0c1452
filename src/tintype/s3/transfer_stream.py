"""A stream of unknown length, cut into parts while it is read.

A reader thread fills one part while the ones before it are sent. Parts of up to 16 MiB are held in
memory, 20 MiB of them in all; larger ones, which come after 23 GiB, in temporary files without a
name, two at a time.
"""

import fcntl
import io
import mmap
import os
import queue
import select
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from tintype.errors import SourceError, StoreFull, TintypeError, TooLarge
from tintype.s3.body import Body, BytesBody, Checksums, FileBody, Piece
from tintype.s3.transfer_parts import MAX_PARTS, MIB, check_size, stream_part_size
from tintype.s3.transfer_source import Outgoing
from tintype.s3.transfer_threads import Stop, raise_if_stopped

BLOCK = MIB
MEMORY = 20 * MIB  # for all parts together; more than the largest of them
LARGEST_IN_MEMORY = 16 * MIB
PIPE_SIZE = MIB  # the most that Linux gives without privileges
_TICK = 0.2
_PATIENCE = 1.0  # seconds for a foreign stream to come back from a read
T = TypeVar("T")
Read = Callable[[memoryview], int]


class _Memory:
    """Room for one part, in blocks of memory that are used again and again."""

    def __init__(self, blocks: "_Supply[memoryview]") -> None:
        self._supply = blocks
        self._blocks: list[memoryview] = []

    def fill(self, read: Read, start: int, end: int) -> int:
        index, offset = divmod(start, BLOCK)
        if index == len(self._blocks):
            self._blocks.append(self._supply.take())
        return read(self._blocks[index][offset : min(BLOCK, offset + end - start)])

    def body(self, size: int) -> Body:
        return _Blocks(tuple(self._blocks), size)

    def release(self) -> None:
        while self._blocks:
            self._supply.give(self._blocks.pop())


@dataclass(frozen=True)
class _Blocks(Checksums):
    """The body of a part in memory."""

    blocks: tuple[memoryview, ...]
    size: int

    def pieces(self) -> Iterator[Piece]:
        """See Body."""
        left = self.size
        for block in self.blocks:
            yield from BytesBody(block[:left] if left < BLOCK else block).pieces()
            left -= BLOCK


class _File:
    """Room for one part in a file without a name."""

    def __init__(self, files: "_Supply[int]") -> None:
        self._supply = files
        self._descriptor = files.take()
        self._buffer = memoryview(bytearray(BLOCK))

    def fill(self, read: Read, start: int, end: int) -> int:
        count = read(self._buffer[: min(BLOCK, end - start)])
        done = 0
        while done < count:
            done += self._write(self._buffer[done:count], start + done)
        return count

    def _write(self, data: memoryview, start: int) -> int:
        try:
            return os.pwrite(self._descriptor, data, start)
        except OSError as error:
            raise StoreFull(
                f"The temporary folder cannot take a part of the stream: {error.strerror}.",
                remedy="Make room in it, or set TMPDIR to another folder.",
            ) from error

    def body(self, size: int) -> Body:
        return FileBody(self._descriptor, 0, size, name="A part of the stream")

    def release(self) -> None:
        self._supply.give(self._descriptor)


class _Supply(Generic[T]):
    """At most `count` things, made when they are needed; waits while all are taken."""

    def __init__(self, make: Callable[[], T], count: int, stop: Stop) -> None:
        self._make, self._left, self._stop = make, count, stop
        self._free: queue.SimpleQueue[T] = queue.SimpleQueue()

    def take(self) -> T:
        """One of them. Called from the reader's thread only."""
        if self._free.empty() and self._left:
            self._left -= 1
            return self._make()
        while True:
            raise_if_stopped(self._stop)
            with suppress(queue.Empty):
                return self._free.get(timeout=_TICK)

    def give(self, thing: T) -> None:
        """Give it back, from any thread."""
        self._free.put(thing)


def _block() -> memoryview:
    """Memory of its own, that goes back to the system with it."""
    return memoryview(mmap.mmap(-1, BLOCK))


class StreamParts:
    """Iterates over the parts of a stream as they are filled; an empty stream has none.

    Reading goes on in a thread of its own until `stop` is set. A stream that blocks for ever is
    left behind with its thread. Raises SourceError when reading fails and TooLarge beyond S3's
    limits.
    """

    def __init__(self, source: BinaryIO, first: int, stop: Stop) -> None:
        self._stop = stop
        self._first = first
        self._read = reader_of(source, stop)
        self._blocks = _Supply(_block, MEMORY // BLOCK, stop)
        self._files = _Supply(self._file, 2, stop)
        self._ready: queue.SimpleQueue[Outgoing | TintypeError | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Read no further. Waits for a read under way, unless it blocks."""
        self._stop.set()
        self._thread.join(_PATIENCE)

    def __iter__(self) -> Iterator[Outgoing]:
        while True:
            raise_if_stopped(self._stop)
            try:
                part = self._ready.get(timeout=_TICK)
            except queue.Empty:
                continue
            if part is None:
                return
            if isinstance(part, TintypeError):
                raise part
            yield part

    def _run(self) -> None:
        try:
            self._cut()
            self._ready.put(None)
        except TintypeError as error:
            self._ready.put(error)
        except Exception as error:  # whatever a foreign stream may raise
            failure = SourceError(f"The stream broke off: {error or type(error).__name__}.")
            failure.__cause__ = error
            self._ready.put(failure)

    def _cut(self) -> None:
        """A part is passed on when it is known whether another follows."""
        number, total, held = 0, 0, None
        while True:
            number += 1
            size = stream_part_size(number, self._first)
            room = self._room(size)
            filled = room.fill(self._read, 0, size)
            if held:
                self._pass_on(*held, last=not filled)
            if not filled:
                room.release()
                return
            _check_number(number)
            while filled < size and (count := room.fill(self._read, filled, size)):
                filled += count
            total += filled
            check_size(total)
            held = (number, room, filled)
            if filled < size:
                self._pass_on(*held, last=True)
                return

    def _file(self) -> int:
        """A file without a name, closed when nobody holds the parts any more."""
        try:
            descriptor, name = tempfile.mkstemp(prefix="tintype-")
            Path(name).unlink()
        except OSError as error:
            raise StoreFull(
                f"The temporary folder cannot take a part of the stream: {error.strerror}."
            ) from error
        weakref.finalize(self, os.close, descriptor)
        return descriptor

    def _room(self, size: int) -> _Memory | _File:
        return _Memory(self._blocks) if size <= LARGEST_IN_MEMORY else _File(self._files)

    def _pass_on(self, number: int, room: _Memory | _File, size: int, *, last: bool) -> None:
        self._ready.put(Outgoing(number, room.body(size), last, room.release))


def _check_number(number: int) -> None:
    if number > MAX_PARTS:
        raise TooLarge(
            f"The stream has more than {MAX_PARTS:,} parts.",
            remedy="Raise TINTYPE_S3_PART_SIZE to 8M or more.",
        )


def reader_of(source: BinaryIO, stop: Stop) -> Read:
    """A function that reads some bytes into a view: 0 at the end, Interrupted when stopped.

    Only pipes, files and terminals can be waited for with an eye on `stop`: other streams may
    hold bytes that their descriptor knows nothing of.
    """
    into = getattr(source, "readinto1", None) or getattr(source, "readinto", None)
    descriptor = _descriptor(source)
    if descriptor is not None:
        _widen(descriptor)

    def read(view: memoryview) -> int:
        while True:
            _wait(descriptor, stop)
            count = into(view) if into else _copy(source, view)
            if count is not None:  # None: nothing there yet, of a stream that does not block
                return int(count)
            time.sleep(0.01)

    return read


def _copy(source: BinaryIO, view: memoryview) -> int | None:
    data = source.read(min(len(view), MIB))
    if data is None:
        return None
    view[: len(data)] = data
    return len(data)


def _descriptor(source: BinaryIO) -> int | None:
    raw = getattr(source, "raw", source)
    return raw.fileno() if isinstance(raw, io.FileIO) else None


def _widen(descriptor: int) -> None:
    """Let a pipe hold more, so that both sides are woken less often."""
    with suppress(OSError, AttributeError):  # not a pipe, or not Linux
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


def _wait(descriptor: int | None, stop: Stop) -> None:
    """Until something can be read. What a buffered reader still holds comes with it."""
    raise_if_stopped(stop)
    if descriptor is None:
        return
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while not poll.poll(_TICK * 1000):
        raise_if_stopped(stop)
