"""Limits: how often somebody may ask. Token buckets in memory, each worker's its own.

The headers are those of draft-ietf-httpapi-ratelimit-headers-11.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tintype.errors import TintypeError
from tintype.web.answers import Headers
from tintype.web.api.problems import too_many_requests
from tintype.web.errors import Refusal

MOST_BUCKETS = 50_000  # the ones that were not used for longest are forgotten


@dataclass(frozen=True, slots=True)
class Policy:
    """`quota` requests in `window` seconds, at once or spread."""

    name: str
    quota: int
    window: int

    @property
    def pace(self) -> float:
        """Requests a second."""
        return self.quota / self.window


class Limits:
    """The buckets of one policy, one for each who asks."""

    def __init__(self, policy: Policy, clock: Callable[[], float] = time.monotonic) -> None:
        self._policy, self._clock = policy, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, who: str) -> None:
        """Raise 429 if nothing is left; take nothing."""
        left = self._left(who)
        if left < 1:
            raise self._refusal(left)

    def take(self, who: str) -> Headers:
        """Take one, and tell what is left; raise 429 if nothing is."""
        self.check(who)
        self.spend(who)
        return self._headers(self._left(who))

    def spend(self, who: str) -> None:
        """Take one, whether or not it is there."""
        left = max(self._left(who) - 1, 0.0)
        self._buckets[who] = left, self._clock()
        self._buckets.move_to_end(who)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)

    @contextmanager
    def attempt(self, *each: str) -> Iterator[None]:
        """Take one of each for a block, that may fail; raise 429 if nothing is left of one. It is
        given back unless the attempt was wrong: of many at once no more are tried than may be.
        """
        for who in each:
            self.check(who)
        for who in each:
            self.spend(who)
        try:
            yield
        except TintypeError as error:
            if error.retryable:
                self._give_back(each)
            raise
        self._give_back(each)

    def _give_back(self, each: Iterable[str]) -> None:
        for who in each:
            left = min(self._left(who) + 1, float(self._policy.quota))
            self._buckets[who] = left, self._clock()

    def _left(self, who: str) -> float:
        quota = float(self._policy.quota)
        left, then = self._buckets.get(who, (quota, 0.0))
        return min(quota, left + (self._clock() - then) * self._policy.pace)

    def _headers(self, left: float) -> Headers:
        policy = self._policy
        until_full = math.ceil((policy.quota - left) / policy.pace)
        return [
            (b"ratelimit-policy", f'"{policy.name}";q={policy.quota};w={policy.window}'.encode()),
            (b"ratelimit", f'"{policy.name}";r={int(left)};t={until_full}'.encode()),
        ]

    def _refusal(self, left: float) -> Refusal:
        seconds = math.ceil((1 - left) / self._policy.pace)
        return too_many_requests(seconds, self._headers(left))
