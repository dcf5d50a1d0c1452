"""One capture's way out: which hosts it may reach, and how much it may load.

Every name is looked up once in a capture, every address of the answer is judged, and connections go
to what passed, by its number: a name that answers differently the next time is not asked again.
"""

import asyncio
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from tintype.detached import run_detached
from tintype.netguard import Guard, normal_name

Resolve = Callable[[str, int], Sequence[str]]

MAX_ADDRESSES = 8  # of one answer
MAX_HOSTS = 300  # of one page
MAX_REQUESTS = 3_000
LOOK_UP = 10.0  # seconds
CONNECT = 8.0
NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


class NoWay(Exception):
    """Not connected. `reason` is a word for programs."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rules:
    """What is the same for all captures of a browser."""

    guard: Guard
    max_bytes: int
    resolve: Resolve


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the system's resolver, best first. Blocks; OSError."""
    answers = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in answers]


@dataclass(eq=False)
class Outlet:
    """The way out of one capture: what wants to connect waits until it is opened, then it is open
    until it is closed.
    """

    rules: Rules
    blocked: Collection[str] = ()  # hosts; all names below one as well
    bytes: int = 0
    requests: int = 0
    is_full: bool = False  # the limit of bytes or requests was reached
    failures: dict[str, NoWay] = field(default_factory=dict)  # by host
    _known: "dict[str, asyncio.Task[list[str]]]" = field(default_factory=dict)
    _open: set[asyncio.Transport] = field(default_factory=set)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)
    _closed: bool = False

    def open(self) -> None:
        """Let out whoever waits, and will come."""
        self._opened.set()

    def count(self, size: int) -> bool:
        """Count bytes that passed; False once there are too many."""
        self.bytes += size
        if self.bytes > self.rules.max_bytes:
            self.is_full = True
        return not self.is_full

    def add(self, transport: asyncio.Transport) -> None:
        """A connection that ends with the capture."""
        if self._closed:
            transport.abort()
        else:
            self._open.add(transport)

    def remove(self, transport: asyncio.Transport) -> None:
        """The connection has ended by itself."""
        self._open.discard(transport)

    def close(self) -> None:
        """End every connection of the capture; nothing gets out any more."""
        self._closed = True
        for transport in self._open:
            transport.abort()
        self._open.clear()
        for task in self._known.values():
            task.cancel()

    def admit(self) -> None:
        """Count a request. Raises NoWay once there are too many."""
        self.requests += 1
        if self._closed or self.is_full or self.requests > MAX_REQUESTS:
            self.is_full = True
            raise NoWay("too-large", "The page loads more than is allowed.")

    async def connect(
        self, host: str, port: int, factory: Callable[[], asyncio.Protocol]
    ) -> asyncio.BaseTransport:
        """A connection to a host that may be reached. Raises NoWay, which is remembered."""
        name = normal_name(host)
        try:
            return await self._connect(name, port, factory)
        except NoWay as no:
            self.failures[name] = no
            raise

    async def _connect(
        self, host: str, port: int, factory: Callable[[], asyncio.Protocol]
    ) -> asyncio.BaseTransport:
        await self._opened.wait()
        self.admit()
        if self.is_blocked(host):
            raise NoWay("blocked", f"{host} is on the filter list.")
        passed = self._judged(host, port, await self._addresses(host, port))
        error: OSError | None = None
        for address in passed:
            try:
                async with asyncio.timeout(CONNECT):
                    loop = asyncio.get_running_loop()
                    transport, _ = await loop.create_connection(factory, address, port)
                    return transport
            except TimeoutError:
                error = TimeoutError("it does not answer")
            except OSError as failure:
                error = failure
        raise NoWay("no-answer", f"{host} cannot be connected to.") from error

    def is_blocked(self, host: str) -> bool:
        """Whether a host, or a name above it, is on the filter list."""
        labels = host.split(".")
        return any(".".join(labels[i:]) in self.blocked for i in range(len(labels) - 1))

    def _judged(self, host: str, port: int, addresses: Sequence[str]) -> list[str]:
        judged = {a: self.rules.guard.refuse(host, a, port) for a in addresses}
        passed = [address for address, reason in judged.items() if reason is None]
        if not passed:
            reasons = "; ".join(dict.fromkeys(r for r in judged.values() if r)) or "no address"
            raise NoWay("refused-address", f"{host} is not connected to: {reasons}.")
        return passed

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return [str(ip_address(host.strip("[]")))]
        except ValueError:
            pass
        task = self._known.get(host)
        if task is None:
            if len(self._known) >= MAX_HOSTS:
                raise NoWay("too-large", "The page loads from too many hosts.")
            task = self._known[host] = asyncio.create_task(self._look_up(host, port))
            task.add_done_callback(_seen)
        return await asyncio.shield(task)

    async def _look_up(self, host: str, port: int) -> list[str]:
        try:
            async with asyncio.timeout(LOOK_UP):
                found = await run_detached(lambda: self.rules.resolve(host, port))
        except TimeoutError:
            raise NoWay("dns", f"The name {host} cannot be looked up now.") from None
        except (OSError, ValueError) as error:
            known = isinstance(error, socket.gaierror) and error.errno not in NO_SUCH_HOST
            said = "cannot be looked up now" if known else "is not known"
            raise NoWay("dns", f"The name {host} {said}.") from error
        return list(found)[:MAX_ADDRESSES]


def _seen(task: "asyncio.Task[list[str]]") -> None:
    """Nobody may be there any more whom a failure would concern."""
    if not task.cancelled():
        task.exception()
