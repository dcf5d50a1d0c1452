"""Holding: an upload is one request's at a time, and the newest request gets it.

A phone that loses its network leaves a request behind that hangs. The one with which it resumes
must not wait for that: whoever holds an upload is asked to let go, in this process by a call, in
others by a bell that they listen to while they hold it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tintype.blob import Blob
from tintype.errors import StoreError, UploadBusy
from tintype.locks import Locks
from tintype.stores import Store

PATIENCE = 30.0  # seconds for who holds an upload to let go; more than a dead process's lease


class Bell(Protocol):
    """How a process asks another to let go of an upload. `pause`: seconds between two looks."""

    pause: float

    async def ring(self, upload_id: str) -> None:
        """Ask; nothing happens where that cannot be."""
        ...

    async def heard(self, upload_id: str) -> str:
        """A text that changes with every ring."""
        ...


class FileBell:
    """The time of a file beside the upload."""

    pause = 0.2

    def __init__(self, root: Path, suffix: str) -> None:
        self._root, self._suffix = root, suffix

    async def ring(self, upload_id: str) -> None:
        """Bell.ring."""
        with suppress(OSError):
            self._path(upload_id).write_text(str(time.time_ns()))

    async def heard(self, upload_id: str) -> str:
        """Bell.heard."""
        try:
            return str(self._path(upload_id).stat().st_mtime_ns)
        except OSError:
            return ""

    def _path(self, upload_id: str) -> Path:
        return self._root / f"{upload_id}{self._suffix}"


class StoreBell:
    """An object beside the upload."""

    pause = 1.0

    def __init__(self, store: Store, suffix: str) -> None:
        self._store, self._suffix = store, suffix

    async def ring(self, upload_id: str) -> None:
        """Bell.ring."""
        with suppress(StoreError):
            text = str(time.time_ns()).encode()
            await self._store.put(upload_id + self._suffix, Blob.from_bytes(text))

    async def heard(self, upload_id: str) -> str:
        """Bell.heard."""
        try:
            stat = await self._store.stat(upload_id + self._suffix)
        except StoreError:
            return ""
        return stat.etag if stat else ""


@dataclass(slots=True)
class _Queue:
    """Who wants one upload in this process: its holder first."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    cuts: list[Callable[[], None]] = field(default_factory=list)


class Holding:
    """Holds uploads by locks that all processes see. One object for a place in each process."""

    def __init__(self, locks: Locks, bell: Bell, patience: float = PATIENCE) -> None:
        self.locks = locks
        self._bell, self._patience = bell, patience
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def hold(self, upload_id: str, cut: Callable[[], None]) -> AsyncIterator[None]:
        """See `UploadStore.hold`."""
        queue = self._queues.setdefault(upload_id, _Queue())
        for other in queue.cuts:
            other()
        queue.cuts.append(cut)
        try:
            await self._in_time(queue.lock.acquire())
            try:
                async with self._held_by_us(upload_id, cut):
                    yield
            finally:
                queue.lock.release()
        finally:
            queue.cuts.remove(cut)
            if not queue.cuts:
                del self._queues[upload_id]

    @asynccontextmanager
    async def _held_by_us(self, upload_id: str, cut: Callable[[], None]) -> AsyncIterator[None]:
        """Among the processes, once we are first in this one."""
        async with AsyncExitStack() as stack:
            async with _meanwhile(self._ask(upload_id)):
                await self._in_time(stack.enter_async_context(self.locks.hold(upload_id)))
            async with _meanwhile(self._listen(upload_id, cut)):
                yield

    async def _in_time(self, waiting: Awaitable[object]) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await waiting
        except TimeoutError:
            raise UploadBusy("Another request works on this upload and does not end.") from None

    async def _ask(self, upload_id: str) -> None:
        """Ring until it helps; not before it has turned out that somebody is there."""
        while True:
            await asyncio.sleep(self._bell.pause / 2)
            await self._bell.ring(upload_id)

    async def _listen(self, upload_id: str, cut: Callable[[], None]) -> None:
        await asyncio.sleep(self._bell.pause)
        first = await self._bell.heard(upload_id)
        while True:
            await asyncio.sleep(self._bell.pause)
            if await self._bell.heard(upload_id) != first:
                cut()
                return


@asynccontextmanager
async def _meanwhile(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Let some work run for a block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
