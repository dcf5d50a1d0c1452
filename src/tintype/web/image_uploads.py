"""Uploads, as thumbor has them: POST /image, and GET, PUT and DELETE of /image/<id>[/<name>].

An upload is kept untouched in the store, under `uploads/<id>`; its id in a URL is the picture.
"""

import asyncio
import re
import unicodedata
import uuid
from urllib.parse import quote

from tintype.app import App, temporary_folder
from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import KeyNotFound, UnsupportedFormat
from tintype.formats import by_media_type
from tintype.settings import Settings
from tintype.source import Source
from tintype.stores import Attributes, Stat, Store
from tintype.web.answers import (
    NOSNIFF,
    NOTHING,
    SANDBOX,
    Answer,
    disposition,
    http_date,
    is_raster,
)
from tintype.web.bearer import refusal
from tintype.web.bodies import Upload, upload_of
from tintype.web.conditional import conditional
from tintype.web.errors import NO_SUCH_PAGE, Trouble, wrong_method
from tintype.web.exchange import Exchange
from tintype.web.hot import HotAnswers

PREFIX = "uploads/"
_PATH = re.compile(r"/image/([0-9a-f]{32})(?:/[^/]*)?", re.ASCII)
_NAME = "name"  # of the metadata that has the client's name for it
_UNNAMED = "image"


class ImageUploads:
    """The uploads' part of the service; all of it takes the admin key."""

    def __init__(self, app: App, store: Store, hot: HotAnswers, settings: Settings) -> None:
        self._app, self._store, self._hot, self._settings = app, store, hot, settings
        self._limits = SpoolLimits(settings.http.max_bytes, folder=temporary_folder(settings))

    async def answer(self, exchange: Exchange) -> Answer | Trouble:
        """The answer to a request for /image or an upload."""
        trouble = refusal(exchange.headers, self._settings.server.admin_key)
        if trouble:
            return trouble
        path = exchange.raw_path.decode("latin-1")
        if path.rstrip("/") == "/image":
            return await self._post(exchange)
        if not (match := _PATH.fullmatch(path)):
            return NO_SUCH_PAGE
        match exchange.method:
            case "GET" | "HEAD":
                return await self._get(exchange, match[1])
            case "PUT":
                return await self._put(exchange, match[1])
            case "DELETE":
                return await self._delete(match[1])
        return wrong_method("GET", "HEAD", "PUT", "DELETE", "OPTIONS")

    async def _post(self, exchange: Exchange) -> Answer | Trouble:
        if exchange.method != "POST":
            return wrong_method("POST", "OPTIONS")
        upload = await self._taken_in(exchange)
        number = uuid.uuid4().hex
        name = _clean(upload.name, upload.blob)
        await self._keep(number, name, upload.blob)
        location = f"/image/{number}/{quote(name, safe='')}"
        return Answer(201, [(b"location", location.encode()), NOSNIFF])

    async def _put(self, exchange: Exchange, number: str) -> Answer | Trouble:
        if await self._store.stat(PREFIX + number) is None:
            raise KeyNotFound(f"There is no upload {number}.")
        upload = await self._taken_in(exchange)
        await self._keep(number, _clean(upload.name, upload.blob), upload.blob)
        await self._purge(number)
        return Answer(204, [NOSNIFF])

    async def _delete(self, number: str) -> Answer:
        if await self._store.stat(PREFIX + number) is None:
            raise KeyNotFound(f"There is no upload {number}.")
        await self._store.delete(PREFIX + number)
        await self._purge(number)
        return Answer(204, [NOSNIFF])

    async def _get(self, exchange: Exchange, number: str) -> Answer:
        async with self._store.get(PREFIX + number) as download:
            stat = download.stat
            blob = await spool(download.chunks, self._limits)
        body = await asyncio.to_thread(blob.read)
        answer = Answer(200, _headers(stat, blob), body, etag=f'"{stat.etag}"'.encode())
        answer.modified = int(stat.modified.timestamp())
        return conditional(answer, exchange.headers, head=exchange.method == "HEAD")

    async def _taken_in(self, exchange: Exchange) -> Upload:
        """The picture that a request brings; raises UnsupportedFormat for what is none."""
        patience = self._settings.http.read_timeout
        upload = await upload_of(exchange, self._limits, patience)
        if by_media_type(upload.blob.media_type) is None:
            raise UnsupportedFormat(f"{upload.blob.media_type} is no picture that we read.")
        await asyncio.to_thread(self._app.processor.measure, upload.blob)
        return upload

    async def _keep(self, number: str, name: str, blob: Blob) -> None:
        attributes = Attributes(
            content_type=blob.media_type, metadata={_NAME: quote(name, safe=" ")}
        )
        await self._store.put(PREFIX + number, blob, attributes=attributes)

    async def _purge(self, number: str) -> None:
        """Renditions of an upload that is another now, or gone, by either of its addresses."""
        for source in (Source("upload", number), Source("store", PREFIX + number)):
            await self._app.renditions.purge_source(source)
        self._hot.clear()


def _headers(stat: Stat, blob: Blob) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", blob.media_type.encode()),
        (b"etag", f'"{stat.etag}"'.encode()),
        (b"last-modified", http_date(stat.modified.timestamp())),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", b"private, no-cache"),
        NOSNIFF,
    ]
    if is_raster(blob.media_type):
        return [*headers, (b"content-security-policy", NOTHING)]
    return [*headers, disposition(""), (b"content-security-policy", SANDBOX)]


def _clean(name: str, blob: Blob) -> str:
    """The client's name as one that is harmless in a path; with a suffix that fits the bytes."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = unicodedata.normalize("NFC", "".join(c for c in last if c.isprintable()))[:100]
    kept = kept.strip(". ")
    format_ = by_media_type(blob.media_type)
    suffix = format_.suffix if format_ else ""
    return kept or f"{_UNNAMED}{suffix}"
