"""Connection: one client's connection. uvicorn's, with limits on what a request begins with.

uvicorn reads a head of any length for any time; here both end. And a picture that is hot is
answered in the moment in which its head is complete, before a task is made for it: that is what
makes us half as fast as nginx, instead of a fifth.
"""

import time
from collections.abc import Iterator
from typing import Any, Protocol, cast

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from tintype.web.access_log import AccessLog
from tintype.web.answers import http_date
from tintype.web.exchange import SANE_ID, new_id
from tintype.web.hot import Hot, HotAnswers

MAX_TARGET = 64 << 10  # bytes; the application's own limit is far lower and has a better answer
MAX_HEAD = 64 << 10  # bytes of names and values
HEAD_SECONDS = 10.0  # from the first byte of a request to the end of its head
STALL_SECONDS = 60.0  # without a byte that the client takes
# A request with one of these is not answered in a hurry.
CAREFUL = frozenset(
    b"range if-match if-unmodified-since if-range expect content-length transfer-encoding"
    b" upgrade".split()
)
HINTS = frozenset(b"dpr width save-data sec-ch-dpr sec-ch-width".split())


class KnowsHot(Protocol):
    """What a connection asks of the application behind it."""

    hot: HotAnswers
    log: AccessLog
    careful: frozenset[bytes]  # headers with which a request is not answered in a hurry
    draining: bool

    def count_hot(self, status: int, size: int) -> None:
        """Count an answer for the metrics."""
        ...


class _SentAt:
    """The header `Date`, of the moment in which an answer is sent. uvicorn's is that in which its
    request came, so that a picture made for it would be modified after it (RFC 9110, 8.8.2.1).
    """

    def __init__(self) -> None:
        self._second, self._header = 0, (b"date", b"")

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        now = int(time.time())
        if now != self._second:
            self._second, self._header = now, (b"date", http_date(now))
        yield self._header

    def __add__(self, others: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """What uvicorn does with it when it sends the head of an answer."""
        return [*self, *others]


SENT_AT = _SentAt()


class _TooMuchError(Exception):
    """Ends the reading of a request."""


class Connection(HttpToolsProtocol):
    """Answers what is hot by itself, and passes everything else to the application."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._web = cast(KnowsHot, self.config.app)
        self._careful: frozenset[bytes] = self._web.careful
        self._refusal = 400
        self._unsent, self._moved = 0, 0.0
        self.head_began = time.monotonic()  # 0.0: no head is being read
        self._rests_since = self.head_began  # the last request, or the end of its answer
        self._forget()

    def _forget(self) -> None:
        """What is known of a request before its first byte."""
        self._size = 0
        self._plain = True
        self._accept = self._none_match = self._since = self._id = self._forwarded = b""

    def on_message_begin(self) -> None:
        """A request begins. What uvicorn prepares for the application waits until it is asked."""
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._forget()
        self.head_began = self._rests_since = time.monotonic()

    def on_url(self, url: bytes) -> None:
        """A piece of its target."""
        self.url += url
        if len(self.url) > MAX_TARGET:
            self._refusal = 414
            raise _TooMuchError

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; those that matter for what is hot are taken note of in passing."""
        self._size += len(name) + len(value)
        if self._size > MAX_HEAD:
            self._refusal = 431
            raise _TooMuchError
        name = name.lower()
        self.headers.append((name, value))
        if name == b"accept":
            self._plain = self._plain and not self._accept
            self._accept = value
        elif name == b"if-none-match":
            self._none_match = value
        elif name == b"if-modified-since":
            self._since = value
        elif name == b"x-request-id":
            self._id = value
        elif name == b"x-forwarded-for":
            self._forwarded = value
        elif name in self._careful:
            self._plain = False
            if name == b"expect" and value.lower() == b"100-continue":
                self.expect_100_continue = True

    def on_headers_complete(self) -> None:
        """Answer at once, or let the application do it."""
        began, self.head_began = self.head_began, 0.0
        if self._plain and (self.cycle is None or self.cycle.response_complete):
            hot = self._web.hot.find(self.url, self._accept)
            if hot is not None and self._may_hurry():
                self._answer(hot, began)
                return
        self._pass_on()

    def _pass_on(self) -> None:
        """Let the application answer."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expects
        self.scope["headers"] = headers
        super().on_headers_complete()
        if self.cycle is not None:  # else the request is broken
            self.cycle.default_headers = cast(Any, SENT_AT)

    def on_body(self, body: bytes) -> None:
        """A piece of its body. One that nothing waits before is passed on as it is: of a large
        upload uvicorn would copy every byte twice more.
        """
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return
        # It is asked for its bytes only, so that the bytes themselves do as well as a bytearray.
        cycle.body = bytearray(cycle.body + body) if cycle.body else cast(bytearray, body)
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def _may_hurry(self) -> bool:
        parser = self.parser
        return (
            parser.get_method() == b"GET"
            and parser.should_keep_alive()
            and parser.get_http_version() == "1.1"
            and not self.flow.write_paused
            and not self._web.draining
            and (not self._since or bool(self._none_match))
        )

    def on_message_complete(self) -> None:
        """The end of a request, which is nothing to one that was answered already."""
        if self.cycle is not None:
            super().on_message_complete()

    def _answer(self, hot: Hot, began: float) -> None:
        ((_, date),) = SENT_AT
        request_id = self._id if SANE_ID.fullmatch(self._id) else new_id()
        tail = b"date: %s\r\nx-request-id: %s\r\n\r\n" % (date, request_id)
        if self._none_match and hot.is_known(self._none_match):
            status, size = 304, 0
            self.transport.write(hot.not_modified + tail)
        else:
            body = hot.answer.body
            status, size = 200, len(body)
            self.transport.write(b"".join((hot.head, tail, body)))
        self._web.count_hot(status, size)
        if self._web.log.is_on:
            who = self._web.log.client(self.client, self._forwarded)
            seconds = time.monotonic() - began
            self._web.log.add(who, "GET", self.url, status, size, seconds, request_id, "hot")
        # Instead of uvicorn's timer for every request, `is_lost` looks every second.
        self.server_state.total_requests += 1

    def send_400_response(self, msg: str) -> None:
        """What cannot be read is refused, with the status that says why."""
        if self._refusal == 400:
            super().send_400_response(msg)
            return
        head = b"content-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[self._refusal] + head)
        self.transport.close()

    def is_lost(self, now: float) -> bool:
        """True when the client sends its request, or takes its answer, too slowly, or rests."""
        if self.head_began and now - self.head_began > HEAD_SECONDS:
            return True
        unsent = self.transport.get_write_buffer_size()
        # uvicorn's timer ends with any byte that comes, though it be no request: that is no excuse.
        if unsent or not (self.cycle is None or self.cycle.response_complete):
            self._rests_since = now
        elif now - self._rests_since > self.timeout_keep_alive:
            return True
        if unsent == 0 or unsent != self._unsent:
            self._unsent, self._moved = unsent, now
        return now - self._moved > STALL_SECONDS
