"""A TCP proxy in front of a real S3 server: it counts, and it cuts, slows and holds on request.

It reads as much HTTP as it takes to tell one request from the next, and changes nothing.
"""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PIECE = 64 << 10


@dataclass
class Seen:
    """A request that came by. `sent`: bytes of its body that were passed on."""

    method: str
    path: str
    query: dict[str, list[str]]
    length: int
    sent: int = 0
    number: int = 0  # from 1, of all requests

    @property
    def part(self) -> int:
        """The number of the part it brings, or 0."""
        return int(self.query.get("partNumber", ["0"])[0])


# Called before each request and before each piece of its body; True cuts.
Fault = Callable[[Seen], bool]


@dataclass
class FaultyProxy:
    """What has come by, and what is to go wrong."""

    upstream: tuple[str, int]
    endpoint: str = ""
    requests: list[Seen] = field(default_factory=list)
    fault: Fault = lambda _: False
    # Whose answer is not passed on; the connection is cut instead.
    lose: Fault = lambda _: False
    # Bytes of answers after which a new connection is cut, one number for each connection.
    cut_answers_after: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def body_bytes(self) -> int:
        """Bytes of bodies that were passed on to the server."""
        return sum(seen.sent for seen in self.requests)

    def parts(self) -> list[int]:
        """Numbers of the parts whose bodies went through completely, in order."""
        return sorted(s.part for s in self.requests if s.part and s.sent == s.length)

    def count(self, method: str) -> int:
        """How many requests of a method there were; the pages of a listing count as one."""
        return sum(
            seen.method == method and "continuation-token" not in seen.query
            for seen in self.requests
        )

    def wait_for(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Until something has come by."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.requests
            time.sleep(0.01)

    def forget(self) -> None:
        """Count from here."""
        with self.lock:
            self.requests = []


@contextlib.contextmanager
def in_front_of(endpoint: str) -> Iterator[FaultyProxy]:
    """Serve until the block ends."""
    parts = urlsplit(endpoint)
    assert parts.hostname
    assert parts.port
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = FaultyProxy((parts.hostname, parts.port))
        proxy.endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=_accept, args=(listener, proxy), daemon=True)
        thread.start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _accept(listener: socket.socket, proxy: FaultyProxy) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, proxy), daemon=True).start()


def _serve(client: socket.socket, proxy: FaultyProxy) -> None:
    with client, contextlib.suppress(OSError), socket.create_connection(proxy.upstream) as server:
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        mute = threading.Event()
        back = threading.Thread(target=_answers, args=(server, client, proxy, mute), daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            while _request(client, server, proxy, mute):
                pass
        for sock in (client, server):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        back.join()


def _request(
    client: socket.socket, server: socket.socket, proxy: FaultyProxy, mute: threading.Event
) -> bool:
    """Pass on one request; False when the connection is to end."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(_PIECE)
        if not more:
            return False
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    seen = _note(head, proxy)
    if proxy.fault(seen):
        return False
    if proxy.lose(seen):
        mute.set()
    server.sendall(head + b"\r\n\r\n")
    while seen.sent < seen.length:
        if not body:
            body = client.recv(min(_PIECE, seen.length - seen.sent))
        if not body or proxy.fault(seen):
            return False
        server.sendall(body)
        seen.sent, body = seen.sent + len(body), b""
    return True


def _note(head: bytes, proxy: FaultyProxy) -> Seen:
    method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
    path, _, query = target.partition("?")
    length = _LENGTH.search(head)
    fields = parse_qs(query, keep_blank_values=True)
    seen = Seen(method, unquote(path), fields, int(length[1]) if length else 0)
    with proxy.lock:
        proxy.requests.append(seen)
        seen.number = len(proxy.requests)
    return seen


def _answers(
    server: socket.socket, client: socket.socket, proxy: FaultyProxy, mute: threading.Event
) -> None:
    left = None
    with contextlib.suppress(OSError):
        while (data := server.recv(_PIECE)) and not mute.is_set():
            if left is None:
                with proxy.lock:
                    left = proxy.cut_answers_after.pop() if proxy.cut_answers_after else 1 << 60
            client.sendall(data[:left])
            left -= len(data)
            if left <= 0:
                break
    for sock in (client, server):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
