"""HTTP/1.1 over plain sockets: what S3 needs of it, at a quarter of http.client's cost a request.

Time-outs are by progress: a transfer may take as long as it likes while bytes move in either
direction. `Expect: 100-continue` is not sent: while a body goes out, the connection is watched
for an early answer (a refusal, a redirect), which ends the sending without a round trip for the
thousands of requests that are not refused. Proxies are not spoken to.
"""

import errno
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from tintype.errors import Interrupted
from tintype.s3.body import Piece, Span, became_shorter

T = TypeVar("T")
_LONGEST_NUMBER = 19  # digits
_TICK = 0.25  # seconds between two looks at a stop event while nothing moves
_IDLE = 30.0  # seconds after which servers may have dropped a connection kept for reuse
_HEAD_LIMIT = 64 << 10
_READ = 1 << 18
# Said of file systems whose files the system cannot send by itself.
_NO_SENDFILE = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}
# Up to here head and body leave in one segment and one system call.
_JOIN = 64 << 10


class CutOff(ConnectionError):
    """The other side closed the connection before its answer was complete."""


class Garbled(ConnectionError):
    """The answer is not HTTP."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where to connect. `secure`: with TLS."""

    secure: bool
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds: to connect, and the longest silence in a transfer."""

    connect: float = 10.0
    silence: float = 60.0


Connect = Callable[[str, int, float], socket.socket]  # host, port, time-out in seconds


def connect_anywhere(host: str, port: int, timeout: float) -> socket.socket:
    """A connection to a host, whichever it is."""
    return socket.create_connection((host, port), timeout)


class Connection:
    """One socket, used by one thread at a time."""

    __slots__ = ("_buffer", "_silence", "_socket", "broken", "idle_since", "reused", "stop")

    def __init__(
        self,
        origin: Origin,
        timeouts: Timeouts,
        tls: ssl.SSLContext | None,
        connect: Connect = connect_anywhere,
    ) -> None:
        # Every name under .localhost is this machine (RFC 6761), whether or not a resolver knows.
        host = "localhost" if origin.host.endswith(".localhost") else origin.host
        self._socket = connect(host, origin.port, timeouts.connect)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls:
                self._socket = tls.wrap_socket(self._socket, server_hostname=origin.host)
            self._socket.settimeout(min(_TICK, timeouts.silence))
        except BaseException:
            self._socket.close()
            raise
        self._silence = timeouts.silence
        self._buffer = b""
        self.broken = self.reused = False
        self.idle_since = 0.0
        self.stop: threading.Event | None = None

    def close(self) -> None:
        """Drop the connection; whatever is under way fails."""
        self.broken = True
        self._socket.close()

    def __del__(self) -> None:
        # A client may be dropped without ceremony; its idle connections go with it.
        with suppress(AttributeError):
            self._socket.close()

    def send(
        self,
        head: bytes,
        pieces: Iterable[Piece | Span],
        size: int,
        sent: Callable[[int], None],
    ) -> None:
        """Send a request. Ends early when the server has already answered.

        `sent` is told of the body's bytes as they leave. Raises OSError, or Interrupted.
        """
        if not size:
            self._send(head)
            return
        for piece in pieces:
            if head and len(piece) <= _JOIN and not isinstance(piece, Span):
                self._send(head + piece)
            else:
                if head:
                    self._send(head)
                elif self._answered():
                    return
                self._send_span(piece) if isinstance(piece, Span) else self._send(piece)
            head = b""
            sent(len(piece))

    def _send(self, data: Piece) -> None:
        if self.stop is not None and self.stop.is_set():
            raise Interrupted("The transfer was stopped.")
        count = self._patiently(self._socket.send, data)
        if count == len(data):
            return
        view = memoryview(data)
        while count < len(view):
            # Not sendall: its time-out is for the whole, not for silence.
            count += self._patiently(self._socket.send, view[count:])

    def _send_span(self, span: Span) -> None:
        """Let the system send a stretch of a file: half the work of reading and sending it."""
        position, end = span.offset, span.offset + span.size
        while position < end:
            if self.stop is not None and self.stop.is_set():
                raise Interrupted("The transfer was stopped.")
            count = self._patiently(self._sendfile, span, position, end - position)
            if not count:
                raise became_shorter(span.name)
            position += count

    def _sendfile(self, span: Span, position: int, count: int) -> int:
        try:
            return os.sendfile(self._socket.fileno(), span.descriptor, position, count)
        except BlockingIOError:
            poll = select.poll()
            poll.register(self._socket, select.POLLOUT)
            if not poll.poll(_TICK * 1000):
                raise TimeoutError from None
            return self._sendfile(span, position, count)
        except OSError as error:
            if error.errno not in _NO_SENDFILE:
                raise
            return self._socket.send(os.pread(span.descriptor, min(count, _READ), position))

    def _answered(self) -> bool:
        """Whether the server has spoken although the request is not complete."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if not poll.poll(0):
            return False
        timeout = self._socket.gettimeout()
        self._socket.settimeout(0)
        try:
            self._buffer += self._socket.recv(_READ)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False  # TLS only: a message of its own, such as a session ticket
        finally:
            self._socket.settimeout(timeout)
        self.broken = True
        return True

    def _patiently(self, call: Callable[..., T], *arguments: object) -> T:
        """Wait for progress, with an eye on the stop event."""
        deadline = 0.0
        while True:
            try:
                return call(*arguments)
            except TimeoutError:
                if self.stop is not None and self.stop.is_set():
                    raise Interrupted("The transfer was stopped.") from None
                now = time.monotonic()
                deadline = deadline or now + self._silence - _TICK
                if now >= deadline:
                    raise TimeoutError(f"nothing moved for {self._silence:g} seconds") from None

    def receive(self) -> bytes:
        """Some bytes of the answer; empty at the end. Interrupted when stopped, if they drip."""
        if self.stop is not None and self.stop.is_set():
            raise Interrupted("The transfer was stopped.")
        if self._buffer:
            data, self._buffer = self._buffer, b""
            return data
        return self._patiently(self._socket.recv, _READ)

    def give_back(self, data: bytes) -> None:
        """What was received beyond need."""
        self._buffer = data + self._buffer

    def until(self, mark: bytes) -> bytes:
        """Bytes up to a mark, which is taken and left out. For heads and chunk sizes."""
        data = self.receive()
        while (end := data.find(mark)) < 0:
            if len(data) > _HEAD_LIMIT:
                raise Garbled("the head of the answer does not end")
            more = self.receive()
            if not more:
                raise CutOff("the connection ended in the head of the answer")
            data += more
        self.give_back(data[end + len(mark) :])
        return data[:end]

    def response(self, method: str) -> "Response":
        """Read the head of an answer; passes over interim ones (1xx)."""
        while True:
            head = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            version, _, rest = head[0].partition(" ")
            status, _, _ = rest.partition(" ")
            if (
                version not in {"HTTP/1.1", "HTTP/1.0"}
                or len(status) != 3
                or not status.isdecimal()
            ):
                raise Garbled("the answer is not HTTP")
            if status[0] != "1":
                break
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if version == "HTTP/1.0" or headers.get("connection", "").lower() == "close":
            self.broken = True
        return Response(self, int(status), headers, _framing(method, int(status), headers))

    def is_dead(self) -> bool:
        """Whether an idle connection was closed by the other side, or is too old to be sure."""
        if self._buffer or time.monotonic() - self.idle_since > _IDLE:
            return True
        try:
            return self._answered()
        except OSError:
            return True


