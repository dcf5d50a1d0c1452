"""Stored content: an object of a store as an answer, streamed, whole or in part."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import cast

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tintype.stores import Store
from tintype.web.answers import (
    NOSNIFF,
    NOTHING,
    SANDBOX,
    Answer,
    Headers,
    disposition,
    http_date,
    is_raster,
)
from tintype.web.api.parts import SCOPE
from tintype.web.conditional import bodiless, content_range, out_of_range, span_of
from tintype.web.exchange import Exchange
from tintype.web.presence import while_present

Opened = Callable[[], AbstractAsyncContextManager[Store]]


class StoredContent(Response):
    """Answers with an object: constant memory, conditions and one range (RFC 9110, 13 and 14).

    `etag` is without quotes. What is no picture is saved, not shown; so is everything with `save`.
    With a `policy` (for Content-Security-Policy) it is shown, whatever it is.
    The store is asked before anything is sent, so that what it says becomes the answer.
    """

    def __init__(
        self,
        opened: Opened,
        key: str,
        *,
        size: int,
        etag: str,
        modified: float,
        media_type: str,
        name: str = "",
        save: bool = False,
        control: str = "private, no-cache",
        policy: bytes = b"",
    ) -> None:
        super().__init__(media_type=media_type)
        self._opened, self._key, self._size = opened, key, size
        tag = f'"{etag}"'.encode()
        headers: Headers = [
            (b"content-type", media_type.encode()),
            (b"etag", tag),
            (b"last-modified", http_date(modified)),
            (b"accept-ranges", b"bytes"),
            (b"cache-control", control.encode()),
            NOSNIFF,
        ]
        shown = is_raster(media_type) or bool(policy)
        policy = policy or (NOTHING if shown else SANDBOX)
        headers.append((b"content-security-policy", policy))
        if save or not shown:
            headers.append(disposition(name))
        self._whole = Answer(200, headers, etag=tag, modified=int(modified))

    async def __call__(self, scope: Scope, _: Receive, __: Send) -> None:
        """ASGI; the exchange has its own ways to receive and send."""
        exchange = cast(Exchange, scope[SCOPE])
        if (short := bodiless(self._whole, exchange.headers)) is not None:
            await exchange.respond(short)
            return
        is_head = exchange.method == "HEAD"
        span = span_of(self._whole, exchange.headers, self._size, head=is_head)
        start, end = span or (0, self._size)
        if span and start >= end:
            await exchange.respond(out_of_range(self._size))
            return
        headers = [*self._whole.headers, (b"content-length", b"%d" % (end - start))]
        if span:
            headers.append(content_range(start, end, self._size))
        status = 206 if span else 200
        if is_head:
            await _begin(exchange, status, headers)
            await exchange.send(_piece(b""))
            return
        sending = self._stream(exchange, status, headers, start, end)
        await while_present(exchange.receive, sending)

    async def _stream(
        self, exchange: Exchange, status: int, headers: Headers, start: int, end: int
    ) -> None:
        async with (
            self._opened() as store,
            store.get(self._key, start=start, length=end - start) as download,
        ):
            await _begin(exchange, status, headers)
            async for chunk in download.chunks:
                await exchange.send(
                    {"type": "http.response.body", "body": chunk, "more_body": True}
                )
        await exchange.send({"type": "http.response.body", "body": b""})


def _piece(content: bytes, *, more_body: bool = False) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more_body}


async def _begin(exchange: Exchange, status: int, headers: Headers) -> None:
    await exchange.send({"type": "http.response.start", "status": status, "headers": headers})
