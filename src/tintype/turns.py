"""Turns: who works on the same thing does so one after the other."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tintype.locks import Locks


class Turns:
    """Locks by name, in this process and between those that share `locks`. For one event loop."""

    def __init__(self, locks: Locks) -> None:
        self._locks = locks
        self._here: dict[str, asyncio.Lock] = {}
        self._wanted: Counter[str] = Counter()

    @asynccontextmanager
    async def take(self, name: str) -> AsyncIterator[None]:
        """Wait for one's turn, and have it for a block."""
        lock = self._here.setdefault(name, asyncio.Lock())
        self._wanted[name] += 1
        try:
            async with lock, self._locks.hold(name):
                yield
        finally:
            self._wanted[name] -= 1
            if not self._wanted[name]:
                del self._wanted[name], self._here[name]
