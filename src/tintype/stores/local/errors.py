"""What the file system says, in our words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tintype.errors import (
    InvalidSource,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    SourceUnavailable,
    StoreDenied,
    StoreError,
    StoreFull,
    StoreUnavailable,
)

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP}
_MAY_PASS = {
    errno.EIO,
    errno.EAGAIN,
    errno.EINTR,
    errno.EBUSY,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.ENOENT,  # folders come and go beneath us; whoever knows better says so before
}


@contextmanager
def translated(what: str, root: Path) -> Iterator[None]:
    """Raise a StoreError in place of any OSError. `what` goes on "The folder could not …"."""
    try:
        yield
    except OSError as error:
        raise store_error(error, what, root) from error


def store_error(error: OSError, what: str, root: Path) -> StoreError:
    """The StoreError for an error of the file system that holds the store."""
    said = f"The folder {root} could not {what}: {error.strerror or error}."
    if error.errno in _FULL:
        return StoreFull(said, remedy="Make room, raise the quota or choose another folder.")
    if error.errno in _DENIED:
        return StoreDenied(said, remedy="Check who owns the folder and how it is mounted.")
    if error.errno == errno.ENAMETOOLONG:
        return StoreError(said, remedy="Choose a shorter name, or a folder with a shorter path.")
    if error.errno in _MAY_PASS:
        return StoreUnavailable(said)
    return StoreError(said)


@contextmanager
def source_translated(path: object) -> Iterator[None]:
    """Raise an error of ours in place of any of reading what is to be kept."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a stream that is closed
        raise source_error(error, path) from error


def source_error(error: Exception, path: object) -> SourceError | InvalidSource:
    """The error for an error of reading `path`."""
    said = f"{path} could not be read: {getattr(error, 'strerror', None) or error}."
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return SourceNotFound(said)
    if isinstance(error, IsADirectoryError):
        return InvalidSource(f"{path} is a folder.", remedy="Name the files in it.")
    if isinstance(error, PermissionError):
        return SourceForbidden(said, remedy="Check who may read it.")
    return SourceUnavailable(said)
