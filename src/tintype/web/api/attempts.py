"""Attempts: how often somebody may be wrong, in all processes of a service together."""

import hashlib
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tintype.catalog import Catalog, rates
from tintype.errors import TintypeError
from tintype.web.api.limits import Limits, Policy
from tintype.web.api.problems import too_many_requests


class Attempts:
    """Counts what was wrong: here, so that of many at once no more are tried than may be; and in
    the catalog, so that it counts for others, and after a restart. What was right writes nothing.
    """

    def __init__(self, catalog: Catalog, policy: Policy) -> None:
        self._catalog, self._policy = catalog, policy
        self._here = Limits(policy)

    @asynccontextmanager
    async def attempt(self, *each: str) -> AsyncIterator[None]:
        """One attempt of each for a block, which may fail; raise 429 if nothing is left of one."""
        rate, burst = self._policy.pace, self._policy.quota
        names = [self._name(who) for who in each]
        wait = await self._catalog.read(lambda s: rates.wait(s, names, rate=rate, burst=burst))
        if wait > 0:
            raise too_many_requests(math.ceil(wait), [])
        with self._here.attempt(*each):
            try:
                yield
            except TintypeError as error:
                if not error.retryable:
                    await self._catalog.run(lambda s: rates.spend(s, names, rate=rate))
                raise

    def _name(self, who: str) -> str:
        """Of which nobody can read who it was."""
        return f"{self._policy.name}:{hashlib.sha256(who.encode()).hexdigest()[:40]}"
