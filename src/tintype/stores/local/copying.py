"""Bytes from a file, a stream or memory into an open file, by the cheapest way the system has."""

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from tintype.errors import SourceError
from tintype.stores.local.errors import source_translated

READ_SIZE = 1 << 20
_RANGE_SIZE = 8 << 20
_FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file (btrfs, XFS)
_NOT_HERE = {
    errno.EXDEV,
    errno.EINVAL,
    errno.ENOSYS,
    errno.EOPNOTSUPP,
    errno.ENOTTY,
    errno.EPERM,
    errno.EBADF,
    errno.ETXTBSY,
}

OnStep = Callable[[int], None]


def write_all(target: int, content: bytes, on_step: OnStep = lambda _: None) -> None:
    """Write bytes from memory."""
    view = memoryview(content)
    while view:
        written = os.write(target, view[:_RANGE_SIZE])
        on_step(written)
        view = view[written:]


def copy_stream(stream: BinaryIO, target: int, on_step: OnStep) -> None:
    """Copy a stream from where it stands to its end. SourceError when it fails."""
    while chunk := _read(stream):
        write_all(target, chunk, on_step)


def _read(stream: BinaryIO) -> bytes:
    with source_translated(getattr(stream, "name", "The stream")):
        return stream.read(READ_SIZE)


def copy_file(path: Path, target: int, on_step: OnStep, size: int | None = None) -> None:
    """Copy a file, whole and as it was at one time.

    Raises SourceError when it changes meanwhile or has not `size` bytes, and when it
    cannot be read. What has no size of its own (a pipe) is copied as a stream.
    """
    with source_translated(path):
        source = path.open("rb", buffering=0)
    with source:
        before = os.fstat(source.fileno())
        if not stat.S_ISREG(before.st_mode) or not before.st_size:  # 0 is what /proc says of all
            copy_stream(source, target, on_step)
            return
        copied = _copy_blocks(source.fileno(), target, before.st_size, on_step)
        after = os.fstat(source.fileno())
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or copied != before.st_size or size not in (None, copied):
        raise SourceError(
            f"{path} changed while it was read; nothing was kept.",
            remedy="Try again when nothing writes to it.",
        )


def _copy_blocks(source: int, target: int, size: int, on_step: OnStep) -> int:
    """Copy `size` bytes, or as many as there are; how many."""
    if size and _clone(source, target):
        on_step(size)
        return size
    copied = _copy_in_kernel(source, target, size, on_step)
    os.lseek(target, copied, os.SEEK_SET)
    while copied < size and (chunk := _read_at(source, min(READ_SIZE, size - copied), copied)):
        write_all(target, chunk, on_step)
        copied += len(chunk)
    return copied


def _clone(source: int, target: int) -> bool:
    """Let both files share their blocks, where the file system can."""
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError as error:
        if error.errno in _NOT_HERE:
            return False
        raise
    return True


def _copy_in_kernel(source: int, target: int, size: int, on_step: OnStep) -> int:
    """Copy without passing the bytes through this process; how many, 0 where that cannot be."""
    copied = 0
    while copied < size:
        try:
            count = os.copy_file_range(
                source, target, min(_RANGE_SIZE, size - copied), copied, copied
            )
        except OSError as error:
            if error.errno in _NOT_HERE:
                return copied
            raise
        if not count:  # some file systems say so at places that are not the end
            return copied
        on_step(count)
        copied += count
    return copied


def _read_at(source: int, count: int, offset: int) -> bytes:
    with source_translated("The source"):
        return os.pread(source, count, offset)
