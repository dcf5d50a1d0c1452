"""A server of a few lines for each test: real sockets, and whatever the test wants them to do."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Handler = Callable[["Visit"], None]


@dataclass
class Visit:
    """One connection, with the number of those before it."""

    socket: socket.socket
    number: int
    buffer: bytes = b""

    def request(self) -> tuple[str, dict[str, str], bytes]:
        """Read one request with its body: the first line, the headers, the bytes."""
        head, headers = self.head()
        while len(self.buffer) < int(headers.get("content-length", 0)):
            self._more()
        length = int(headers.get("content-length", 0))
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return head, headers, body

    def head(self) -> tuple[str, dict[str, str]]:
        """Read a request up to its body."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return first, {name.lower(): value.strip() for name, _, value in pairs}

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        """Answer with a length; `x_amz_…` is a header with hyphens."""
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} Whatever\r\ncontent-length: {len(body)}\r\n{lines}\r\n"
        self.socket.sendall(head.encode("latin-1") + body)


@dataclass
class RawServer:
    """Where it listens, and how many connections it has had."""

    port: int
    visits: int = 0
    failures: list[BaseException] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Serve in threads until the block ends. What a handler raises fails the test, but for EOF."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1])
    threads: list[threading.Thread] = []
    open_sockets: list[socket.socket] = []

    def visit(connection: socket.socket, number: int) -> None:
        with contextlib.closing(connection):
            try:
                if tls:
                    connection = tls.wrap_socket(connection, server_side=True)
                with contextlib.closing(connection):
                    handler(Visit(connection, number))
            except (EOFError, OSError):
                pass
            except BaseException as error:
                server.failures.append(error)

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                open_sockets.append(connection)
                thread = threading.Thread(target=visit, args=(connection, server.visits))
                server.visits += 1
                threads.append(thread)
                thread.start()

    main = threading.Thread(target=listen)
    main.start()
    try:
        yield server
    finally:
        # A listener that is only closed stays in its accept().
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        main.join()
        for connection in open_sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
    if server.failures:
        raise server.failures[0]
