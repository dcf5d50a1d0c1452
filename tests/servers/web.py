"""A web server on loopback that answers byte by byte what a test wants, or misbehaves as told."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Writer = asyncio.StreamWriter
Answer = Callable[[Writer], Awaitable[None]]


@dataclass
class Web:
    """A running server. A path's answers are given in turn, and the last one for ever."""

    host: str
    port: int = 0
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    connections: int = 0
    heads: list[str] = field(default_factory=list)  # every request's line and headers, as sent
    server_names: list[str | None] = field(default_factory=list)  # every TLS client's SNI

    def url(self, path: str = "/", *, host: str | None = None, scheme: str = "http") -> str:
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def on(self, path: str, *answers: Answer) -> str:
        self.answers[path] = list(answers)
        return self.url(path)

    @property
    def paths(self) -> list[str]:
        return [head.split(" ", 2)[1] for head in self.heads]

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head.decode("latin-1"))
                path = self.paths[-1].partition("?")[0]
                answers = self.answers[path]
                await (answers.pop(0) if len(answers) > 1 else answers[0])(writer)
                await writer.drain()
                if writer.is_closing():
                    break


def plain(body: bytes, status: str = "200 OK", *headers: str) -> Answer:
    """An ordinary answer with its length."""
    return raw(head(status, f"Content-Length: {len(body)}", *headers) + body)


def head(status: str, *headers: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers, "")).encode("latin-1")


def redirect(target: str, status: str = "302 Found", *headers: str) -> Answer:
    return plain(b"", status, f"Location: {target}", *headers)


def raw(data: bytes, *, cut: bool = False) -> Answer:
    """Exactly these bytes; with `cut` the connection ends after them."""

    async def answer(writer: Writer) -> None:
        writer.write(data)
        if cut:
            await writer.drain()
            writer.close()

    return answer


def drip(data: bytes, *, every: float = 0.02) -> Answer:
    """These bytes, and then one byte at a time without end."""

    async def answer(writer: Writer) -> None:
        writer.write(data)
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(every)

    return answer


def flood(data: bytes, block: bytes) -> Answer:
    """These bytes, and then a block again and again as fast as it is taken."""

    async def answer(writer: Writer) -> None:
        writer.write(data)
        while not writer.is_closing():
            writer.write(block)
            await writer.drain()

    return answer


@asynccontextmanager
async def serving(
    host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Web]:
    web = Web(host, port)
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task
        connections.add(task)
        try:
            await web.serve(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()  # the end of the server; raised again, asyncio would log it
        finally:
            connections.discard(task)
            writer.close()

    if tls:
        tls.sni_callback = lambda _, name, __: web.server_names.append(name)
    server = await asyncio.start_server(connected, host, port, ssl=tls, limit=1 << 20)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)  # lets the connections be lost
