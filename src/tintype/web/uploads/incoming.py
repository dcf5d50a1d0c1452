"""Incoming: the body of a request, as it comes, which can be cut off by another request."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator

from tintype.errors import (
    CredentialsRefused,
    InvalidRequest,
    UploadChecksumWrong,
    UploadConflict,
    UploadTypeRefused,
)
from tintype.formats import SNIFF_BYTES, by_media_type, sniff
from tintype.signed_requests import UNSIGNED
from tintype.web.exchange import Exchange
from tintype.web.presence import ClientGone


class Incoming:
    """The bytes of a body. `silence`: seconds without a byte after which it is over.

    Waiting for the next byte ends at once when `cut` is called: a connection that hangs brings
    none, and would never look at a flag.
    """

    def __init__(self, exchange: Exchange, silence: float) -> None:
        self._exchange, self._silence = exchange, silence
        self._waiting: asyncio.Timeout | None = None
        signed = exchange.signed_sha256
        self._signed = signed if signed != UNSIGNED else ""
        self.is_cut = False

    @property
    def is_signed(self) -> bool:
        """True when it turns out at the end only whether the bytes are those that were signed."""
        return bool(self._signed)

    def cut(self) -> None:
        """Take no more bytes: another request goes on with the upload."""
        self.is_cut = True
        if self._waiting is not None:
            self._waiting.reschedule(0)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. ClientGone when the client is; UploadConflict when it was cut off;
        InvalidRequest when nothing comes; CredentialsRefused, at the end, when others were signed.
        """
        if not self._signed:
            async for chunk in self._chunks():
                yield chunk
            return
        digest = hashlib.sha256()
        async for chunk in self._chunks():
            digest.update(chunk)
            yield chunk
        if digest.hexdigest() != self._signed:
            raise CredentialsRefused("The body is not the one that was signed.")

    async def _chunks(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            if self.is_cut:
                raise self._taken_over()
            try:
                async with asyncio.timeout(self._silence) as self._waiting:
                    message = await self._exchange.receive()
            except TimeoutError:
                if self.is_cut:
                    raise self._taken_over() from None
                self._hang_up()
                raise InvalidRequest(f"No byte came for {self._silence:g} seconds.") from None
            finally:
                self._waiting = None
            if message["type"] == "http.disconnect":
                raise ClientGone
            more = message.get("more_body", False)
            if body := message.get("body", b""):
                yield body

    def _taken_over(self) -> UploadConflict:
        self._hang_up()
        return UploadConflict("Another request goes on with this upload.")

    def _hang_up(self) -> None:
        """Nobody is there any more, most likely: the rest of the body is not waited for."""
        self._exchange.common.append((b"connection", b"close"))


async def limited(
    chunks: AsyncIterator[bytes], room: int, beyond: Exception
) -> AsyncIterator[bytes]:
    """The chunks, if they have at most `room` bytes; raises `beyond` when more come.

    What fills the room to the last byte is given only when it is known that nothing follows, or
    that nothing more can: one byte too many is found before the upload is whole.
    """
    last = b""
    try:
        async for chunk in chunks:
            room -= len(chunk)
            if room < 0:
                last = b""
                raise beyond
            if room == 0:
                last = chunk
            else:
                yield chunk
    except (ClientGone, UploadConflict, InvalidRequest):
        if last:
            yield last
        raise
    if last:
        yield last


async def of_pictures(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks from an upload's start, if they begin as a picture does; UploadTypeRefused."""
    head, judged = bytearray(), False
    async for chunk in chunks:
        if judged:
            yield chunk
            continue
        head += chunk
        if len(head) >= SNIFF_BYTES:
            check_picture(bytes(head))
            judged = True
            yield bytes(head)
    if head and not judged:
        yield bytes(head)


def check_picture(head: bytes) -> None:
    """Raise UploadTypeRefused unless some bytes begin as a picture that is read here."""
    media_type = sniff(head[:SNIFF_BYTES])
    if by_media_type(media_type) is None:
        raise UploadTypeRefused(
            f"What was sent is {media_type} by its bytes, and no picture that is read here."
        )


class Checksum:
    """The checksum of a chunk, as the header Upload-Checksum announces it."""

    ALGORITHMS = ("sha1", "sha256", "sha384", "sha512", "md5", "sha224")

    def __init__(self, header: str) -> None:
        """Read the header; InvalidRequest when it is malformed or of an unknown algorithm."""
        name, _, value = header.strip().partition(" ")
        if name not in self.ALGORITHMS:
            raise InvalidRequest(f"The checksum must be one of {', '.join(self.ALGORITHMS)}.")
        try:
            self._expected = base64.b64decode(value.strip(), validate=True)
        except ValueError:
            raise InvalidRequest("The checksum is not base64.") from None
        self._digest = hashlib.new(name, usedforsecurity=False)
        if len(self._expected) != self._digest.digest_size:
            raise InvalidRequest(f"That is not the length of a checksum by {name}.")

    async def checked(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks, and at their end UploadChecksumWrong if they are not those announced."""
        async for chunk in chunks:
            self._digest.update(chunk)
            yield chunk
        if self._digest.digest() != self._expected:
            raise UploadChecksumWrong("The bytes do not have the checksum that came with them.")
