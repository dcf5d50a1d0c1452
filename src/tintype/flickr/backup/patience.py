"""Patience with servers that fail again and again: pauses, longer each time, and an end to it."""

import asyncio
from collections.abc import Callable

from tintype.errors import ProviderUnavailable
from tintype.providers.pace import Sleep

IN_A_ROW = 4  # failures, each after several tries, that are not about one photo
FIRST, LONGEST = 60.0, 900.0  # seconds
PAUSES = 8  # without anything that works between them: an hour and a quarter


class Patience:
    """Of one kind of server. `tell` is given a sentence for each pause."""

    def __init__(self, who: str, sleep: Sleep, tell: Callable[[str], None]) -> None:
        self._who, self._sleep, self._tell = who, sleep, tell
        self._failures = self._pauses = 0
        self._open = asyncio.Event()
        self._open.set()

    async def turn(self) -> None:
        """Wait while there is a pause."""
        await self._open.wait()

    def good(self) -> None:
        """Something worked."""
        self._failures = self._pauses = 0

    async def bad(self, reason: str) -> None:
        """Something failed that may pass. Raises ProviderUnavailable when it has not for long."""
        self._failures += 1
        if self._failures < IN_A_ROW or not self._open.is_set():
            return
        if self._pauses >= PAUSES:
            raise ProviderUnavailable(
                f"{self._who} fails all the time: {reason}",
                remedy="Run the same command again later: it goes on where it stands.",
            )
        pause = min(FIRST * 2**self._pauses, LONGEST)
        self._pauses, self._failures = self._pauses + 1, 0
        self._tell(f"{self._who} fails again and again: a pause of {pause:g} seconds.")
        self._open.clear()
        try:
            await self._sleep(pause)
        finally:
            self._open.set()
