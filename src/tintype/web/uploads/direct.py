"""Direct uploads over HTTP: Companion's protocol, Uppy's single endpoint, forms, registering.

Companion's is that of https://github.com/transloadit/uppy, `packages/@uppy/companion`: every Uppy
speaks it, given `companionEndpoint`. What goes to and from the bucket itself never passes here.
"""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tintype.blob import SpoolLimits
from tintype.errors import BucketMissing, InvalidRequest, UploadTooLong, UploadTypeRefused
from tintype.settings_web import UploadSettings
from tintype.uploads.arrivals import Arrival, register_arrival
from tintype.uploads.direct import EXPIRY, Described, DirectUploads, Wish
from tintype.web.answers import NO_STORE, NOSNIFF, Answer
from tintype.web.bodies import MAX_JSON, json_of
from tintype.web.errors import NO_SUCH_PAGE, Trouble, wrong_method
from tintype.web.exchange import Exchange
from tintype.web.uploads.granting import Granting
from tintype.web.uploads.members import Members
from tintype.web.uploads.seams import Finished, FinishedUpload

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller

PATH = b"/api/v1/uploads/s3"
METHODS = ("GET", "POST", "DELETE", "OPTIONS")
ALLOWED_HEADERS = b"Authorization, Content-Type, X-Request-ID"
_LONGEST_URL = 2048
_LONGEST_LISTING = 1 << 20  # bytes; 10,000 parts have less
_MOST_AT_ONCE = 1000  # parts signed with one request
_UPLOAD = re.compile(r"multipart/([^/]+)(?:/([^/]+))?")

# Temporary credentials know no size, and their keys would be the client's.
_NO_CREDENTIALS = Trouble(
    501, "no-credentials", "No credentials are given out here: have each request signed instead."
)

# The direct uploads of a caller, by the store that is his; None where that is no bucket.
DirectOf = Callable[["Caller"], Awaitable[DirectUploads | None]]


