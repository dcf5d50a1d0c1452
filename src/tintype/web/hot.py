"""HotAnswers: whole answers by URL and Accept header, for about a second.

What is asked for again and again is answered from here, before its URL is read: the same URL meant
the same a moment ago. An entry lives so briefly that a key withdrawn or a purge in another process
counts soon, and that memory holds no more than what is wanted now.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tintype.web.answers import Answer
from tintype.web.conditional import conditional

SECONDS = 1.0
MOST = 2_000  # entries
LARGEST = 1 << 20  # bytes of a body


@dataclass(frozen=True, slots=True)
class Hot:
    """An answer whose headers are written out, but for date and request id, which are added."""

    answer: Answer
    head: bytes
    not_modified: bytes  # the head of a 304
    until: float  # of the clock

    def is_known(self, none_match: bytes) -> bool:
        """True if an If-None-Match names these bytes."""
        etag = self.answer.etag
        return none_match == etag or etag in none_match.replace(b"W/", b"").split(b", ")


class HotAnswers:
    """At most `limit` bytes of bodies; 0: none are kept. All sync, and never waits.

    `always` are headers of every answer, whatever it is.
    """

    def __init__(
        self,
        limit: int,
        always: Sequence[tuple[bytes, bytes]] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._clock = limit, clock
        self._always = _lines(always)
        self._kept: dict[tuple[bytes, bytes], Hot] = {}
        self._size = 0
        self.cleared = 0  # times; what was made before the last one is not to be kept

    def find(self, target: bytes, accept: bytes) -> Hot | None:
        """The answer for a request's target and Accept header, if there is one now."""
        hot = self._kept.get((target, accept))
        return hot if hot is not None and hot.until > self._clock() else None

    def keep(self, target: bytes, accept: bytes, answer: Answer, *, most: float = SECONDS) -> None:
        """Keep a whole answer (200), at most so many seconds."""
        now = self._clock()
        self._drop_old(now)
        self._remove((target, accept))
        size = len(answer.body)
        if len(self._kept) < MOST and self._size + size <= self._limit and size <= LARGEST:
            known = conditional(answer, {b"if-none-match": b"*"})
            self._kept[target, accept] = Hot(
                answer,
                b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n" % size
                + _lines(answer.headers)
                + self._always,
                b"HTTP/1.1 304 Not Modified\r\n" + _lines(known.headers) + self._always,
                now + min(most, SECONDS),
            )
            self._size += size

    def clear(self) -> None:
        """Forget all, as after a purge."""
        self._kept.clear()
        self._size = 0
        self.cleared += 1

    def _drop_old(self, now: float) -> None:
        """Entries lie in the order of their coming, and each lives about as long as the next."""
        while self._kept:
            key = next(iter(self._kept))
            if self._kept[key].until > now:
                return
            self._remove(key)

    def _remove(self, key: tuple[bytes, bytes]) -> None:
        if hot := self._kept.pop(key, None):
            self._size -= len(hot.answer.body)


def _lines(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%s: %s\r\n" % header for header in headers)
