"""The filtering proxy that every connection of the browser goes through.

Each request is parsed, and its host judged and connected to by its outlet. The next one over the
same connection is taken when that is answered whole, and judged as well: nothing goes to a host
that was judged for another request. Tunnels (CONNECT) carry TLS and WebSockets.
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
    """A connection of the browser's: requests, one after the other."""

    def __init__(self, find: Callable[[str], Outlet | None]) -> None:
        self._find = find
        self._held = b""
        self._left: int | None = 0  # bytes of the request's body to come; None: of a tunnel
        self._task: asyncio.Task[None] | None = None
        self._kept: There | None = None  # the last one's server, which takes another

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
        if self._kept is not None:
            self._kept.transport.close()
        super().connection_lost(exc)

    def answered(self, there: "There") -> None:
        """The answer is whole; the next request may come."""
        self.other = self._task = None
        if self._left:  # answered before it was sent whole
            self.transport.close()
        if there.keeps and not self.transport.is_closing():
            there.transport.resume_reading()  # the browser's slowness is no concern any more
            self._kept = there
        else:
            there.transport.close()

    def leave(self, there: "There") -> None:
        """A server is gone."""
        if there is self._kept:
            self._kept = None
        elif there is self.other:
            self.transport.close()  # after what is still to be sent

    async def _serve(self, head: bytes) -> None:
        assert self.outlet
        try:
            request = read_request(head)
            there = self._again(request) or await self._connect(request)
        except BadHead:
            self._answer(400)
        except NoWay as no:
            self._answer(STATUS.get(no.reason, 502))
        else:
            self._connected(request, there)

    def _again(self, request: Request) -> "There | None":
        """The last request's server, where this one is for the same."""
        there, self._kept = self._kept, None
        if there is None:
            return None
        if request.is_tunnel or (request.host, request.port) != there.place:
            there.transport.close()
            return None
        assert self.outlet
        self.outlet.admit()
        return there

    async def _connect(self, request: Request) -> "There":
        assert self.outlet
        there = There(self, self.outlet, (request.host, request.port))
        await self.outlet.connect(request.host, request.port, lambda: there)
        return there

    def _connected(self, request: Request, there: "There") -> None:
        if self.transport.is_closing() or there.transport.is_closing():
            self.transport.close()
            there.transport.abort()
            return
        self.other = there
        if request.is_tunnel:
            self._left = None
            self.transport.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        else:
            self._left = request.body
            there.ask(request)
        held, self._held = self._held, b""
        if held:
            self._forward(held)
        with contextlib.suppress(RuntimeError):
            self.transport.resume_reading()

    def _forward(self, data: bytes) -> None:
        if self._left is None:
            self.pass_on(data)
            return
        if len(data) > self._left:  # a second request before the first is answered
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
    """A connection to a server, for one visit. `place` is its host and port."""

    def __init__(self, visit: Visit, outlet: Outlet, place: tuple[str, int]) -> None:
        self.other, self.outlet, self.place = visit, outlet, place
        self.keeps = False  # whether it takes another request
        self._visit = visit
        self._request: Request | None = None  # that is not answered yet; none of a tunnel
        self._held = b""  # of the answer's head
        self._left: int | None = None  # bytes of the answer's body to come; None: to the end

    def ask(self, request: Request) -> None:
        """Send a request; its answer goes to the visit."""
        self._request, self._left = request, None
        self.transport.write(request.head)

    def data_received(self, data: bytes) -> None:
        """asyncio.Protocol."""
        if self._request is None:
            self._body(data)
            return
        self._held += data
        try:
            self._take_heads(self._request)
        except BadHead:
            self.end()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio.Protocol
        """asyncio.Protocol."""
        if self.outlet is not None:
            self.outlet.remove(self.transport)
        self._visit.leave(self)

    def _take_heads(self, request: Request) -> None:
        while END in self._held:
            head, _, self._held = self._held.partition(END)
            answer = read_answer(head, to_head=request.is_head)
            if answer.status == 101:
                raise BadHead("a protocol that nobody asked for")
            if answer.is_final:
                self._request, self._left, self.keeps = None, answer.body, answer.keeps
                rest, self._held = self._held, b""
                self._body(rest, answer.head)
                return
            self.pass_on(answer.head)
        if len(self._held) > LONGEST_HEAD:
            raise BadHead("too long a head")

    def _body(self, data: bytes, head: bytes = b"") -> None:
        if self._left is not None:
            if len(data) > self._left:  # more than the answer has
                self.end()
                return
            self._left -= len(data)
        self.pass_on(head + data)
        if self._left == 0:
            self._visit.answered(self)
