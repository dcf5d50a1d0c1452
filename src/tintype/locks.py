"""One at a time, for all processes that share a store: who makes a rendition, or takes in bytes of
an upload, holds its lock.

A lock is a courtesy, not a safeguard: where none can be had the work is done all the same, and at
worst twice.
"""

import asyncio
import errno
import fcntl
import hashlib
import logging
import os
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from tintype.blob import Blob
from tintype.errors import KeyExists, StoreError
from tintype.stores import Stat, Store

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = 0.005, 0.1  # seconds between two looks at a lock in a folder
LEASE = 15.0  # seconds after which a lock in a bucket that nobody renews is void
_VOID = timedelta(hours=1)  # more than clocks differ where S3 answers at all (15 minutes)
_TAKEN = {errno.EACCES, errno.EAGAIN}


class Locks(Protocol):
    """Locks by name. What a dead process held is free, at once or after a while."""

    def hold(self, name: str) -> AbstractAsyncContextManager[None]:
        """Wait until nobody else holds the lock, then hold it for a block."""
        ...

    def try_hold(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Hold the lock for a block if nobody else does; whether it is held."""
        ...

    def close(self) -> None:
        """Give back what is open; no lock is held any more."""
        ...


class NoLocks:
    """For a store that no other process can see."""

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:  # noqa: ARG002 - Locks
        """Locks.hold: nobody else is there."""
        yield

    @asynccontextmanager
    async def try_hold(self, name: str) -> AsyncIterator[bool]:  # noqa: ARG002 - Locks
        """Locks.try_hold: nobody else is there."""
        yield True

    def close(self) -> None:
        """Locks.close: nothing is open."""


class _Descriptor:
    """A file of locks as this process has it open, once: POSIX locks are a process's, whatever part
    of it took them, and end with the first descriptor that is closed.
    """

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.fd: int | None = None
        self.held: set[int] = set()
        self.users = 0


_DESCRIPTORS: dict[Path, _Descriptor] = {}


class FolderLocks:
    """Locks between who shares a folder, in this process and in others: of single bytes of one file
    (POSIX). The kernel drops them with the process, however that ends.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._shared = _DESCRIPTORS.setdefault(file.absolute(), _Descriptor())
        self._mine: set[int] = set()
        self._is_open = self._complained = False

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Locks.hold. Looks every 5 to 100 ms."""
        place, wait = _place(name), FIRST_WAIT
        while not self._taken(place):
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, LONGEST_WAIT)
        with self._released(place):
            yield

    @asynccontextmanager
    async def try_hold(self, name: str) -> AsyncIterator[bool]:
        """Locks.try_hold."""
        place = _place(name)
        if not self._taken(place):
            yield False
            return
        with self._released(place):
            yield True

    def close(self) -> None:
        """Locks.close. Frees all that are held."""
        for place in tuple(self._mine):
            self._free(place)
        with self._shared.guard:
            self._shared.users -= self._is_open
            self._is_open = False
            if not self._shared.users and self._shared.fd is not None:
                os.close(self._shared.fd)
                self._shared.fd = None

    def _taken(self, place: int) -> bool:
        """Take a lock; False if somebody else has it."""
        shared = self._shared
        with shared.guard:
            if place in shared.held:
                return False
            try:
                fcntl.lockf(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except OSError as error:
                if error.errno in _TAKEN:
                    return False
                self._complain(error)
            shared.held.add(place)
            self._mine.add(place)
        return True

    @contextmanager
    def _released(self, place: int) -> Iterator[None]:
        try:
            yield
        finally:
            self._free(place)

    def _free(self, place: int) -> None:
        shared = self._shared
        with shared.guard:
            if place not in self._mine:
                return
            self._mine.discard(place)
            shared.held.discard(place)
            if shared.fd is not None:
                with suppress(OSError):
                    fcntl.lockf(shared.fd, fcntl.LOCK_UN, 1, place)

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            log.warning("Work goes on without a lock in %s: %s", self._file, error)

    def _opened(self) -> int:
        """The file, opened again when somebody has removed it."""
        shared = self._shared
        if shared.fd is not None and not os.fstat(shared.fd).st_nlink:
            os.close(shared.fd)
            shared.fd = None
        if shared.fd is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            shared.fd = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not self._is_open:
            self._is_open, shared.users = True, shared.users + 1
        return shared.fd


class StoreLocks:
    """Locks between machines that share a bucket: objects, created only where there is none.

    The holder writes its object anew all the time. Whoever waits takes one that has not changed for
    `lease` seconds, by its own clock, for that of a dead process, and removes it.
    """

    def __init__(self, store: Store, lease: float = LEASE) -> None:
        self._store = store
        self._lease = lease

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Locks.hold. Looks every 100 ms to a second."""
        key = _key(name)
        taken = await self._wait(key)
        async with self._renewed(key) if taken else _nothing():
            yield

    @asynccontextmanager
    async def try_hold(self, name: str) -> AsyncIterator[bool]:
        """Locks.try_hold. Does not wait to see whether a lock is that of a dead process, but takes
        one that is an hour old for that.
        """
        key = _key(name)
        taken = await self._taken(key)
        if taken is False and await self._is_old(key):
            await self._delete(key)
            taken = await self._taken(key)
        async with self._renewed(key) if taken else _nothing():
            yield bool(taken)

    def close(self) -> None:
        """Locks.close: nothing is open; the store is its owner's."""

    async def _is_old(self, key: str) -> bool:
        stat = await self._stat(key)
        return stat is not None and datetime.now(UTC) - stat.modified > _VOID

    async def _wait(self, key: str) -> bool:
        """Until the lock is ours; False when there is no use in waiting."""
        seen, since, wait = "", time.monotonic(), 0.1
        while not (taken := await self._taken(key)):
            if taken is None:
                return False
            stat = await self._stat(key)
            if stat is None:
                continue
            if stat.etag != seen:
                seen, since = stat.etag, time.monotonic()
            elif time.monotonic() - since > self._lease:
                log.warning("The lock %s is of a process that has ended; it is removed.", key)
                await self._delete(key)
                continue
            await asyncio.sleep(wait)
            wait = min(wait * 1.5, 1.0)
        return True

    async def _taken(self, key: str) -> bool | None:
        """Take a lock; False if it is another's, None if the store gives no locks."""
        try:
            await self._store.put(key, _token(), overwrite=False)
        except KeyExists:
            return False
        except StoreError as error:
            log.warning("Work goes on without a lock: %s", error)
            return None
        return True

    @asynccontextmanager
    async def _renewed(self, key: str) -> AsyncIterator[None]:
        renewing = asyncio.create_task(self._renew(key))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            await asyncio.shield(asyncio.ensure_future(self._delete(key)))

    async def _renew(self, key: str) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            with suppress(StoreError):
                await self._store.put(key, _token())

    async def _stat(self, key: str) -> Stat | None:
        try:
            return await self._store.stat(key)
        except StoreError:
            return None

    async def _delete(self, key: str) -> None:
        try:
            await self._store.delete(key)
        except StoreError as error:
            log.warning("The lock %s could not be removed: %s", key, error)


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def _token() -> Blob:
    return Blob.from_bytes(secrets.token_hex(16).encode())


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _place(name: str) -> int:
    """The byte that stands for a name: 56 bits, which no two names share by chance."""
    return int(_digest(name)[:14], 16)


def _key(name: str) -> str:
    return f"locks/{_digest(name)[:40]}"
