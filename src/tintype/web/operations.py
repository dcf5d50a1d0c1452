"""For those who run the service: is it up, may it have requests, what has it done."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping

from tintype.blob import Blob
from tintype.errors import TintypeError
from tintype.stores import Store
from tintype.web.answers import NO_STORE, NOSNIFF, NOTHING, Answer

GOOD_FOR = 10.0  # seconds that a look counts
PATIENCE = 5.0  # seconds for a place to answer
_KEY = "ready"


def plain(text: str, status: int = 200) -> Answer:
    """A word for machines."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), NO_STORE, NOSNIFF]
    return Answer(status, headers, text.encode())


def as_json(value: object, status: int = 200) -> Answer:
    """A value as JSON, which nobody keeps."""
    headers = [
        (b"content-type", b"application/json"),
        NO_STORE,
        NOSNIFF,
        (b"content-security-policy", NOTHING),
    ]
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return Answer(status, headers, text.encode("utf-8", "replace"))


# Writes something small somewhere; a TintypeError where that cannot be.
Try = Callable[[], Awaitable[object]]


class Readiness:
    """Whether what is needed can be written: places by their names, and how each is tried. Looked
    at when asked, at most every ten seconds.
    """

    def __init__(self, tries: Mapping[str, Try]) -> None:
        self._tries = tries
        self._trouble, self._looked = "", -GOOD_FOR
        self._turn = asyncio.Lock()

    async def trouble(self) -> str:
        """What is wrong, in a word; empty when nothing is."""
        async with self._turn:
            if time.monotonic() - self._looked >= GOOD_FOR:
                found = await asyncio.gather(*(self._look(name) for name in self._tries))
                self._trouble = next(filter(None, found), "")
                self._looked = time.monotonic()
            return self._trouble

    async def _look(self, name: str) -> str:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._tries[name]()
        except TimeoutError:
            return f"{name} does not answer"
        except TintypeError as error:
            return f"{name} cannot be written ({error.code})"
        return ""


async def try_store(store: Store) -> None:
    """Write an object of a few bytes into a store."""
    await store.put(_KEY, Blob.from_bytes(b"ready\n"))
