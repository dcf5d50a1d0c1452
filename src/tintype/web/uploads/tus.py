"""tus 1.0 (https://tus.io/protocols/resumable-upload), with all extensions but trailers."""

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, NamedTuple

from tintype.errors import InvalidRequest, TintypeError, UploadConflict
from tintype.signed_requests import is_signed
from tintype.uploads import UploadRecord
from tintype.uploads.metadata import parse_metadata
from tintype.web.answers import NO_STORE, Answer, Headers
from tintype.web.cors import Cors
from tintype.web.errors import NO_SUCH_PAGE, Refusal, Trouble, wrong_method
from tintype.web.exchange import Exchange
from tintype.web.presence import ClientGone
from tintype.web.uploads import tus_headers
from tintype.web.uploads.incoming import Checksum, Incoming
from tintype.web.uploads.reception import Reception, nothing
from tintype.web.uploads.seams import Authenticate

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller

PATH = "/api/v1/uploads/tus"
_UPLOAD = re.compile(rb"[0-9a-f]{32}")
_COLLECTION = ("POST", "OPTIONS")
_METHODS = ("HEAD", "PATCH", "GET", "DELETE", "OPTIONS")
_ANY_METHOD = ("POST", "HEAD", "PATCH", "GET", "DELETE", "OPTIONS")
_OTHER_VERSION = Trouble(
    412,
    "tus-version",
    "This speaks tus 1.0.0: send Tus-Resumable: 1.0.0.",
    ((b"tus-version", tus_headers.VERSION),),
)
_NOT_A_CHUNK = Trouble(
    415, "content-type", f"Send bytes with Content-Type: {tus_headers.CHUNK.decode()}."
)
_IS_FINAL = Trouble(403, "upload-is-final", "An upload put together of others takes no bytes.")


class _Chunk(NamedTuple):
    """A body that is to become a piece of an upload."""

    incoming: Incoming
    checksum: Checksum | None
    announced: int  # bytes, as the request says of itself; 0 when it does not

    def chunks(self) -> AsyncIterator[bytes]:
        chunks = self.incoming.chunks()
        return self.checksum.checked(chunks) if self.checksum else chunks


