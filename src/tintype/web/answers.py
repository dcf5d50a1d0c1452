"""Answer: what is sent back; and the headers that a picture is sent with."""

import time
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from urllib.parse import quote

from tintype.formats import by_media_type
from tintype.renditions import Found, Kept

Headers = list[tuple[bytes, bytes]]

# What may not run scripts where it is shown: everything that is no raster picture.
SANDBOX = b"default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
NOTHING = b"default-src 'none'; frame-ancestors 'none'"
NOSNIFF = (b"x-content-type-options", b"nosniff")
NO_STORE = (b"cache-control", b"no-store")


@dataclass(slots=True)
class Answer:
    """A whole answer. `Content-Length` is added when it is sent.

    `code` is that of an error, for the metrics; `found` says where a rendition came from.
    """

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    code: str = ""
    found: Found | None = None
    etag: bytes = b""  # with quotes
    modified: float = 0.0  # seconds since 1970; 0: unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Caching:
    """How long an answer may be kept, in seconds."""

    max_age: int
    stale: int = 0

    def headers(self) -> Headers:
        """`Cache-Control` and, for what is older than HTTP/1.1, `Expires`."""
        if self.max_age <= 0:
            return [(b"cache-control", b"no-cache")]
        control = f"public, max-age={self.max_age}"
        if self.stale:
            control += f", stale-while-revalidate={self.stale}"
        return [
            (b"cache-control", control.encode()),
            (b"expires", http_date(time.time() + self.max_age)),
        ]


def http_date(seconds: float) -> bytes:
    """Seconds since 1970 as HTTP writes them."""
    return _date_of(int(seconds))


@lru_cache(maxsize=256)
def _date_of(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


def picture(kept: Kept, caching: Caching, *, attachment: str | None, vary: str) -> Answer:
    """The answer that hands out a rendition; saved as `attachment` unless that is None."""
    etag, modified = f'"{kept.etag}"'.encode(), kept.modified.timestamp()
    headers = [
        (b"content-type", kept.media_type.encode()),
        (b"etag", etag),
        (b"last-modified", http_date(modified)),
        (b"accept-ranges", b"bytes"),
        NOSNIFF,
        *caching.headers(),
    ]
    if vary:
        headers.append((b"vary", vary.encode()))
    if is_raster(kept.media_type):
        if attachment is not None:
            headers.append(disposition(attachment))
    else:
        headers += [disposition(attachment or ""), (b"content-security-policy", SANDBOX)]
    return Answer(200, headers, kept.content, found=kept.found, etag=etag, modified=int(modified))


def is_raster(media_type: str) -> bool:
    """True for a picture that can hold no script."""
    return by_media_type(media_type) is not None


def disposition(name: str) -> tuple[bytes, bytes]:
    """Save it under a name instead of showing it: RFC 6266, and RFC 8187 beyond ASCII."""
    clean = "".join(c for c in name if c.isprintable() and c not in '"\\/')[:150]
    if not clean:
        return b"content-disposition", b"attachment"
    value = f'attachment; filename="{clean.encode("ascii", "replace").decode()}"'
    if not clean.isascii():
        value += f"; filename*=UTF-8''{quote(clean, safe='')}"
    return b"content-disposition", value.encode()
