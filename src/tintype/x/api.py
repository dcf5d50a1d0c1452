"""X's API v2: signed GETs that obey what X says of its rates, tried again after what may pass.

Every answer has `x-rate-limit-limit`, `-remaining` and `-reset` (unix time). Where none is left,
the next call waits until the window is over; so does one that is answered with 429.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tintype.errors import ProviderThrottled, ProviderUnavailable
from tintype.oauth1 import Signing
from tintype.providers.calls import Answer, Caller, Message
from tintype.x.failures import check

TRIES = 5
BACKOFF, GROWTH = 1.5, 2.0
LONGEST_WAIT = 16 * 60.0  # seconds; X's windows are a quarter of an hour, a month's cap is longer
Query = Sequence[tuple[str, str]]
_NAMES = ("limit", "remaining", "reset")


@dataclass(frozen=True, slots=True)
class Rate:
    """What X says of the calls of one kind: how many, how many are left, until when."""

    limit: int
    left: int
    reset: int  # unix time

    def __str__(self) -> str:
        until = datetime.fromtimestamp(self.reset, UTC)
        return f"{self.left:,} of {self.limit:,} calls left until {until:%H:%M:%S} UTC"


def rate_of(answer: Answer) -> Rate | None:
    """What an answer says of its rate, or None."""
    found = [answer.headers.get(f"x-rate-limit-{name}", "") for name in _NAMES]
    if not all(re.fullmatch(r"\d{1,11}", each) for each in found):
        return None
    limit, left, reset = map(int, found)
    return Rate(limit, left, reset)


class XApi:
    """Calls X at one address. `on_wait` is told seconds and why, before a wait for X's sake."""

    def __init__(
        self,
        caller: Caller,
        api: str,
        signing: Signing,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        on_wait: Callable[[float, str], None] = lambda _, __: None,
    ) -> None:
        self._caller, self._api, self._signing = caller, api, signing
        self._sleep, self._clock = sleep, clock
        self.on_wait = on_wait
        self.rate: Rate | None = None  # of the last call
        self._rates: dict[str, Rate] = {}

    async def get(self, path: str, query: Query = (), *, kind: str = "") -> dict[str, Any]:
        """The answer to a GET: an object with data, perhaps with errors beside it.

        `kind`: calls of one kind share a rate. Raises ProviderThrottled where waiting a quarter of
        an hour does not help, ProviderUnavailable, NotConnected, ProviderNotFound and
        ProviderRefused.
        """
        kind = kind or path
        tries = 0
        while True:
            await self._wait_for_window(kind)
            try:
                return await self._once(path, query, kind)
            except ProviderUnavailable as error:
                tries += 1
                if tries >= TRIES or (isinstance(error, ProviderThrottled) and not self._passes()):
                    raise
                if not isinstance(error, ProviderThrottled):
                    await self._sleep(BACKOFF * GROWTH ** (tries - 1))

    async def close(self) -> None:
        """Let go of connections."""
        await self._caller.close()

    async def _once(self, path: str, query: Query, kind: str) -> dict[str, Any]:
        message = Message(method="GET", url=f"{self._api}{path}", query=query)
        answer = await self._caller.send(message, self._signing)
        self.rate = rate_of(answer)
        if self.rate and answer.status == 429:
            self.rate = Rate(self.rate.limit, 0, self.rate.reset)
        if self.rate:
            self._rates[kind] = self.rate
        check(answer)
        try:
            said = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise ProviderUnavailable("X's answer breaks off, or is no JSON.", remedy="Try again.")
        return said

    def _passes(self) -> bool:
        """Whether "too many" ends with the window."""
        return self.rate is not None and self._until(self.rate) <= LONGEST_WAIT

    async def _wait_for_window(self, kind: str) -> None:
        rate = self._rates.get(kind)
        if rate is None or rate.left:
            return
        wait = self._until(rate)
        if not 0 < wait <= LONGEST_WAIT:
            return
        self.on_wait(wait, str(rate))
        await self._sleep(wait)
        del self._rates[kind]

    def _until(self, rate: Rate) -> float:
        """Seconds until a window is over, by our clock, and a second for its rounding."""
        return rate.reset - self._clock() + 1


def warnings(said: dict[str, Any]) -> list[str]:
    """What an answer with data says that it leaves out."""
    found = said.get("errors")
    rows = found if isinstance(found, list) else []
    words = (str(e.get("detail") or e.get("title") or "") for e in rows if isinstance(e, dict))
    return [re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]", " ", each)[:300] for each in words if each]
