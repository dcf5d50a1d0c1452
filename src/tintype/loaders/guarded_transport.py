"""An httpx2 transport that connects to judged addresses only.

A name is looked up once for a connection, every address of the answer is judged, and the connection
goes to one that passed, by its number: there is no second look-up that could answer differently.
TLS still verifies the name, and the Host header is unchanged. No proxy, whatever the environment.

It raises our own errors, and httpx2's none: httpcore2's are translated here.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing, suppress
from typing import Any

import httpcore2
import httpx2

from tintype.detached import run_detached
from tintype.errors import AddressRefused
from tintype.loaders.http_errors import HostNotFound, shown, translating
from tintype.netguard import Guard

Resolve = Callable[[str, int], Sequence[str]]
Stream = httpcore2.AsyncNetworkStream

STAGGER = 0.25  # seconds until the next address is tried beside the last; RFC 8305, section 5
MAX_ADDRESSES = 16  # of one answer
KEEP_ALIVE = 15.0  # seconds
NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the system's resolver, best first. Blocks; OSError."""
    # As bytes, because Python's own IDNA codec refuses names that resolvers know.
    answers = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in answers]


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends requests like httpx2's own transport, to addresses that `guard` lets pass.

    `resolve` blocks and is called in a thread; `tls` is what servers are verified with (default:
    the system's certificates, or those of SSL_CERT_FILE). Belongs to the event loop in which it is
    first used.
    """

    def __init__(
        self, guard: Guard, *, resolve: Resolve = look_up, tls: ssl.SSLContext | None = None
    ) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or httpx2.create_ssl_context(),
            max_connections=None,  # the caller decides how much happens at once
            max_keepalive_connections=20,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=_GuardedBackend(guard, resolve),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; the body of the answer streams. Raises SourceErrors."""
        url, name = request.url, shown(request.url)
        host = url.raw_host.decode("ascii")
        with translating(name):
            response = await self._pool.handle_async_request(
                httpcore2.Request(
                    method=request.method,
                    url=httpcore2.URL(
                        scheme=url.raw_scheme, host=host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    # A certificate is for the name without the dot of the DNS root.
                    extensions={"sni_hostname": host.removesuffix("."), **request.extensions},
                )
            )
        return httpx2.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response, name),
            extensions=response.extensions,
            request=request,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        with translating("Closing"):
            await self._pool.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response, name: str) -> None:
        self._response, self._name = response, name

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with translating(self._name):
            async with aclosing(self._response.aiter_stream()) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def aclose(self) -> None:
        with translating(self._name):
            await self._response.aclose()


class _GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections for httpcore2, which gives it the host and port of a URL."""

    def __init__(self, guard: Guard, resolve: Resolve) -> None:
        self._guard, self._resolve = guard, resolve
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore2's interface)
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> Stream:
        try:
            async with asyncio.timeout(timeout):
                addresses = self._judged(host, port, await self._look_up(host, port))
                return await _first(
                    lambda address: self._network.connect_tcp(
                        address, port, None, local_address, socket_options
                    ),
                    addresses,
                )
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"{host} does not answer") from error

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        try:
            return await run_detached(lambda: self._resolve(host, port))
        except ValueError as error:
            raise HostNotFound(host) from error
        except OSError as error:
            if isinstance(error, socket.gaierror) and error.errno in NO_SUCH_HOST:
                raise HostNotFound(host) from error
            raise httpcore2.ConnectError(f"the name {host} cannot be looked up now") from error

    def _judged(self, host: str, port: int, addresses: Sequence[str]) -> list[str]:
        """The addresses that may be connected to, in their order; AddressRefused if none is."""
        judged = {a: self._guard.refuse(host, a, port) for a in addresses[:MAX_ADDRESSES]}
        passed = [address for address, reason in judged.items() if reason is None]
        if not passed:
            reasons = "; ".join(dict.fromkeys(r for r in judged.values() if r)) or "no address"
            raise AddressRefused(
                f"{host} is not fetched from: {reasons}.",
                remedy="If it is meant, name the host or its network in TINTYPE_ALLOWED_NETWORKS.",
            )
        return passed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _first(
    connect: Callable[[str], Coroutine[Any, Any, Stream]], addresses: Sequence[str]
) -> Stream:
    """The first connection that succeeds.

    The next address gets its turn when one fails, or beside it after a moment: an address that
    swallows packets must not cost the whole time-out. Raises the last failure.
    """
    waiting, attempts = list(addresses), set[asyncio.Task[Stream]]()
    failure: Exception | None = None
    try:
        while waiting or attempts:
            if waiting:
                attempts.add(asyncio.create_task(connect(waiting.pop(0))))
            done, attempts = await asyncio.wait(
                attempts,
                timeout=STAGGER if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            won = [task.result() for task in done if task.exception() is None]
            for spare in won[1:]:
                await spare.aclose()
            if won:
                return won[0]
            failure = next((task.exception() for task in done), failure)  # type: ignore[assignment]
    finally:
        await _abandon(attempts)
    raise failure or httpcore2.ConnectError("no address")


async def _abandon(attempts: set[asyncio.Task[Stream]]) -> None:
    for task in attempts:
        task.cancel()
    for result in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(result, httpcore2.AsyncNetworkStream):
            with suppress(Exception):
                await result.aclose()
