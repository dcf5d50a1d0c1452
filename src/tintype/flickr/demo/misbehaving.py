"""What goes wrong between an application and its client, whatever it answers: see trouble.py."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tintype.flickr.demo.trouble import Trouble

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TROUBLES = "tintype.demo.troubles"  # where a scope has what the application itself does wrong
PAUSE = 0.02  # seconds between two bytes
_PAGE = b"<!DOCTYPE html><html><body><h1>Bad, bad panda!</h1></body></html>"
_STATUSES = {"429": 429, "500": 500, "503": 503, "404": 404, "html": 200}


class CutError(Exception):
    """Ends a connection in mid-answer."""


class Misbehaving:
    """An application behind a bad network."""

    def __init__(self, app: App, trouble: Trouble) -> None:
        self._app, self._trouble = app, trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or not. What goes wrong without being ordered is logged."""
        try:
            await self._answer(scope, receive, send)
        except CutError:
            raise
        except Exception:
            logging.getLogger(__name__).exception("The demo has failed")
            raise

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/demo/"):
            await self._app(scope, receive, send)
            return
        name = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
        troubles = scope[TROUBLES] = self._trouble.due(name)
        for kind in troubles & _STATUSES.keys():
            await _send(send, _STATUSES[kind], b"text/html; charset=utf-8", _PAGE)
            return
        if "redirect" in troubles:
            await _send(send, 302, b"text/plain", b"", (b"location", b"/elsewhere"))
            return
        if troubles & {"wrong-type", "not-json", "cut", "truncated", "slow"}:
            held = Held()
            await self._app(scope, receive, held)
            await _spoilt(held, troubles, send)
            return
        await self._app(scope, receive, send)


class Held:
    """An answer that is not sent yet."""

    def __init__(self) -> None:
        self.status, self.body = 0, b""
        self.headers: dict[bytes, bytes] = {}

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        """Keep what would be sent."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message.get("body", b"")


async def _spoilt(held: Held, troubles: frozenset[str], send: Send) -> None:
    body, headers = held.body, held.headers
    if "wrong-type" in troubles:
        headers[b"content-type"] = b"text/html; charset=utf-8"
    if troubles & {"truncated", "not-json"}:
        body = body[: len(body) * 2 // 3]
        headers[b"content-length"] = str(len(body)).encode()
    start = {"type": "http.response.start", "status": held.status, "headers": [*headers.items()]}
    await send(start)
    if "cut" in troubles:
        part = {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        await send(part)
        raise CutError
    if "slow" in troubles:
        for byte in body:
            part = {"type": "http.response.body", "body": bytes([byte]), "more_body": True}
            await send(part)
            await asyncio.sleep(PAUSE)
        body = b""
    await send({"type": "http.response.body", "body": body})


async def _send(
    send: Send, status: int, kind: bytes, body: bytes, *headers: tuple[bytes, bytes]
) -> None:
    every = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": every})
    await send({"type": "http.response.body", "body": body})
