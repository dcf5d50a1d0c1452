"""Connections kept for reuse, and one exchange over one of them."""

import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from tintype.s3.body import Piece, Span
from tintype.s3.http import (
    Connect,
    Connection,
    CutOff,
    Origin,
    Response,
    Timeouts,
    connect_anywhere,
)

_DROPPED = (CutOff, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Stale(ConnectionError):
    """A connection kept for reuse was dropped by the other side before it answered a byte."""


class Pool:
    """Connections to one origin, kept for reuse; for many threads. The last used goes first."""

    def __init__(
        self,
        origin: Origin,
        timeouts: Timeouts,
        tls: ssl.SSLContext | None = None,
        connect: Connect = connect_anywhere,
    ) -> None:
        self.origin = origin
        self._timeouts = timeouts
        self._tls = tls
        self._connect = connect
        self._idle: deque[Connection] = deque()

    def exchange(
        self,
        method: str,
        head: bytes,
        pieces: Callable[[], Iterable[Piece | Span]],
        size: int,
        *,
        stop: threading.Event | None = None,
        sent: Callable[[int], None] = lambda _: None,
    ) -> Response:
        """Send a request and read the head of its answer. Read the answer to its end, or close it.

        A connection that turns out to have been dropped while idle is replaced once by a new one.
        Raises OSError (CutOff, Garbled, TimeoutError, ssl.SSLError among them), or Interrupted.
        """
        connection = self._take()
        again = connection is not None
        if connection is not None:
            with suppress(Stale):
                return self._exchange(connection, method, head, pieces, size, stop, sent)
        connection = Connection(self.origin, self._timeouts, self._tls, self._connect)
        response = self._exchange(connection, method, head, pieces, size, stop, sent)
        response.again = again
        return response

    def _exchange(
        self,
        connection: Connection,
        method: str,
        head: bytes,
        pieces: Callable[[], Iterable[Piece | Span]],
        size: int,
        stop: threading.Event | None,
        sent: Callable[[int], None],
    ) -> Response:
        told = 0

        def tell(count: int) -> None:
            nonlocal told
            told += count
            sent(count)

        connection.stop = stop
        try:
            failure = self._send(connection, head, pieces, size, tell)
            response = self._answer(connection, method, failure)
        except BaseException as error:
            connection.close()
            if told:
                sent(-told)
            if connection.reused and isinstance(error, _DROPPED):
                raise Stale from error
            raise
        if failure or told < size:
            connection.broken = True
        response.keep, response.sent = self.give_back, told
        return response

    @staticmethod
    def _send(
        connection: Connection,
        head: bytes,
        pieces: Callable[[], Iterable[Piece | Span]],
        size: int,
        tell: Callable[[int], None],
    ) -> OSError | None:
        try:
            connection.send(head, pieces(), size, tell)
        except _DROPPED as error:
            return error
        return None

    @staticmethod
    def _answer(connection: Connection, method: str, failure: OSError | None) -> Response:
        """A server that refuses a body closes after its answer: the answer is what counts."""
        try:
            return connection.response(method)
        except OSError:
            if failure:
                raise failure from None
            raise

    def _take(self) -> Connection | None:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            if not connection.is_dead():
                connection.reused = True
                return connection
            connection.close()

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next request."""
        connection.idle_since = time.monotonic()
        connection.stop = None
        self._idle.append(connection)

    def close(self) -> None:
        """Drop all idle connections."""
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().close()