_CHUNKED, _UNTIL_CLOSE = -1, -2


def _framing(method: str, status: int, headers: dict[str, str]) -> int:
    """Length of the body, or how its end is told. RFC 9112, section 6.3."""
    if method == "HEAD" or status in {204, 304}:
        return 0
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return _CHUNKED
    length = headers.get("content-length")
    if length is None:
        return _UNTIL_CLOSE
    if not length.isdecimal() or len(length) > _LONGEST_NUMBER:
        raise Garbled("the answer has no proper length")
    return int(length)


@dataclass(slots=True)
class Response:
    """An answer: its status, its headers by lower-case names, and its body, read once."""

    connection: Connection
    status: int
    headers: dict[str, str]
    framing: int
    keep: Callable[[Connection], None] | None = None  # takes the connection for reuse
    sent: int = 0  # bytes of the request's body that went out
    again: bool = False  # whether the request may have been received twice
    done: bool = False
    closed: bool = False

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes. CutOff when it ends too early; then the connection is gone."""
        try:
            if self.framing == _CHUNKED:
                yield from self._chunked()
            elif self.framing == _UNTIL_CLOSE:
                self.connection.broken = True
                while data := self.connection.receive():
                    yield data
            else:
                yield from self._counted(self.framing)
            self.done = True
        finally:
            self.close()

    def read(self, limit: int = 64 << 20) -> bytes:
        """The whole body, for answers that are small by nature; Garbled beyond the limit."""
        if self.framing == 0:
            self.done = True
            self.close()
            return b""
        parts, size = [], 0
        for part in self.chunks():
            parts.append(part)
            size += len(part)
            if size > limit:
                self.close()
                raise Garbled("the answer is larger than any answer should be")
        return b"".join(parts)

    def close(self) -> None:
        """Give the connection back if the body was read to its end, else drop it."""
        if self.closed:
            return
        self.closed = True
        if self.done and not self.connection.broken and self.keep:
            self.keep(self.connection)
        else:
            self.connection.close()

    def _counted(self, left: int) -> Iterator[bytes]:
        while left:
            data = self.connection.receive()
            if not data:
                raise CutOff(f"the connection ended {left:,} bytes too early")
            if len(data) > left:
                self.connection.give_back(data[left:])
                data = data[:left]
            left -= len(data)
            yield data

    def _chunked(self) -> Iterator[bytes]:
        while True:
            size_text = self.connection.until(b"\r\n").partition(b";")[0].strip()
            try:
                size = int(size_text, 16)
            except ValueError:
                size = -1
            if size < 0:
                raise Garbled("the answer's chunks have no proper size")
            if not size:
                break
            yield from self._counted(size)
            if self.connection.until(b"\r\n"):
                raise Garbled("a chunk of the answer is longer than it says")
        while self.connection.until(b"\r\n"):
            pass  # trailers


def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """Certificates and names are always checked; `ca_file` replaces the system's authorities."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
