"""Pacing: calls of a provider at its rate, over all processes that share a catalog."""

import asyncio
from collections.abc import Awaitable, Callable

from tintype.catalog import Catalog, rates


class CatalogPace:
    """Books calls in the catalog, and waits for their turn. The tables are looked at once."""

    def __init__(
        self,
        catalog: Catalog,
        provider: str,
        rate: float,
        burst: int,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._catalog, self._provider = catalog, provider
        self._rate, self._burst, self._sleep = rate, burst, sleep
        self._is_prepared = False

    async def turn(self) -> None:
        """Wait until a call may be made, and book it. Raises CatalogError."""
        if not self._is_prepared:
            await asyncio.to_thread(self._catalog.prepare)
            self._is_prepared = True
        wait = await self._catalog.run(
            lambda session: rates.book(session, self._provider, rate=self._rate, burst=self._burst)
        )
        if wait > 0:
            await self._sleep(wait)

    async def hold(self, seconds: float) -> None:
        """Let none through for a while, in no process."""
        await self._catalog.run(
            lambda session: rates.hold(
                session, self._provider, seconds, rate=self._rate, burst=self._burst
            )
        )

    async def close(self) -> None:
        """Close the catalog, which is this pace's own."""
        await asyncio.to_thread(self._catalog.close)
