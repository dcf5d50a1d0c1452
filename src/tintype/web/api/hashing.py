"""Passwords are hashed in threads, two at once: each takes 64 MiB and a core for a moment."""

import asyncio

from tintype.credentials.passwords import hash_password, verify_password

AT_ONCE = 2


class Hashing:
    """The functions of `credentials.passwords`, to be awaited."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """See `hash_password`."""
        async with self._turn:
            return await asyncio.to_thread(hash_password, password)

    async def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """See `verify_password`."""
        async with self._turn:
            return await asyncio.to_thread(verify_password, password, kept)
