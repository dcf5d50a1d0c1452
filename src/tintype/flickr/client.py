"""Flickr's API: a call is a method and arguments; what comes back is its JSON, or an error of ours.

Calls that only read are tried again after what may pass, each time signed anew and at the pace that
Flickr allows. `signing` with a token calls as its user; without one only the key is sent, unsigned,
and what comes is what everybody sees.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any

from tintype.errors import ProviderThrottled, ProviderUnavailable
from tintype.flickr.failures import of_fail, of_status
from tintype.oauth1 import Signed, Signing
from tintype.providers.calls import Answer, Caller, Message
from tintype.providers.pace import Pace, Sleep

_log = logging.getLogger("tintype.flickr")
TRIES = 6
BACKOFF, GROWTH, MOST_BACKOFF, JITTER = 1.5, 1.5, 10.0, 0.3
ENOUGH = 30.0  # seconds without calls after a 429
WRAPPER = b"jsonFlickrApi("


class Flickr:
    """Calls Flickr's API at one address. `sleep` waits between two tries. `told` hears how many
    calls were made, at each.
    """

    def __init__(
        self,
        caller: Caller,
        api: str,
        signing: Signing,
        pace: Pace,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._caller, self._api, self._signing = caller, api, signing
        self._pace, self._sleep = pace, sleep
        self.calls = 0  # that were made, the repeated ones included
        self.told: Callable[[int], None] = lambda _: None

    @property
    def is_signed(self) -> bool:
        """Whether calls are made as a user."""
        return self._signing.token is not None

    async def call(self, method: str, **arguments: str | int) -> dict[str, Any]:
        """Call a method that reads, and again after what may pass.

        Raises ProviderUnavailable when that does not help, NotConnected for a token that is not
        good or lacks the permission, ProviderNotFound, and ProviderRefused for all else.
        """
        tries = 0
        while True:
            await self._pace.turn()
            try:
                return await self.call_once(method, **arguments)
            except ProviderUnavailable as error:
                tries += 1
                if tries >= TRIES:
                    raise
                if isinstance(error, ProviderThrottled):
                    _log.warning("Flickr is asked too much: a pause of %d seconds.", ENOUGH)
                    await self._pace.hold(ENOUGH)
            await self._sleep(backoff(tries))

    async def call_once(self, method: str, **arguments: str | int) -> dict[str, Any]:
        """Call a method once."""
        self.calls += 1
        self.told(self.calls)
        query = [("method", method), *((name, str(value)) for name, value in arguments.items())]
        query += [("format", "json"), ("nojsoncallback", "1")]
        signing = self._signing if self.is_signed else None
        if signing is None:
            query.append(("api_key", self._signing.consumer.key))
        seen: list[Signed] = []
        message = Message(method="GET", url=self._api, query=query)
        answer = await self._caller.send(message, signing, seen=seen.append)
        if error := of_status(answer, seen[-1].base_string if seen else ""):
            raise error
        return _read(answer, method)

    async def close(self) -> None:
        """Let go of connections."""
        await self._caller.close()
        await self._pace.close()


def backoff(tries: int) -> float:
    """Seconds before the next try: growing, and not the same for all."""
    pause = min(BACKOFF * GROWTH ** (tries - 1), MOST_BACKOFF)
    return pause * random.uniform(1 - JITTER, 1 + JITTER)


def _read(answer: Answer, method: str) -> dict[str, Any]:
    said = body_of(answer)
    if not isinstance(said, dict):
        raise ProviderUnavailable(
            f"Flickr's answer to {method} breaks off, or is no JSON.", remedy="Try again later."
        )
    if said.get("stat") != "ok":
        raise of_fail(said, method)
    return said


def body_of(answer: Answer) -> Any:
    """The JSON of an answer, wrapped in a call or not; None where it is none."""
    body = answer.body.strip()
    if body.startswith(WRAPPER) and body.endswith(b")"):
        answer = Answer(answer.status, answer.headers, body[len(WRAPPER) : -1])
    try:
        return answer.json()
    except ValueError:
        return None
