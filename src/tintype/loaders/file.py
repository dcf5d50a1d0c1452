"""Files where they lie, and standard input."""

import asyncio
import errno
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar

from tintype.blob import READ_SIZE, Blob, SpoolLimits, spool
from tintype.detached import run_detached
from tintype.errors import InvalidSource, SourceError, SourceForbidden, SourceNotFound
from tintype.source import Source


class FileLoader:
    """Loads `file:` sources without copying them, and `-` by spooling it.

    `max_bytes` is the limit for both; `folder` takes what of standard input is too large for
    memory. With `root` only files below it are loaded, relative names start there, and a symbolic
    link that leads out is refused. `stdin` is a file descriptor.
    """

    schemes: ClassVar[frozenset[str]] = frozenset({"file", "stdin"})

    def __init__(
        self,
        max_bytes: int,
        folder: Path | None = None,
        *,
        root: Path | None = None,
        stdin: int = 0,
    ) -> None:
        self._limits = SpoolLimits(max_bytes, folder=folder)
        self._root = Path(os.path.realpath(root)) if root else None
        self._stdin = stdin

    async def load(self, source: Source) -> Blob:
        """The file as a blob that refers to it, or all of standard input.

        Raises SourceNotFound, SourceForbidden, InvalidSource for what is no file (a folder, a pipe,
        a device), TooLarge, and SourceError for an empty one.
        """
        if source.scheme == "stdin":
            return await self._load_stdin()
        return await asyncio.to_thread(self._load_file, source.locator)

    def _load_file(self, locator: str) -> Blob:
        try:
            path = self._path(locator)
            facts = path.stat()
            if not stat.S_ISREG(facts.st_mode):  # before opening: a pipe would block
                raise InvalidSource(f"{path} is {_kind(facts.st_mode)}.", remedy="Give a file.")
            self._limits.check(facts.st_size)
            return _not_empty(Blob.from_path(path), str(path))
        except (OSError, ValueError) as error:
            raise translated(error, locator) from error

    def _path(self, locator: str) -> Path:
        if self._root is None:
            return Path(locator)
        path = Path(os.path.realpath(self._root / locator))
        if not path.is_relative_to(self._root):
            raise SourceForbidden(
                f"{locator} is not in the folder that files are served from.",
                remedy="Give a name below that folder.",
            )
        return path

    async def _load_stdin(self) -> Blob:
        try:
            blob = await spool(self._read_stdin(), self._limits)
        except OSError as error:
            raise translated(error, "standard input") from error
        return _not_empty(blob, "Standard input")

    async def _read_stdin(self) -> AsyncIterator[bytes]:
        # The descriptor, not sys.stdin: a thread that is stuck in a read of that breaks the exit.
        while chunk := await run_detached(lambda: os.read(self._stdin, READ_SIZE)):
            yield chunk


def translated(error: OSError | ValueError, name: str) -> SourceError | InvalidSource:
    """What the operating system says about a file, in our words."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return SourceNotFound(f"There is no file {name}.")
        case PermissionError():
            return SourceForbidden(
                f"{name} may not be read.", remedy="Check the owner and mode of it and its folders."
            )
        case OSError(errno=errno.ENAMETOOLONG | errno.ELOOP | errno.EISDIR):
            return InvalidSource(f"{name[:100]} is not a file: {error.strerror}.")
        case OSError():
            return SourceError(f"{name} cannot be read: {error.strerror}.")
        case _:
            return InvalidSource(f"{name[:100]!r} cannot be the name of a file.")


def _not_empty(blob: Blob, name: str) -> Blob:
    if blob.size == 0:
        raise SourceError(f"{name} is empty: 0 bytes.")
    return blob


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
