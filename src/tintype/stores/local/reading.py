"""Reading an object of a folder: its bytes, and the attributes of those very bytes."""

import errno
import os
import stat
import weakref
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tintype.blob import Blob
from tintype.errors import KeyNotFound, StoreUnavailable
from tintype.formats import SNIFF_BYTES, guess_media_type
from tintype.stores import NO_ATTRIBUTES, Attributes, Stat
from tintype.stores.local import files, sidecars
from tintype.stores.local.errors import translated
from tintype.stores.local.names import key_to_path

_ATTEMPTS = 100
_DESCRIPTORS = Path("/proc/self/fd")  # Linux: each reader gets a position of its own
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # never waits for a pipe
_NOTHING_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO}  # ELOOP: a symbolic link


@dataclass(frozen=True, slots=True)
class Opened:
    """An object open for reading. `close` it."""

    fd: int
    stat: Stat
    root: Path

    def read(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset`. Raises StoreUnavailable if the file has become shorter."""
        with translated(f"read {self.stat.key!r}", self.root):
            content = os.pread(self.fd, count, offset)
            while len(content) < count:
                more = os.pread(self.fd, count - len(content), offset + len(content))
                if not more:
                    raise StoreUnavailable(f"{self.stat.key!r} was cut short while it was read.")
                content += more
        return content

    def close(self) -> None:
        """Give the file back."""
        os.close(self.fd)


def open_object(root: Path, key: str) -> Opened:
    """Open the object under a checked key. Raises KeyNotFound."""
    path = root / key_to_path(key)
    with translated(f"read {key!r}", root):
        files.refuse_links(path.parent, root)
        for _ in range(_ATTEMPTS):
            if (opened := _try_open(root, key, path)) is not None:
                return opened
    raise StoreUnavailable(f"{key!r} is replaced faster than it can be read.")


def lend(root: Path, key: str) -> Blob | None:
    """See `LendsFiles.lend`."""
    if not _DESCRIPTORS.is_dir():
        return None
    opened = open_object(root, key)
    try:
        with translated(f"read {key!r}", root):
            blob = Blob.from_path(_DESCRIPTORS / str(opened.fd))
    except BaseException:
        opened.close()
        raise
    weakref.finalize(blob, opened.close)
    return blob


def stat_of(key: str, facts: os.stat_result, attributes: Attributes = NO_ATTRIBUTES) -> Stat:
    """The facts of an object. The etag changes with every writing: time, size and inode."""
    return Stat(
        key=key,
        size=facts.st_size,
        etag=f"{facts.st_mtime_ns:x}-{facts.st_size:x}-{facts.st_ino:x}",
        modified=modified(facts),
        attributes=attributes,
    )


def modified(facts: os.stat_result) -> datetime:
    """When a file was modified."""
    return datetime.fromtimestamp(facts.st_mtime_ns / 1e9, UTC)


def complete(attributes: Attributes, key: str, head: bytes) -> Attributes:
    """The attributes with a content type guessed from bytes and name, unless one was given."""
    if attributes.content_type:
        return attributes
    return replace(attributes, content_type=guess_media_type(key.rpartition("/")[2], head))


def lstat(path: Path) -> os.stat_result | None:
    """The facts of what lies at a path, or None."""
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _try_open(root: Path, key: str, path: Path) -> Opened | None:
    """Open an object and find its attributes; None if it was replaced between the two."""
    fd = _open(key, path)
    try:
        facts = _check_file(key, os.fstat(fd))
        given = sidecars.read(root, key, facts)
        # No attributes: none were given, or they went when other bytes came after our opening.
        if given is None and not _is_file(path, facts):
            os.close(fd)
            return None
        attributes = complete(given or NO_ATTRIBUTES, key, os.pread(fd, SNIFF_BYTES, 0))
        return Opened(fd, stat_of(key, facts, attributes), root)
    except BaseException:
        os.close(fd)
        raise


def _open(key: str, path: Path) -> int:
    try:
        return os.open(path, _FLAGS)
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            raise _not_found(key) from None
        raise


def _check_file(key: str, facts: os.stat_result) -> os.stat_result:
    if not stat.S_ISREG(facts.st_mode):
        raise _not_found(key)
    return facts


def _is_file(path: Path, facts: os.stat_result) -> bool:
    now = lstat(path)
    return now is not None and sidecars.version(now) == sidecars.version(facts)


def _not_found(key: str) -> KeyNotFound:
    return KeyNotFound(f"There is nothing under {key!r}.")
