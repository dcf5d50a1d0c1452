"""Uploads in one request: a form, or the file itself as the body; and Dropzone's chunks."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from tintype.errors import InvalidRequest, UploadTooLong
from tintype.uploads import UploadRecord
from tintype.uploads.metadata import clean_name, format_metadata, name_in, parse_metadata
from tintype.web.answers import NO_STORE, NOSNIFF, Answer
from tintype.web.cors import Cors
from tintype.web.errors import Trouble, wrong_method
from tintype.web.exchange import Exchange
from tintype.web.uploads.dropzone import Dropzone, read_chunk
from tintype.web.uploads.forms import MOST_AROUND, Form, Part
from tintype.web.uploads.incoming import Incoming
from tintype.web.uploads.reception import Reception
from tintype.web.uploads.seams import Authenticate

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller

METHODS = ("POST", "PUT", "OPTIONS")
ALLOWED = b"Authorization, Cache-Control, Content-Type, Slug, X-Request-ID, X-Requested-With"
MOST_FILES = 100  # of one form
LONGEST_FIELD = 1_000  # characters that are kept of a field's value


class Plain:
    """The endpoint for whatever brings a file in one request. Nothing of it is held whole."""

    def __init__(self, reception: Reception, authenticate: Authenticate, cors: Cors) -> None:
        self._reception, self._authenticate, self._cors = reception, authenticate, cors
        self._dropzone = Dropzone(reception)

    async def answer(self, exchange: Exchange, rest: bytes) -> Answer | Trouble:
        """The answer to a request; `rest` is what follows the endpoint's path: a file's name."""
        if exchange.method == "OPTIONS":
            return self._cors.preflight(exchange.headers, METHODS, ALLOWED)
        if exchange.method not in METHODS:
            return wrong_method(*METHODS)
        caller = await self._authenticate(exchange)
        self._check_length(exchange)
        incoming = Incoming(exchange, self._reception.settings.silence)
        kind = exchange.headers.get(b"content-type", b"")
        if kind.lower().startswith(b"multipart/form-data"):
            return await self._form(caller, Form(kind, incoming.chunks()), incoming)
        return await self._body(caller, exchange, rest, incoming)

    def _check_length(self, exchange: Exchange) -> None:
        """Refuse what says itself that it is too long, before any of it is read."""
        announced = exchange.headers.get(b"content-length", b"")
        if announced.isdigit() and int(announced) > (
            self._reception.settings.max_upload + MOST_AROUND
        ):
            raise UploadTooLong(
                f"An upload has at most {self._reception.settings.max_upload:,} bytes."
            )

    async def _body(
        self, caller: "Caller", exchange: Exchange, rest: bytes, incoming: Incoming
    ) -> Answer:
        headers = exchange.headers
        announced = headers.get(b"content-length", b"")
        record = await self._taken(
            caller,
            incoming.chunks(),
            {
                "filename": _name_of(exchange, rest),
                "filetype": headers.get(b"content-type", b"").decode("latin-1"),
            },
            int(announced) if announced.isdigit() else None,
        )
        return await self._completed(caller, [record])

    async def _form(self, caller: "Caller", form: Form, incoming: Incoming) -> Answer:
        """All files of a form, or one chunk of Dropzone's. Fields count for the files behind."""
        fields: dict[str, str] = {}
        taken: list[UploadRecord] = []
        try:
            while (part := await form.next_part()) is not None:
                if part.filename is None:
                    fields[part.name[:LONGEST_FIELD]] = (await form.text())[:LONGEST_FIELD]
                elif "dzuuid" in fields and "dzchunkindex" in fields:
                    return await self._chunk(caller, part, fields, form, incoming)
                elif record := await self._file(caller, part, fields, form):
                    taken.append(record)
                    _check_count(taken)
        except BaseException:
            await self._drop(caller, taken)
            raise
        if not taken:
            raise InvalidRequest("There is no file in the form.")
        return await self._completed(caller, taken)

    async def _chunk(
        self, caller: "Caller", part: Part, fields: dict[str, str], form: Form, incoming: Incoming
    ) -> Answer:
        content = form.content_to_the_end()
        values, chunk = _values(part, fields), read_chunk(fields)
        record = await self._dropzone.take(caller, chunk, values, content, incoming)
        return created(record) if record else Answer(200, [*_JSON], b"{}")

    async def _file(
        self, caller: "Caller", part: Part, fields: dict[str, str], form: Form
    ) -> UploadRecord | None:
        """One file of a form. None for a field for files in which a browser sent none."""
        content = form.content()
        first = await anext(content, b"")
        if not first and not part.filename:
            return None
        return await self._taken(caller, _with(first, content), _values(part, fields), None)

    async def _taken(
        self,
        caller: "Caller",
        chunks: AsyncIterator[bytes],
        values: dict[str, str],
        length: int | None,
    ) -> UploadRecord:
        """All bytes of an upload, which is no original yet. Nothing is left of it when it fails."""
        reception = self._reception
        record = await reception.begin(caller, length, metadata=format_metadata(values))
        try:
            record = await reception.take_in(caller, record, chunks)
            _check_content(record)
            if record.length is None:
                record = await reception.declare(caller, record, record.offset)
        except BaseException:
            await reception.drop(caller, record.id)
            raise
        return record

    async def _completed(self, caller: "Caller", taken: Sequence[UploadRecord]) -> Answer:
        """Originals of what was taken in, once the body has ended: only then is it known that it
        is whole, and the one that was signed. There is room for all of them, or for none.
        """
        try:
            await self._reception.check_quota(caller, sum(record.offset for record in taken))
            return created(*[await self._reception.complete(caller, each) for each in taken])
        except BaseException:
            await self._drop(caller, taken)
            raise

    async def _drop(self, caller: "Caller", taken: Sequence[UploadRecord]) -> None:
        for record in taken:
            await self._reception.drop(caller, record.id)


