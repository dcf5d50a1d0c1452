"""An object on its way here: its facts, and its bytes, counted and checked."""

import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from tintype.errors import ChecksumMismatch, StoreUnavailable
from tintype.s3.attributes import stat_from_headers
from tintype.s3.body import encode_crc32
from tintype.s3.crc import crc32 as crc32_of
from tintype.s3.errors import Call, from_exception
from tintype.s3.http import Response
from tintype.stores import Stat


class ObjectReader:
    """A context manager; `chunks` may be read once. `stat.size` is the size of the whole object."""

    def __init__(
        self,
        stat: Stat,
        response: Response | None,
        expected: int,
        crc32: str,
        call: Call | None,
    ) -> None:
        self.stat = stat
        self._response = response
        self._expected = expected
        self._crc32 = crc32
        self._call = call
        self._skip = 0

    @classmethod
    def nothing(cls, stat: Stat) -> Self:
        """A range that holds no bytes."""
        return cls(stat, None, 0, "", None)

    @classmethod
    def of(cls, response: Response, key: str, start: int, length: int | None, call: Call) -> Self:
        """The answer to a GET, of a range unless that is the whole."""
        stat = stat_from_headers(key, response.headers)
        wanted = max(0, stat.size - start)
        if response.framing < 0 and "content-range" not in response.headers:
            wanted = sys.maxsize  # no length was told; the framing tells whether all has come
        if length is not None:
            wanted = min(wanted, length)
        whole = start == 0 and length is None
        reader = cls(stat, response, wanted, _full_crc32(response) if whole else "", call)
        # A server that ignores ranges sends the whole object.
        reader._skip = start if response.status == 200 else 0
        return reader

    @property
    def crc32(self) -> str:
        """Of the whole object, in base64, if it was asked for and the server keeps one."""
        return self._crc32

    def chunks(self) -> Iterator[bytes]:
        """The bytes as they come.

        Raises StoreUnavailable when the connection breaks or the object is shorter than announced,
        and ChecksumMismatch when its CRC-32 is not the one the server keeps.
        """
        if self._response is None:
            return
        crc, left, skip = 0, self._expected, self._skip
        for chunk in self._received():
            if skip:
                chunk, skip = chunk[skip:], max(0, skip - len(chunk))
            data = chunk[:left] if len(chunk) > left else chunk
            if not data:
                continue
            left -= len(data)
            if self._crc32:
                crc = crc32_of(data, crc)
            yield data
        if left and self._expected != sys.maxsize:
            raise StoreUnavailable(f"The server sent {left:,} bytes too few of {self.stat.key}.")
        if self._crc32 and encode_crc32(crc) != self._crc32:
            raise ChecksumMismatch(
                f"The bytes of {self.stat.key} are not the ones that were stored."
            )

    def _received(self) -> Iterator[bytes]:
        assert self._response is not None
        assert self._call is not None
        try:
            yield from self._response.chunks()
        except OSError as error:
            raise from_exception(error, self._call) from error

    def read(self) -> bytes:
        """All of it."""
        return b"".join(self.chunks())

    def close(self) -> None:
        """Stop reading. What was not read is not transferred any more."""
        if self._response is not None:
            self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _full_crc32(response: Response) -> str:
    """The object's CRC-32 if the server tells one of all its bytes, not of its parts."""
    crc32 = response.headers.get("x-amz-checksum-crc32", "")
    composite = response.headers.get("x-amz-checksum-type", "").upper() == "COMPOSITE"
    return "" if composite or "-" in crc32 or len(crc32) != 8 else crc32