class Direct:
    """The endpoints below /api/v1/uploads/s3, for callers that are known."""

    def __init__(
        self,
        direct_of: DirectOf,
        settings: UploadSettings,
        granting: Granting,
        finished: Finished,
        limits: SpoolLimits,
    ) -> None:
        self._direct_of, self._settings = direct_of, settings
        self._granting, self._finished, self._limits = granting, finished, limits
        self._plain = {
            ("GET", "params"): self._params,
            ("POST", "multipart"): self._begin,
            ("POST", "sign"): self._sign,
            ("POST", "form"): self._form,
            ("POST", "register"): self._register,
        }
        self._of_upload = {
            ("GET", ""): self._parts,
            ("DELETE", ""): self._abort,
            ("GET", "batch"): self._batch,
            ("POST", "complete"): self._complete,
        }

    async def answer(self, exchange: Exchange, rest: bytes, caller: "Caller") -> Answer | Trouble:
        """The answer to a request; `rest` is what follows the path and a slash."""
        direct = await self._uploads_of(caller)
        path = rest.decode("latin-1")
        if path == "sts":
            return _NO_CREDENTIALS
        ask = _Ask(exchange, caller, direct)
        if methods := [method for method, name in self._plain if name == path]:
            if exchange.method not in methods:
                return wrong_method(*methods)
            return await self._plain[exchange.method, path](ask)
        found = _UPLOAD.fullmatch(path)
        if not found:
            return NO_SUCH_PAGE
        ask.upload_id, last = unquote(found[1]), found[2] or ""
        if last.isascii() and last.isdigit() and len(last) < 10:
            return await self._part(ask, int(last)) if ask.method == "GET" else wrong_method("GET")
        methods = [method for method, name in self._of_upload if name == last]
        if not methods:
            return NO_SUCH_PAGE
        if exchange.method not in methods:
            return wrong_method(*methods)
        return await self._of_upload[exchange.method, last](ask)

    async def _params(self, ask: "_Ask") -> Answer:
        """Companion: a form for one file."""
        query = ask.query()
        file = Described(
            name=query.text("filename"),
            media_type=query.text("type"),
            metadata=query.bracketed("metadata"),
        )
        grant = self._granting.once(ask.caller, EXPIRY)
        form = await ask.direct.form(ask.user_id, file, grant, size=_size(query))
        return _json({"method": "POST", "url": form.url, "fields": dict(form.fields)})

    async def _begin(self, ask: "_Ask") -> Answer:
        """Companion: an upload in parts."""
        body = await self._body(ask)
        file = Described(
            name=body.text("filename"),
            media_type=body.text("type"),
            metadata=body.mapping("metadata"),
        )
        grant = self._granting.in_parts(ask.caller)
        begun = await ask.direct.begin(ask.user_id, file, grant, size=_size(body))
        bucket = ask.direct.store.bucket
        return _json({"key": begun.key, "uploadId": begun.upload_id, "bucket": bucket})

    async def _part(self, ask: "_Ask", number: int) -> Answer:
        """Companion: where a part is PUT."""
        url = await ask.direct.sign_part(ask.user_id, ask.key(), ask.upload_id, number)
        return _json({"url": url, "expires": int(EXPIRY.total_seconds())})

    async def _batch(self, ask: "_Ask") -> Answer:
        """Companion: where several parts are PUT. Of Uppy before its sixth version."""
        numbers = ask.query().text("partNumbers", longest=6 * _MOST_AT_ONCE, needed=True).split(",")
        if len(numbers) > _MOST_AT_ONCE or not all(n.isascii() and n.isdigit() for n in numbers):
            raise InvalidRequest("partNumbers: up to 1,000 numbers by comma are needed.")
        key = ask.key()
        urls = {
            number: await ask.direct.sign_part(ask.user_id, key, ask.upload_id, int(number))
            for number in numbers
        }
        return _json({"presignedUrls": urls})

    async def _parts(self, ask: "_Ask") -> Answer:
        """Companion: which parts there are."""
        parts = await ask.direct.parts(ask.user_id, ask.key(), ask.upload_id)
        return _json(
            [
                {"PartNumber": part.number, "Size": part.size, "ETag": f'"{part.etag}"'}
                for part in parts
            ]
        )

    async def _complete(self, ask: "_Ask") -> Answer:
        """Companion: make the object of its parts."""
        key, parts = ask.key(), (await self._body(ask, _LONGEST_LISTING)).parts()
        grant = self._granting.in_parts(ask.caller)
        location = await ask.direct.complete(ask.user_id, key, ask.upload_id, parts, grant)
        return _json({"location": location, "key": key, "bucket": ask.direct.store.bucket})

    async def _abort(self, ask: "_Ask") -> Answer:
        """Companion: drop an upload in parts."""
        key = ask.key()
        await ask.direct.abort(ask.user_id, key, ask.upload_id)
        await self._granting.reserving.release(ask.caller, ask.direct.id_of(ask.user_id, key))
        return _json({})

    async def _sign(self, ask: "_Ask") -> Answer:
        """Uppy 6: sign any request of an upload."""
        body = await self._body(ask)
        seconds = body.number("expiresIn")
        wish = Wish(
            method=body.text("method", needed=True),
            key=body.text("key", needed=True),
            upload_id=body.text("uploadId"),
            part=body.number("partNumber"),
            expires_in=EXPIRY if seconds is None else timedelta(seconds=seconds),
        )
        granting = self._granting
        if wish.method == "PUT":
            grant = granting.once(ask.caller, wish.expires_in)
        else:
            grant = granting.in_parts(ask.caller)
        url, key = await ask.direct.sign(ask.user_id, wish, grant, size=_size(body))
        return _json({"url": url, "key": key})

    async def _form(self, ask: "_Ask") -> Answer:
        """A form for a page without JavaScript, or for a script that sends one."""
        body = await self._body(ask)
        seconds, redirect = body.number("expiresIn"), body.text("redirect", longest=_LONGEST_URL)
        if redirect and not _is_url(redirect):
            raise InvalidRequest("redirect: the URL of a page is needed.")
        file = Described(
            name=body.text("filename"),
            media_type=body.text("type"),
            metadata=body.mapping("metadata"),
        )
        expires_in = EXPIRY if seconds is None else timedelta(seconds=seconds)
        # What is chosen in a page without JavaScript has a name and a type that nobody can know.
        is_known = bool(file.name)
        form = await ask.direct.form(
            ask.user_id,
            file,
            self._granting.once(ask.caller, expires_in),
            size=_size(body),
            expires_in=expires_in,
            keep_name=not is_known,
            any_type=None if is_known else "",
            redirect=redirect,
        )
        return _json({"method": "POST", "url": form.url, "fields": dict(form.fields)})

    async def _register(self, ask: "_Ask") -> Answer:
        """What has arrived becomes an original."""
        key = (await self._body(ask)).text("key", needed=True)
        url = await self.register(ask.caller, key)
        answer = _json({"url": url}, 201)
        answer.headers.append((b"location", url.encode("ascii", "replace")))
        return answer

    async def register(self, caller: "Caller", key: str) -> str:
        """Make an original of what has arrived under a key, as the bucket has it; its address."""
        direct = await self._uploads_of(caller)

        async def keep(arrival: Arrival) -> str:
            upload = FinishedUpload(
                id=arrival.id, name=arrival.name, values=arrival.metadata, blob=arrival.blob
            )
            return await self._finished(caller, upload)

        most = await self._granting.most(caller)
        limits = SpoolLimits(most, self._limits.memory_bytes, self._limits.folder)
        any_type, release = self._settings.types == "any", self._granting.reserving.release
        try:
            url = await register_arrival(
                direct.store, caller.user_id, key, limits, keep, any_type=any_type
            )
        except (UploadTooLong, UploadTypeRefused):  # it is removed
            await release(caller, direct.id_of(caller.user_id, key))
            raise
        await release(caller, direct.id_of(caller.user_id, key))
        return url

    async def _uploads_of(self, caller: "Caller") -> DirectUploads:
        direct = await self._direct_of(caller)
        if direct is None:
            raise BucketMissing("The store is no bucket.", remedy="Set TINTYPE_STORE to s3://….")
        return direct

    async def _body(self, ask: "_Ask", longest: int = MAX_JSON) -> Members:
        return Members(await json_of(ask.exchange, self._settings.silence, longest))


class _Ask:
    """A request of a caller."""

    def __init__(self, exchange: Exchange, caller: "Caller", direct: DirectUploads) -> None:
        self.exchange, self.caller, self.direct = exchange, caller, direct
        self.user_id, self.method = caller.user_id, exchange.method
        self.upload_id = ""

    def query(self) -> Members:
        return Members.of_query(self.exchange.query)

    def key(self) -> str:
        return self.query().text("key", needed=True)


def _size(told: Members) -> int | None:
    size = told.number("size")
    if size is not None and size < 1:
        raise InvalidRequest("size: a file has one byte or more.")
    return size


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isascii()


def _json(value: object, status: int = 200) -> Answer:
    headers = [(b"content-type", b"application/json"), NO_STORE, NOSNIFF]
    return Answer(status, headers, json.dumps(value, ensure_ascii=False).encode())
