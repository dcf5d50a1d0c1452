"""A server that drains: just enough S3 over HTTP to time clients, at the least cost.

    python benchmarks/sink.py [--processes 2] [--port 0]     # prints its port, ends with its stdin

Bodies are read and dropped; nothing is checked or kept. `GET /bucket/zeros-N`
gives N zero bytes, by ranges too. It is a yardstick and no test double: what a client gets right is
tested against a server that checks.
"""

import argparse
import os
import re
import select
import socket
import sys

ETAG = "d41d8cd98f00b204e9800998ecf8427e"
PIECE = 1 << 20
DISCARD = bytearray(PIECE)
XML = '<?xml version="1.0" encoding="UTF-8"?>'
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect: *100-continue", re.IGNORECASE)
_RANGE = re.compile(rb"\r\nrange: *bytes=(\d+)-(\d*)", re.IGNORECASE)
_ZEROS = re.compile(r"zeros-(\d+)")


class Connection:
    """One client: what has come of its request, and what is still to be sent to it."""

    def __init__(self, sock: socket.socket, zeros: int) -> None:
        self.sock, self.zeros = sock, zeros
        self.head = bytearray()
        self.body = -1  # bytes of the body, or of its chunk, still to come; -1: in the head
        self.chunked = False
        self.out = b""
        self.file = (0, 0)  # start and end of what is still to be sent of the zeros

    def readable(self) -> bool:
        """Take what is there; False when the client has gone."""
        if self.body > 0:
            got = self.sock.recv_into(DISCARD, min(PIECE, self.body))
            if not got:
                return False
            self.body -= got
        else:
            data = self.sock.recv(65536)
            if not data:
                return False
            self.head += data
        self.advance()
        return True

    def advance(self) -> None:
        """Go as far as the bytes at hand allow."""
        while True:
            if self.body < 0 and not self.begin():
                return
            taken = min(self.body, len(self.head))
            del self.head[:taken]
            self.body -= taken
            if self.body or (self.chunked and not self.next_chunk()):
                return
            self.answer()
            self.body = -1

    def begin(self) -> bool:
        """Read the head of a request, when it is whole."""
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return False
        self.request = bytes(self.head[: end + 2])
        del self.head[: end + 4]
        length = _LENGTH.search(self.request)
        self.chunked = _CHUNKED.search(self.request) is not None
        self.body = int(length[1]) if length and not self.chunked else 0
        if _EXPECT.search(self.request):
            self.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def next_chunk(self) -> bool:
        """Read the size of the next chunk; True when the last one has ended."""
        line = self.head.find(b"\r\n", 2 if self.head[:2] == b"\r\n" else 0)
        if line < 0:
            return False
        size = int(bytes(self.head[:line]).strip().split(b";")[0], 16)
        if size == 0:
            if b"\r\n\r\n" not in self.head:
                return False
            del self.head[: self.head.find(b"\r\n\r\n") + 4]
            return True
        del self.head[: line + 2]
        self.body = size
        self.advance_chunk()
        return False

    def advance_chunk(self) -> None:
        taken = min(self.body, len(self.head))
        del self.head[:taken]
        self.body -= taken
        if self.body == 0 and self.next_chunk():
            self.answer()
            self.body = -1

    def answer(self) -> None:
        """Queue the answer and send what goes at once."""
        self.chunked = False
        method, target, _ = self.request.split(b"\r\n", 1)[0].decode().split(" ", 2)
        path, _, query = target.partition("?")
        if method in {"GET", "HEAD"} and "uploads" not in query and (m := _ZEROS.search(path)):
            self.give(method, int(m[1]))
        else:
            self.out += reply(method, path, query)
        self.writable()

    def give(self, method: str, size: int) -> None:
        start, end, status = 0, size, "200 OK"
        extra = ""
        if m := _RANGE.search(self.request):
            start, end = int(m[1]), min(int(m[2] or size), size - 1) + 1
            status, extra = (
                "206 Partial Content",
                f"Content-Range: bytes {start}-{end - 1}/{size}\r\n",
            )
        self.out += head(status, end - start, extra)
        if method == "GET":
            self.file = start, end

    def writable(self) -> None:
        """Send what is queued, as far as it goes."""
        try:
            if self.out:
                self.out = self.out[self.sock.send(self.out) :]
            start, end = self.file
            while not self.out and start < end:
                start += os.sendfile(self.sock.fileno(), self.zeros, start, min(PIECE, end - start))
                self.file = start, end
        except BlockingIOError:
            pass

    @property
    def waiting(self) -> bool:
        """Is something still to be sent?"""
        return bool(self.out) or self.file[0] < self.file[1]


