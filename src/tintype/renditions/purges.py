"""News of purges: how a process learns that another has removed renditions that it remembers."""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tintype.blob import Blob
from tintype.errors import StoreError
from tintype.stores import Store

log = logging.getLogger(__name__)
_KEY = "purged"


class Mark(Protocol):
    """A text that changes with every purge, seen by all processes.

    `pause` is the time between two looks at it, in seconds. A `near` one is read in microseconds.
    """

    pause: float
    near: bool

    async def read(self) -> str:
        """The text now; empty where there was no purge, or where it cannot be had."""
        ...

    async def change(self) -> None:
        """Write another text; raises a StoreError if that cannot be."""
        ...


class FileMark:
    """The time of a file."""

    pause = 0.25
    near = True

    def __init__(self, file: Path) -> None:
        self._file = file

    async def read(self) -> str:
        """Mark.read."""
        try:
            return str(self._file.stat().st_mtime_ns)
        except OSError:
            return ""

    async def change(self) -> None:
        """Mark.change."""
        now = time.time_ns()
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()
            os.utime(self._file, ns=(now, now))
        except OSError as error:
            raise StoreError(f"The purge could not be announced: {error}.") from error


class StoreMark:
    """An object with a random content."""

    pause = 5.0
    near = False

    def __init__(self, store: Store) -> None:
        self._store = store

    async def read(self) -> str:
        """Mark.read."""
        try:
            stat = await self._store.stat(_KEY)
        except StoreError:
            return ""
        return stat.etag if stat else ""

    async def change(self) -> None:
        """Mark.change."""
        await self._store.put(_KEY, Blob.from_bytes(secrets.token_hex(16).encode()))


class Purges:
    """Looks at the mark now and then, and calls all `listeners` when it has changed.

    What is made from an original is kept only if no purge came since the original was loaded:
    compare `begun()` with `look()` after it was kept.
    """

    def __init__(self, mark: Mark) -> None:
        self.count = 0  # of purges noticed
        self.listeners: list[Callable[[], None]] = []
        self._mark = mark
        self._seen: str | None = None
        self._next_look = 0.0
        self._looking: asyncio.Task[object] | None = None

    def glance(self) -> None:
        """Look, in the background, if the last look was some time ago. Costs next to nothing."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + self._mark.pause
            self._looking = asyncio.create_task(self.look())

    async def begun(self) -> int:
        """`count` for work that begins now. Perhaps too low, which costs a second making."""
        return await self.look() if self._seen is None or self._mark.near else self.count

    async def look(self) -> int:
        """Look now; `count`, which is another number when there was a purge."""
        text = await self._mark.read()
        if self._seen is not None and text != self._seen:
            self._noticed()
        self._seen = text
        return self.count

    async def announce(self) -> None:
        """Tell all processes, this one included. Raises a StoreError when that cannot be."""
        await self._mark.change()
        self._noticed()
        self._seen = await self._mark.read()

    def _noticed(self) -> None:
        self.count += 1
        for listener in self.listeners:
            listener()
