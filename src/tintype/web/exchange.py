"""Exchange: one request and its answer, on their way through the service."""

import itertools
import os
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any

from tintype.web.answers import Answer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

LONGEST_PATH = 10_000  # bytes
SANE_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{8,128}")
_numbers = itertools.count(int.from_bytes(os.urandom(10)) << 48)


def _number_anew() -> None:
    """A worker that was forked has ids of its own."""
    global _numbers
    _numbers = itertools.count(int.from_bytes(os.urandom(10)) << 48)


os.register_at_fork(after_in_child=_number_anew)


def new_id() -> bytes:
    """An id for a request: unlike all others, and no secret."""
    return b"%032x" % next(_numbers)


class Exchange:
    """What is known of a request, and what became of it.

    `route` is one of a few words, for the metrics; `status` and `sent` (bytes) are of the answer.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self._send = scope, receive, send
        self.method: str = scope["method"]
        self.raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        self.query = query
        self.target = self.raw_path + b"?" + query if query else self.raw_path
        self.started = time.perf_counter()
        self.route, self.code, self.found = "picture", "", ""
        self.status = self.sent = 0
        self.common: list[tuple[bytes, bytes]] = []  # headers of every answer of this request
        self.speaks_json = False  # errors are problem+json, whatever the client accepts
        self.body: bytes | None = None  # once it has been read as a whole
        self.signed_sha256 = ""  # of the body of a signed request

    @cached_property
    def headers(self) -> dict[bytes, bytes]:
        """The request's headers by their names in lower case; several of a name are joined."""
        found: dict[bytes, bytes] = {}
        for name, value in self.scope["headers"]:
            found[name] = found[name] + b", " + value if name in found else value
        return found

    @cached_property
    def request_id(self) -> str:
        """The id that came with the request, if it looks like one; else one of ours."""
        given = self.headers.get(b"x-request-id", b"")
        return (given if SANE_ID.fullmatch(given) else new_id()).decode()

    @property
    def has_begun(self) -> bool:
        """True when the answer's first bytes are on their way."""
        return self.status != 0

    async def respond(self, answer: Answer) -> None:
        """Send a whole answer."""
        headers = [*answer.headers]
        if answer.status not in (204, 304):
            headers.append((b"content-length", b"%d" % len(answer.body)))
        self.code = answer.code
        self.found = answer.found.value if answer.found else ""
        await self.send(
            {"type": "http.response.start", "status": answer.status, "headers": headers}
        )
        await self.send({"type": "http.response.body", "body": answer.body})

    async def send(self, message: Message) -> None:
        """Send a message of an answer, which gets the headers that all have, and is counted."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self.common]
        elif self.method != "HEAD":
            self.sent += len(message.get("body", b""))
        await self._send(message)
