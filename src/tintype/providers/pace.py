"""Pace: calls at even distances, kept across runs and between processes.

The generic cell rate algorithm (ITU-T I.371), as in the catalog: `burst` calls may come ahead of
their time. Here it is for who has no catalog: the moment until which calls are booked stands in a
file, which processes lock.
"""

import asyncio
import fcntl
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from tintype.errors import InvalidSettings

BURST = 60  # calls that may come at once
HOUR = 3_600.0

Sleep = Callable[[float], Awaitable[None]]


class Pace(Protocol):
    """Lets calls through at a rate."""

    async def turn(self) -> None:
        """Wait until a call may be made, and book it."""
        ...

    async def hold(self, seconds: float) -> None:
        """Let none through for a while: the provider has had enough."""
        ...

    async def close(self) -> None:
        """Let go of what is open."""
        ...


class NoPace:
    """Lets every call through: of a provider whose limits are not known."""

    async def turn(self) -> None:
        """Now."""

    async def hold(self, seconds: float) -> None:
        """Wait for oneself."""
        await asyncio.sleep(seconds)

    async def close(self) -> None:
        """There is nothing."""


def rate_of(calls_an_hour: int, burst: int = BURST) -> float:
    """Calls a second, so that no hour has more calls than allowed, the burst included."""
    return max(calls_an_hour - burst, 1) / HOUR


class FilePace:
    """A pace whose state is a file."""

    def __init__(
        self,
        path: Path,
        rate: float,
        burst: int = BURST,
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path, self._rate, self._burst = path, rate, burst
        self._sleep, self._clock = sleep, clock

    async def turn(self) -> None:
        """Wait until a call may be made, and book it. Raises InvalidSettings where the file cannot
        be written.
        """
        wait = await asyncio.to_thread(self._changed, self._booked)
        if wait > 0:
            await self._sleep(wait)

    async def hold(self, seconds: float) -> None:
        """Book as many calls as there is room for in that time."""
        await asyncio.to_thread(
            self._changed, lambda until, now: (self._held(until, now, seconds), 0)
        )

    async def close(self) -> None:
        """The file is open for moments only."""

    def _booked(self, until: float, now: float) -> tuple[float, float]:
        # A clock that was set back must not hold everything up until it comes round again.
        begin = max(min(until, now + HOUR), now)
        return begin + 1 / self._rate, begin - now - (self._burst - 1) / self._rate

    def _held(self, until: float, now: float, seconds: float) -> float:
        return max(until, now + seconds + (self._burst - 1) / self._rate)

    def _changed(self, change: Callable[[float, float], tuple[float, float]]) -> float:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+", encoding="ascii") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                until, wait = change(_number(file.read()), self._clock())
                file.truncate(0)
                file.write(f"{until:.3f}\n")
        except OSError as error:
            raise InvalidSettings(
                f"{self._path} cannot be written: {error.strerror}.",
                remedy="Set TINTYPE_DATA to a folder that may be written.",
            ) from error
        return wait


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