def head(status: str, length: int, extra: str = "") -> bytes:
    """The head of an answer."""
    return (
        f'HTTP/1.1 {status}\r\nContent-Length: {length}\r\nETag: "{ETAG}"\r\n'
        "Last-Modified: Fri, 01 Aug 2025 00:00:00 GMT\r\nContent-Type: application/xml\r\n"
        f"{extra}\r\n"
    ).encode()


def reply(method: str, path: str, query: str) -> bytes:
    """The answer to one call, by its method and query."""
    bucket, _, key = path[1:].partition("/")
    if method == "PUT":
        return head("200 OK", 0)
    if method == "DELETE":
        return head("204 No Content", 0)
    if method == "HEAD":
        return head("404 Not Found" if key else "200 OK", 0)
    facts = f"<Bucket>{bucket}</Bucket><Key>{key}</Key>"
    if method == "POST" and "uploadId" in query:
        name = "CompleteMultipartUploadResult"
        facts += f"<ETag>&quot;{ETAG}-2&quot;</ETag>"
    elif method == "POST":
        name, facts = "InitiateMultipartUploadResult", facts + "<UploadId>u1</UploadId>"
    elif "uploadId" in query:
        name, facts = "ListPartsResult", facts + "<IsTruncated>false</IsTruncated>"
    elif "uploads" in query:
        name, facts = "ListMultipartUploadsResult", "<IsTruncated>false</IsTruncated>"
    else:
        name, facts = "ListBucketResult", "<IsTruncated>false</IsTruncated><KeyCount>0</KeyCount>"
    body = f"{XML}<{name} {NAMESPACE}>{facts}</{name}>".encode()
    return head("200 OK", len(body)) + body


def loop(listener: socket.socket) -> None:
    """Serve until killed: one process, one epoll."""
    zeros = os.memfd_create("zeros")
    os.ftruncate(zeros, 1 << 40)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
    connections: dict[int, Connection] = {}
    while True:
        for number, event in poll.poll():
            if number == listener.fileno():
                accept(listener, poll, connections, zeros)
                continue
            serve(connections, number, event, poll)


def accept(
    listener: socket.socket, poll: select.epoll, connections: dict[int, Connection], zeros: int
) -> None:
    """Take a new client, unless another process was faster."""
    try:
        sock, _ = listener.accept()
    except BlockingIOError:
        return
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connections[sock.fileno()] = Connection(sock, zeros)
    poll.register(sock, select.EPOLLIN)


def serve(connections: dict[int, Connection], number: int, event: int, poll: select.epoll) -> None:
    """Let one client go on, or drop it."""
    connection = connections[number]
    was_waiting, alive = connection.waiting, True
    try:
        if event & select.EPOLLOUT:
            connection.writable()
        if event & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
            alive = connection.readable()
    except BlockingIOError:
        pass
    except (OSError, ValueError):
        alive = False
    if not alive:
        poll.unregister(number)
        connections.pop(number).sock.close()
    elif connection.waiting != was_waiting:
        poll.modify(number, select.EPOLLIN | (select.EPOLLOUT if connection.waiting else 0))


def main() -> None:
    """Bind, print the port, fork, and end with standard input."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", arguments.port), backlog=256)
    listener.setblocking(False)
    children = []
    for _ in range(arguments.processes):
        if (child := os.fork()) == 0:
            os.closerange(0, 1)
            loop(listener)
        children.append(child)
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()
    for child in children:
        os.kill(child, 15)


if __name__ == "__main__":
    main()