class Tus:
    """The endpoint of tus: its collection, and each upload below it."""

    def __init__(self, reception: Reception, authenticate: Authenticate, cors: Cors) -> None:
        self._reception, self._authenticate, self._cors = reception, authenticate, cors
        self._store, self._settings = reception.store, reception.settings

    async def answer(self, exchange: Exchange, rest: bytes) -> Answer | Trouble:
        """The answer to a request; `rest` is what follows the endpoint's path and a slash."""
        exchange.common += [(b"tus-resumable", tus_headers.VERSION), tus_headers.EXPOSED]
        if exchange.method == "OPTIONS":
            return self._options(exchange)
        method = _override(exchange)
        if exchange.headers.get(b"tus-resumable") != tus_headers.VERSION and method != "GET":
            return _OTHER_VERSION
        caller = await self._authenticate(exchange)
        if not rest:
            if method != "POST":
                return wrong_method(*_COLLECTION)
            return await self._create(exchange, caller)
        if not _UPLOAD.fullmatch(rest):
            return NO_SUCH_PAGE
        upload_id = rest.decode()
        match method:
            case "HEAD":
                return await self._head(caller, upload_id)
            case "PATCH":
                return await self._patch(exchange, caller, upload_id)
            case "DELETE":
                return await self._delete(caller, upload_id)
            case "GET":
                return await self._get(caller, upload_id)
        return wrong_method(*_METHODS)

    def _options(self, exchange: Exchange) -> Answer:
        answer = self._cors.preflight(exchange.headers, _ANY_METHOD, tus_headers.ALLOWED)
        answer.headers += tus_headers.options(self._settings.max_upload)
        return answer

    async def _create(self, exchange: Exchange, caller: "Caller") -> Answer | Trouble:
        asked = tus_headers.read_creation(exchange.headers)
        parse_metadata(asked.metadata)
        if asked.is_final:
            record = await self._concatenate(caller, asked)
            return Answer(201, _begun(record))
        brings = exchange.headers.get(b"content-type") == tus_headers.CHUNK
        chunk = self._chunk_of(exchange) if brings else None
        record = await self._reception.begin(
            caller, asked.length, metadata=asked.metadata, concat=asked.concat
        )
        try:
            if chunk:
                record = await self._take_in(caller, record, chunk)
            if record.is_whole:
                record = await self._reception.complete(caller, record)
        except (TintypeError, ClientGone):
            await self._reception.drop(caller, record.id)  # the client never learns its address
            raise
        stored: Headers = [(b"upload-offset", b"%d" % record.offset)] if chunk else []
        return Answer(201, [*_begun(record), *stored])

    async def _concatenate(self, caller: "Caller", asked: tus_headers.Creation) -> UploadRecord:
        parts = [await self._reception.find(caller, part) for part in asked.parts]
        if not all(part.is_partial for part in parts):
            raise InvalidRequest("A final upload is put together of partial ones.")
        if not all(part.is_whole for part in parts):
            raise UploadConflict("A part of this upload is not whole yet.")
        length = sum(part.offset for part in parts)
        record = await self._reception.begin(
            caller, length, metadata=asked.metadata, concat=asked.concat, parts=parts
        )
        try:
            record = await self._reception.put_together(caller, record, parts)
            record = await self._reception.complete(caller, record)
        except TintypeError:
            await self._reception.drop(caller, record.id)
            raise
        await self._reception.reserving.spend(caller, asked.parts)
        return record

    async def _head(self, caller: "Caller", upload_id: str) -> Answer:
        record = await self._reception.find(caller, upload_id)
        if not record.result:
            async with self._store.hold(upload_id, nothing):
                record = await self._reception.find(caller, upload_id)
                if record.is_whole:
                    # Its last request may have been lost before that was done.
                    record = await self._reception.complete(caller, record)
        return Answer(200, [NO_STORE, *tus_headers.state(record)])

    async def _patch(
        self, exchange: Exchange, caller: "Caller", upload_id: str
    ) -> Answer | Trouble:
        if exchange.headers.get(b"content-type") != tus_headers.CHUNK:
            return _NOT_A_CHUNK
        offset = tus_headers.number(exchange.headers, b"upload-offset")
        length = tus_headers.number(exchange.headers, b"upload-length")
        if offset is None:
            raise InvalidRequest("Upload-Offset is missing.")
        chunk = self._chunk_of(exchange)
        record = await self._reception.find(caller, upload_id)
        if record.concat.startswith("final"):
            return _IS_FINAL
        async with self._store.hold(upload_id, chunk.incoming.cut):
            record = await self._reception.find(caller, upload_id)
            if offset != record.offset:
                raise UploadConflict(f"The upload stands at {record.offset:,} bytes.")
            record = await self._declared(caller, record, length)
            record = await self._take_in(caller, record, chunk)
            if record.is_whole:
                record = await self._reception.complete(caller, record)
        headers: Headers = [(b"upload-offset", b"%d" % record.offset), tus_headers.expires(record)]
        return Answer(204, [*headers, *tus_headers.result(record)])

    async def _declared(
        self, caller: "Caller", record: UploadRecord, length: int | None
    ) -> UploadRecord:
        if length is None or length == record.length:
            return record
        if record.length is not None:
            raise InvalidRequest("The length of an upload cannot be changed.")
        return await self._reception.declare(caller, record, length)

    async def _delete(self, caller: "Caller", upload_id: str) -> Answer:
        await self._reception.find(caller, upload_id)
        async with self._store.hold(upload_id, nothing):
            await self._reception.drop(caller, upload_id)
        return Answer(204)

    async def _get(self, caller: "Caller", upload_id: str) -> Answer | Trouble:
        """Not of tus: where to find what became of an upload."""
        record = await self._reception.find(caller, upload_id)
        if not record.result:
            return NO_SUCH_PAGE
        return Answer(303, [(b"location", record.result.encode()), NO_STORE])

    def _chunk_of(self, exchange: Exchange) -> _Chunk:
        header = exchange.headers.get(b"upload-checksum")
        checksum = Checksum(header.decode("latin-1")) if header is not None else None
        announced = tus_headers.number(exchange.headers, b"content-length") or 0
        return _Chunk(Incoming(exchange, self._settings.silence), checksum, announced)

    async def _take_in(self, caller: "Caller", record: UploadRecord, chunk: _Chunk) -> UploadRecord:
        return await self._reception.take_in(
            caller,
            record,
            chunk.chunks(),
            announced=chunk.announced,
            all_or_nothing=chunk.checksum is not None or chunk.incoming.is_signed,
        )


def _override(exchange: Exchange) -> str:
    """What is to be done. A POST may stand for another method: from here on it is one, so that who
    asks is found out for what is done. A signed request is what was signed.
    """
    override = exchange.headers.get(b"x-http-method-override", b"").decode("latin-1").upper()
    if override and exchange.method == "POST" and override != "POST":
        if is_signed(exchange.headers):
            raise InvalidRequest("Sign the method itself: X-HTTP-Method-Override is not signed.")
        if override not in _ANY_METHOD:
            raise Refusal(wrong_method(*_ANY_METHOD))
        exchange.method = override
    return exchange.method


def _begun(record: UploadRecord) -> Headers:
    """Where a new upload is: a path, so that it is right behind any proxy and by any name."""
    location = (b"location", f"{PATH}/{record.id}".encode())
    return [location, tus_headers.expires(record), *tus_headers.result(record)]
