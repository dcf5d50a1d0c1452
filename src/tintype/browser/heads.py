"""Heads of HTTP/1.1 messages, as far as a proxy must understand them. RFC 9110 and 9112."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_HEAD = 128 << 10
END = b"\r\n\r\n"
_METHOD = re.compile(rb"[A-Z]{1,20}")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# They are about one connection, and not passed on.
_OF_THE_HOP = frozenset(
    b"connection keep-alive proxy-connection proxy-authorization proxy-authenticate te trailer"
    b" upgrade".split()
)
_OF_BODIES = frozenset({b"content-length", b"transfer-encoding"})


class BadHead(Exception):
    """Not a message that is passed on."""


@dataclass(frozen=True, slots=True)
class Request:
    """Where a request goes, and what is sent there. `head` is empty for a tunnel."""

    host: str
    port: int
    head: bytes
    body: int = 0  # bytes that follow
    is_head: bool = False  # its answer has no body, whatever it says

    @property
    def is_tunnel(self) -> bool:
        """Whether it asks for a connection, and nothing more."""
        return not self.head


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """The head of an answer, to hand on as `head`. `body`: its bytes; None: to the end."""

    status: int
    head: bytes
    body: int | None
    keeps: bool  # whether its server takes another request

    @property
    def is_final(self) -> bool:
        """False for hints that come before an answer."""
        return self.status >= 200


def read_request(head: bytes) -> Request:
    """Read a request as a browser sends it to its proxy. Raises BadHead."""
    first, *lines = head.removesuffix(END).split(b"\r\n")
    parts = first.split(b" ")
    if len(parts) != 3 or parts[2] != b"HTTP/1.1" or not _METHOD.fullmatch(parts[0]):
        raise BadHead("no request of HTTP/1.1")
    method, target, _ = parts
    if method == b"CONNECT":
        return Request(*_authority(target.decode("latin-1")), b"")
    try:
        url = urlsplit(target.decode("ascii"))
        host, port = url.hostname or "", url.port or 80
    except ValueError as error:
        raise BadHead("no URL") from error
    if url.scheme != "http" or not host or url.username is not None:
        raise BadHead("no URL of the web")
    fields = _fields(lines)
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    kept = [
        b"%s: %s" % field for field in fields if field[0].lower() not in (*_OF_THE_HOP, b"host")
    ]
    name = url.netloc.encode("ascii")
    out = [b"%s %s HTTP/1.1" % (method, path.encode("ascii")), b"Host: " + name, *kept]
    is_head = method == b"HEAD"
    return Request(host, port, b"\r\n".join(out) + END, _body(fields), is_head)


def read_answer(head: bytes, *, to_head: bool = False) -> AnswerHead:
    """Read the head of an answer, to a HEAD request perhaps. Raises BadHead."""
    first, *lines = head.removesuffix(END).split(b"\r\n")
    match = re.match(rb"HTTP/1\.[01] ([1-5]\d\d)(?: |$)", first)
    if not match:
        raise BadHead("no answer of HTTP/1")
    fields = _fields(lines)
    kept = [b"%s: %s" % field for field in fields if field[0].lower() not in _OF_THE_HOP]
    status = int(match[1])
    body = 0 if to_head or status in {204, 304} else _length(fields)
    if status >= 200 and body is None:
        kept.append(b"Connection: close")
    keeps = first.startswith(b"HTTP/1.1") and not any(
        name.lower() == b"connection" and b"close" in value.lower() for name, value in fields
    )
    return AnswerHead(status, b"\r\n".join([first, *kept]) + END, body, keeps)


def _authority(text: str) -> tuple[str, int]:
    try:
        url = urlsplit(f"//{text}")
        host, port = url.hostname, url.port
    except ValueError as error:
        raise BadHead("no host and port") from error
    if not host or not port or url.path or url.username is not None:
        raise BadHead("no host and port")
    return host, port


def _fields(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    found = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon and _NAME.fullmatch(name):
            found.append((name, value.strip(b" \t")))
        elif found and line[:1] in (b" ", b"\t"):  # a folded line of long ago
            found[-1] = (found[-1][0], found[-1][1] + b" " + line.strip(b" \t"))
        # What is no header is left out, as browsers do.
    return found


def _length(fields: list[tuple[bytes, bytes]]) -> int | None:
    """The bytes of a body; None where that is not said, or not clearly."""
    if any(name.lower() == b"transfer-encoding" for name, _ in fields):
        return None
    lengths = {value for name, value in fields if name.lower() == b"content-length"}
    length = lengths.pop() if len(lengths) == 1 else b""
    return int(length) if length.isdigit() and len(length) <= 12 else None


def _body(fields: list[tuple[bytes, bytes]]) -> int:
    if not any(name.lower() in _OF_BODIES for name, _ in fields):
        return 0
    length = _length(fields)
    if length is None:
        raise BadHead("a body without a length")
    return length
