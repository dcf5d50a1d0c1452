"""Bodies: what a client sends, taken in with a limit and a time-out; raw or in a form."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import CredentialsRefused, InvalidRequest
from tintype.web.exchange import Exchange
from tintype.web.presence import ClientGone

FIELD = "media"  # thumbor's name for it
MAX_JSON = 64 << 10  # bytes
_MAX_AROUND = 64 << 10  # bytes of a form around its file


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent: the bytes, and the name that the client gave them, which may be empty."""

    blob: Blob
    name: str


async def upload_of(exchange: Exchange, limits: SpoolLimits, patience: float) -> Upload:
    """The file that a request brings: its whole body, or the field `media` of a form.

    Raises TooLarge as soon as that is certain, InvalidRequest for nothing at all, a broken form, or
    `patience` seconds without a byte.
    """
    if length := exchange.headers.get(b"content-length", b""):
        limits.check(int(length) - _MAX_AROUND if length.isdigit() else 0)
    kind, options = parse_options_header(exchange.headers.get(b"content-type", b""))
    chunks = chunks_of(exchange, patience)
    if kind == b"multipart/form-data":
        form = _Form(options.get(b"boundary", b""))
        blob, name = await spool(form.file(chunks), limits), form.name
    else:
        blob = await spool(chunks, limits)
        name = exchange.headers.get(b"slug", b"").decode("latin-1")
    if not blob.size:
        raise InvalidRequest(
            "The body is empty.", remedy=f"Send a picture, or a form with the field {FIELD}."
        )
    return Upload(blob, name)


async def json_of(
    exchange: Exchange, patience: float, longest: int = MAX_JSON, *, may_be_empty: bool = False
) -> Any:
    """A small body as JSON; raises InvalidRequest when it is none, or large. No body is `{}`, where
    it may be.
    """
    body = bytearray()
    async for chunk in chunks_of(exchange, patience):
        body += chunk
        if len(body) > longest:
            raise InvalidRequest(f"The body is longer than {longest >> 10:,} KiB.")
    _check_signed(exchange, body)
    if may_be_empty and not body:
        return {}
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidRequest("The body is no JSON.") from None


def _check_signed(exchange: Exchange, body: bytearray) -> None:
    """Raise CredentialsRefused where a request was signed with another body, or without it."""
    signed = exchange.signed_sha256
    if signed and not hmac.compare_digest(hashlib.sha256(body).hexdigest(), signed):
        raise CredentialsRefused("The body is not the one that was signed.")


async def chunks_of(exchange: Exchange, patience: float) -> AsyncIterator[bytes]:
    """The body as it comes; raises ClientGone, and InvalidRequest when nothing comes."""
    more = True
    while more:
        try:
            async with asyncio.timeout(patience):
                message = await exchange.receive()
        except TimeoutError:
            raise InvalidRequest(f"No byte of the body came for {patience:g} seconds.") from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        more = message.get("more_body", False)
        yield message.get("body", b"")


class _Form:
    """Reads a multipart form, and gives out what is in its field `media`, as it comes."""

    def __init__(self, boundary: bytes) -> None:
        self.name = ""
        self._header, self._value = bytearray(), bytearray()
        self._is_ours, self._found, self._done = False, False, False
        self._out: list[bytes] = []
        if not boundary:
            raise InvalidRequest("The form has no boundary.")
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_header,
                "on_header_value": self._on_value,
                "on_header_end": self._end_header,
                "on_part_data": self._on_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    async def file(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The bytes of the field; raises InvalidRequest when there is none."""
        around = 0
        async for chunk in chunks:
            try:
                self._parser.write(chunk)
            except MultipartParseError:
                raise InvalidRequest("The form is broken.") from None
            given = sum(map(len, self._out))
            around += len(chunk) - given
            if around > _MAX_AROUND:
                raise InvalidRequest(
                    f"There is too much in the form beside its file, whose field is called {FIELD}."
                )
            for piece in self._out:
                yield piece
            self._out.clear()
        if not self._found:
            raise InvalidRequest(f"The form has no file: the field is called {FIELD}.")
        if not self._done:
            raise InvalidRequest("The form breaks off.")

    def _begin(self) -> None:
        self._is_ours = False

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self._is_ours = not self._found and options.get(b"name") == FIELD.encode()
            if self._is_ours:
                self.name = options.get(b"filename", b"").decode("utf-8", "replace")
        self._header.clear()
        self._value.clear()

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_ours:
            self._out.append(data[start:end])

    def _end_part(self) -> None:
        self._found = self._found or self._is_ours

    def _end(self) -> None:
        self._done = True
