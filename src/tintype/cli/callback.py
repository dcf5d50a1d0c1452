"""Callback: catches the browser that a provider sends back, on a port of this machine."""

import asyncio
import secrets
import sys
from types import TracebackType
from typing import Self

from tintype.errors import InvalidRequest, ProviderSignInFailed

HOST = "127.0.0.1"
LONGEST = 16 << 10  # bytes of a request
_PAGE = (
    "<!doctype html><meta charset=utf-8><title>Tintype</title>"
    "<style>body{font:1.2rem sans-serif;margin:4rem auto;max-width:30rem}</style>"
    "<h1>Thank you</h1><p>You may close this window, and go back to the terminal.</p>"
)


class Callback:
    """A server for one visit, on any port, at a path that cannot be guessed. With a `port` it is
    always the same address, for providers that let no other be used than one that is registered.
    """

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._path = "/callback" if port else f"/{secrets.token_urlsafe(16)}"
        self._came: asyncio.Future[str] | None = None
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where the browser is to be sent."""
        assert self._server
        port = self._server.sockets[0].getsockname()[1]
        return f"http://{HOST}:{port}{self._path}"

    async def wait(self, seconds: float) -> str:
        """The path and query that the browser came with. Raises ProviderSignInFailed."""
        assert self._came
        try:
            return await asyncio.wait_for(asyncio.shield(self._came), seconds)
        except TimeoutError:
            raise ProviderSignInFailed(
                "No browser came back in time.", remedy="Sign in without --browser, by a code."
            ) from None

    async def __aenter__(self) -> Self:
        self._came = asyncio.get_running_loop().create_future()
        try:
            self._server = await asyncio.start_server(self._serve, HOST, self._port, limit=LONGEST)
        except OSError as error:
            raise InvalidRequest(
                f"Nothing can be caught on port {self._port}: {error.strerror}.",
                remedy="Choose another.",
            ) from error
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(10):
                await self._answer(reader, writer)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readexactly(1)
        if first == b"\x16":  # a TLS handshake: some browsers make every address one of https
            print(
                "tintype: The browser insists on https. Change https:// to http:// in its address,"
                " or stop, and sign in without --browser.",
                file=sys.stderr,
            )
            return
        head = first + await reader.readuntil(b"\r\n\r\n")
        target = head.split(b" ", 2)[1].decode("latin-1") if head.count(b" ") >= 2 else ""
        found = target.partition("?")[0] == self._path and self._came is not None
        body = _PAGE.encode() if found else b"Not found"
        kind = "text/html; charset=utf-8" if found else "text/plain"
        status = "200 OK" if found else "404 Not Found"
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            "Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n".encode()
            + body
        )
        if found and self._came and not self._came.done():
            self._came.set_result(target)