def _check_count(taken: Sequence[UploadRecord]) -> None:
    if len(taken) > MOST_FILES:
        raise InvalidRequest(f"A form has at most {MOST_FILES} files.")


def _check_content(record: UploadRecord) -> None:
    if not record.offset:
        raise InvalidRequest("The file is empty.")


_JSON = ((b"content-type", b"application/json"), NO_STORE, NOSNIFF)


def created(*records: UploadRecord) -> Answer:
    """What clients are told of files that have become originals: the first one's `url` above all,
    which is what Uppy looks for.
    """
    files = [
        {
            "id": record.id,
            "url": record.result,
            "name": name_in(parse_metadata(record.metadata)),
            "size": record.offset,
        }
        for record in records
    ]
    body = {**files[0], "files": files} if len(files) > 1 else files[0]
    location = (b"location", records[0].result.encode())
    return Answer(201, [location, *_JSON], json.dumps(body, ensure_ascii=False).encode())


async def _with(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _values(part: Part, fields: dict[str, str]) -> dict[str, str]:
    """The metadata of a file in a form: the fields that came before it, and what it says."""
    kind = part.headers.get(b"content-type", b"").decode("latin-1")
    own = {name: value for name, value in fields.items() if _is_own(name)}
    return {**own, "filename": clean_name(part.filename or ""), "filetype": kind}


def _is_own(name: str) -> bool:
    """Whether a field is the user's, and may be a key of metadata."""
    return name.isascii() and name.isidentifier() and not name.startswith("dz")


def _name_of(exchange: Exchange, rest: bytes) -> str:
    """The name that a client gives to a body: in the path, in the query, or in a header."""
    if rest:
        return clean_name(unquote(rest.decode("latin-1")))
    query = parse_qs(exchange.query.decode("latin-1"), max_num_fields=20)
    if names := query.get("name"):
        return clean_name(names[0])
    return clean_name(exchange.headers.get(b"slug", b"").decode("utf-8", "replace"))
