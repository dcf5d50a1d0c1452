"""The headers of tus 1.0 (https://tus.io/protocols/resumable-upload), read and written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tintype.errors import InvalidRequest
from tintype.uploads import UploadRecord
from tintype.web.answers import Headers, http_date
from tintype.web.uploads.incoming import Checksum

VERSION = b"1.0.0"
EXTENSIONS = (
    b"creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,"
    b"concatenation"
)
CHUNK = b"application/offset+octet-stream"
ALLOWED = (
    b"Authorization, Content-Type, Tus-Resumable, Upload-Checksum, Upload-Concat,"
    b" Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override,"
    b" X-Request-ID, X-Requested-With"
)
EXPOSED = (
    b"access-control-expose-headers",
    b"Location, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Defer-Length, Upload-Concat,"
    b" Upload-Expires, Tus-Version, Tus-Resumable, Tus-Max-Size, Tus-Extension,"
    b" Tus-Checksum-Algorithm, Content-Location",
)
MOST_PARTS = 1_000  # that one upload may be put together of
_NUMBER = re.compile(rb"[0-9]{1,16}")
_PART = re.compile(r"(?:[^ ;?#]*/)?([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Creation:
    """What a POST asks for. `parts` are the ids of the uploads that make a final one."""

    length: int | None
    metadata: str
    concat: str
    parts: tuple[str, ...] = ()

    @property
    def is_final(self) -> bool:
        """True when the upload is to be put together of others."""
        return self.concat.startswith("final")


def options(most_bytes: int) -> Headers:
    """What OPTIONS tells a client about the server."""
    return [
        (b"tus-version", VERSION),
        (b"tus-extension", EXTENSIONS),
        (b"tus-max-size", b"%d" % most_bytes),
        (b"tus-checksum-algorithm", ",".join(Checksum.ALGORITHMS).encode()),
    ]


def read_creation(headers: Mapping[bytes, bytes]) -> Creation:
    """What a POST asks for; InvalidRequest for what makes no sense."""
    metadata = headers.get(b"upload-metadata", b"").decode("latin-1")
    concat = headers.get(b"upload-concat", b"").decode("latin-1").strip()
    length, deferred = number(headers, b"upload-length"), headers.get(b"upload-defer-length")
    if concat.startswith("final;"):
        if length is not None or deferred is not None:
            raise InvalidRequest("A final upload has the length of its parts; send none.")
        return Creation(None, metadata, concat, _parts(concat))
    if concat not in {"", "partial"}:
        raise InvalidRequest("Upload-Concat is partial, or final; with the URLs of the parts.")
    if deferred not in {None, b"1"}:
        raise InvalidRequest("Upload-Defer-Length can only be 1.")
    if (length is None) == (deferred is None):
        raise InvalidRequest("Send either Upload-Length or Upload-Defer-Length: 1.")
    return Creation(length, metadata, concat)


def _parts(concat: str) -> tuple[str, ...]:
    """The ids at the ends of the URLs: nothing else of them is looked at."""
    urls = concat.removeprefix("final;").split()
    if not 0 < len(urls) <= MOST_PARTS:
        raise InvalidRequest(f"A final upload has 1 to {MOST_PARTS:,} parts.")
    found = [_PART.fullmatch(url) for url in urls]
    if not all(found):
        raise InvalidRequest("Upload-Concat names something that is no upload.")
    return tuple(match[1] for match in found if match)


def number(headers: Mapping[bytes, bytes], name: bytes) -> int | None:
    """A header that is a number of bytes; None when it is absent, InvalidRequest when wrong."""
    text = headers.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise InvalidRequest(f"{name.decode().title()} is no number of bytes.")
    return int(text)


def state(record: UploadRecord) -> Headers:
    """Where an upload stands, for HEAD."""
    found: Headers = [(b"upload-offset", b"%d" % record.offset), expires(record)]
    if record.length is None:
        found.append((b"upload-defer-length", b"1"))
    else:
        found.append((b"upload-length", b"%d" % record.length))
    if record.metadata:
        found.append((b"upload-metadata", record.metadata.encode("latin-1")))
    if record.concat:
        found.append((b"upload-concat", record.concat.encode("latin-1")))
    return [*found, *result(record)]


def result(record: UploadRecord) -> Headers:
    """Not of tus: the URL of what became of an upload."""
    return [(b"content-location", record.result.encode())] if record.result else []


def expires(record: UploadRecord) -> tuple[bytes, bytes]:
    """When an upload is over that nobody goes on with."""
    return b"upload-expires", http_date(record.expires.timestamp())
