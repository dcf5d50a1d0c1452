"""Passwords are hashed in threads, two at once: each takes 64 MiB and a core for a moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tintype.credentials.passwords import hash_password, verify_password
from tintype.errors import Overloaded

AT_ONCE = 2
MOST_WAITING = 30  # some seconds of work; who comes then had better come later


class Hashing:
    """The functions of `credentials.passwords`, to be awaited.

    Overloaded when too many are waiting.
    """

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise Overloaded("Too many passwords are being checked.")
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()

    async def hash(self, password: str) -> str:
        """See `hash_password`."""
        async with self._turn():
            return await asyncio.to_thread(hash_password, password)

    async def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """See `verify_password`."""
        async with self._turn():
            return await asyncio.to_thread(verify_password, password, kept)
