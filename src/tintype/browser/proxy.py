"""The filtering proxy that every connection of the browser goes through.

One request for each connection: it is parsed, its host is judged and connected to by its outlet,
and when it is answered the connection ends. A browser cannot send a second request, for another
host, over a connection that was judged for the first. Tunnels (CONNECT) carry TLS and WebSockets.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import cast

from tintype.browser.heads import END, LONGEST_HEAD, BadHead, Request, read_answer, read_request
from tintype.browser.outlet import NoWay, Outlet

PORT = 3128
STATUS = {"blocked": 403, "refused-address": 403, "too-large": 403}


class Proxy:
    """Listens for one browser; every capture has an address of its own, hence an outlet.

    In an empty network all addresses of 127/8 come to one socket (`listener`). Elsewhere each
    capture has a port, which is closed with it.
    """

    def __init__(self, listener: socket.socket | None) -> None:
        self._listener = listener
        self._outlets: dict[str, Outlet] = {}
        self._servers: dict[str, asyncio.Server] = {}
        self._number = 0
        self._main: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen."""
        if self._listener is not None:
            loop = asyncio.get_running_loop()
            self._main = await loop.create_server(
                lambda: Visit(self._outlets.get), sock=self._listener
            )

    async def let_out(self, outlet: Outlet) -> str:
        """The proxy's address for a capture, until `shut`."""
        if self._listener is not None:
            self._number += 1
            host = f"127.{1 + (self._number >> 16) % 250}.{self._number >> 8 & 255}"
            address = f"{host}.{self._number & 255}:{PORT}"
            self._outlets[address] = outlet
            return address
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Visit(lambda _: outlet), "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._servers[address] = server
        self._outlets[address] = outlet
        return address

    def shut(self, address: str) -> None:
        """End what a capture has open; its address leads nowhere any more."""
        if outlet := self._outlets.pop(address, None):
            outlet.close()
        if server := self._servers.pop(address, None):
            server.close()

    def close(self) -> None:
        """End everything."""
        for address in list(self._outlets):
            self.shut(address)
        if self._main is not None:
            self._main.close()


class _End(asyncio.Protocol):
    """One of two connected ends: what comes in here goes out there."""

    transport: asyncio.Transport
    other: "_End | None" = None
    outlet: Outlet | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio.Protocol."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none of asyncio's classes
        if self.outlet is not None:
            self.outlet.add(self.transport)

    def pass_on(self, data: bytes) -> None:
        """Send to the other end, while there is room in the capture's allowance."""
        assert self.outlet
        if self.other is None or not self.outlet.count(len(data)):
            self.end()
        else:
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        """asyncio.Protocol."""
        if self.other is not None:
            with contextlib.suppress(RuntimeError):
                self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """asyncio.Protocol."""
        if self.other is not None:
            with contextlib.suppress(RuntimeError):
                self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio.Protocol
        """asyncio.Protocol."""
        if self.outlet is not None:
            self.outlet.remove(self.transport)
        if self.other is not None:
            self.other.transport.close()  # after what is still to be sent

    def end(self) -> None:
        """End both at once."""
        self.transport.abort()
        if self.other is not None:
            self.other.transport.abort()


class Visit(_End):
    """A connection of the browser's."""

    def __init__(self, find: Callable[[str], Outlet | None]) -> None:
        self._find = find
        self._held = b""
        self._left: int | None = 0  # bytes of the request's body to come; None: of a tunnel
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio.Protocol."""
        host, port = transport.get_extra_info("sockname")[:2]
        self.outlet = self._find(f"{host}:{port}")
        super().connection_made(transport)
        if self.outlet is None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """asyncio.Protocol."""
        if self.other is not None:
            self._forward(data)
            return
        self._held += data
        if self._task is not None or END not in self._held:
            if len(self._held) > LONGEST_HEAD:
                self.end()
            return
        head, _, self._held = self._held.partition(END)
        self.transport.pause_reading()
        self._task = asyncio.create_task(self._serve(head))

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio.Protocol."""
        if self._task is not None:
            self._task.cancel()
        super().connection_lost(exc)

    async def _serve(self, head: bytes) -> None:
        assert self.outlet
        try:
            request = read_request(head)
            there = There(self, self.outlet, answers=not request.is_tunnel)
            await self.outlet.connect(request.host, request.port, lambda: there)
        except BadHead:
            self._answer(400)
        except NoWay as no:
            self._answer(STATUS.get(no.reason, 502))
        else:
            self._connected(request, there)

    def _connected(self, request: Request, there: "There") -> None:
        if self.transport.is_closing():
            there.transport.abort()
            return
        self.other = there
        if request.is_tunnel:
            self._left = None
            self.transport.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            self._left = request.body
            there.transport.write(request.head)
        held, self._held = self._held, b""
        if held:
            self._forward(held)
        with contextlib.suppress(RuntimeError):
            self.transport.resume_reading()

    def _forward(self, data: bytes) -> None:
        if self._left is None:
            self.pass_on(data)
            return
        if len(data) > self._left:  # a second request, which nobody has judged
            self.end()
            return
        self._left -= len(data)
        self.pass_on(data)

    def _answer(self, status: int) -> None:
        # A frame shows this in the picture: nothing in it of which addresses names have.
        body = b"<!doctype html><title>Not opened</title><p>This address is not opened."
        head = f"HTTP/1.1 {status} Refused\r\nContent-Type: text/html; charset=utf-8\r\n"
        tail = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.transport.write((head + tail).encode() + body)
        self.transport.close()


class There(_End):
    """A connection to a server, for one visit."""

    def __init__(self, visit: Visit, outlet: Outlet, *, answers: bool) -> None:
        self.other, self.outlet = visit, outlet
        self._held: bytes | None = b"" if answers else None  # of the answer

    def data_received(self, data: bytes) -> None:
        """asyncio.Protocol."""
        if self._held is None:
            self.pass_on(data)
            return
        self._held += data
        try:
            self._take_heads()
        except BadHead:
            self.end()

    def _take_heads(self) -> None:
        while self._held and END in self._held:
            head, _, rest = self._held.partition(END)
            status, out = read_answer(head)
            if status == 101:
                raise BadHead("a protocol that nobody asked for")
            self.pass_on(out)
            if status >= 200:
                self._held = None
                if rest:
                    self.pass_on(rest)
                return
            self._held = rest
        if self._held and len(self._held) > LONGEST_HEAD:
            raise BadHead("too long a head")
