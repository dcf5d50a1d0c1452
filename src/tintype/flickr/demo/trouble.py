"""Misbehaviour on command: what Flickr, X and the networks in between do now and then.

trouble.order("429", times=2, on="getSizes")   # the next two answers to such requests
trouble.order("slow")                          # all of them, until `clear`
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

KINDS = {
    "429": "too many requests, as a page of HTML",
    "500": "an error of the server, as a page of HTML",
    "503": "the server is away, as a page of HTML",
    "404": "nothing is there, although there is",
    "html": "a page of HTML with status 200",
    "105": "Flickr's service is not available, as JSON with status 200",
    "201": "the same under the code that is not documented",
    "0": "and under that other one",
    "short": "a page with fewer entries than it should have, although more follow",
    "empty": "a page without entries, although more follow",
    "repeat": "the first page whatever page was asked for",
    "mixed": "numbers as texts, and texts as numbers",
    "wrong-type": "the right bytes under a wrong content type",
    "not-json": "an answer that breaks off in its JSON",
    "cut": "the connection ends in mid-answer",
    "truncated": "a picture that lacks its end, with a length that fits",
    "slow": "byte by byte",
    "revoked": "the user has taken back the consent",
    "redirect": "a redirect to another address of the same host",
}


@dataclass
class Order:
    """Of a kind, for requests whose name has `on` in it, `times` times (-1: for ever)."""

    kind: str
    times: int
    on: str


@dataclass
class Trouble:
    """The orders that there are."""

    orders: list[Order] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def order(self, kind: str, *, times: int = -1, on: str = "") -> None:
        """Misbehave from now on. KeyError for an unknown kind."""
        KINDS[kind]
        with self._lock:
            self.orders.append(Order(kind, times, on))

    def clear(self) -> None:
        """Behave."""
        with self._lock:
            self.orders.clear()

    def due(self, name: str) -> frozenset[str]:
        """The kinds that a request of this name meets; each is counted."""
        with self._lock:
            return frozenset(self._taken(name))

    def _taken(self, name: str) -> Iterator[str]:
        for order in self.orders:
            if order.on in name and order.times:
                order.times -= 1
                yield order.kind
