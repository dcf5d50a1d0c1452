"""The IIIF Image API, 3.0 and 2.1, level 2: `/iiif/3/{id}/info.json`, `/iiif/3/{id}/{region}/…`.

Its addresses are not signed, so it serves pictures that the settings make public, and ids that are
signed themselves. Every answer may be read by scripts of any page, as the API has it.
"""

import json
import re
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol
from urllib.parse import quote, unquote

from tintype.errors import InvalidSource, SourceNotFound
from tintype.geometry import Size
from tintype.renditions import Found, Kept
from tintype.settings import Settings
from tintype.source import Source
from tintype.transform import Transform
from tintype.urls.iiif import Limits, Version, read
from tintype.urls.iiif_ids import read_id
from tintype.urls.iiif_info import context, info, level
from tintype.urls.images import SourceRules, matches, read_key_sources
from tintype.web.answers import NOSNIFF, Answer, Caching, Headers, picture
from tintype.web.conditional import conditional
from tintype.web.errors import NO_SUCH_PAGE, TOO_LONG, Trouble, wrong_method
from tintype.web.exchange import Exchange
from tintype.web.presence import while_present

LONGEST = 10_000  # bytes of a path
STALE_AGE = 10  # seconds; a stale picture is asked for again soon
ALLOW_ORIGIN = b"access-control-allow-origin"
METHODS = ("GET", "HEAD", "OPTIONS")
_HOST = re.compile(rb"[A-Za-z0-9.-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_VERSIONS: dict[str, Version] = {"2": 2, "3": 3}


class Makes(Protocol):
    """Renditions, as far as they are wanted here."""

    async def get(self, source: Source, transform: Transform, *, keep: bool = True) -> Kept:
        """The rendition; made if there is none, and kept if that is wanted."""
        ...

    def peek(self, source: Source, transform: Transform) -> Kept | None:
        """The rendition if it is in memory."""
        ...


class Iiif:
    """Answers everything below /iiif/.

    `measure` gives width and height of a picture as it is seen; `source_of` reads an id's text.
    """

    def __init__(
        self,
        renditions: Makes,
        measure: Callable[[Source], Coroutine[Any, Any, tuple[int, int]]],
        source_of: Callable[[str], Source],
        keys: Sequence[str],
        settings: Settings,
    ) -> None:
        self._renditions, self._measure, self._source_of = renditions, measure, source_of
        self._keys, self._public = keys, settings.urls.iiif_sources
        by_key = read_key_sources(settings.urls.key_sources)
        self._rules = SourceRules(settings.urls.allowed_sources, by_key)
        self._max_age, self._stale = settings.renditions.max_age, settings.renditions.stale_age
        self._limits = Limits(max_area=settings.image.max_pixels_unstreamed)

    async def answer(self, exchange: Exchange) -> Answer | Trouble:
        """The answer to any request; raises TintypeErrors, and ClientGone."""
        exchange.common = [h for h in exchange.common if h[0] != ALLOW_ORIGIN]
        exchange.common.append((ALLOW_ORIGIN, b"*"))
        if exchange.method == "OPTIONS":
            return _preflight()
        if exchange.method not in METHODS:
            return wrong_method(*METHODS)
        if len(exchange.raw_path) > LONGEST:
            return TOO_LONG
        whole = await self._whole(exchange)
        if isinstance(whole, Trouble):
            return whole
        return conditional(whole, exchange.headers, head=exchange.method == "HEAD")

    async def _whole(self, exchange: Exchange) -> Answer | Trouble:
        path = exchange.raw_path.decode("latin-1")
        _, _, number, *parts = path.split("/") if path.count("/") > 2 else ("", "", "", "")
        version = _VERSIONS.get(number)
        if version is None or not parts[0]:
            return NO_SUCH_PAGE
        if len(parts) == 1:
            return _see_info(_base(exchange, number, parts[0]))
        # An id whose slashes a proxy has decoded has several parts.
        count = 1 if parts[-1] == "info.json" else min(4, len(parts) - 1)
        written = "/".join(parts[:-count])
        base = _base(exchange, number, written)
        if parts[-1] == "info.json":
            return await self._info(exchange, version, base, self._source(written)[0])
        return await self._image(exchange, version, base, written, "/".join(parts[-count:]))

    def _source(self, written: str) -> tuple[Source, int]:
        """The source of an id as it is written, and which key signed it (0: none did).

        Raises SourceNotFound for one that is not public.
        """
        raw = written.encode("latin-1").decode("utf-8", "surrogateescape")
        text, key = read_id(unquote(raw, errors="surrogateescape"), self._keys)
        try:
            source = self._source_of(text)
        except InvalidSource as error:
            raise SourceNotFound(error.message, remedy=error.remedy) from error
        self._rules.check(source, key)
        if not key and not matches(source, self._public):
            raise SourceNotFound(
                f"{source} is not public by IIIF.",
                remedy="Add it to TINTYPE_IIIF_SOURCES, or sign the id.",
            )
        return source, key

    async def _size(self, exchange: Exchange, source: Source) -> Size:
        return Size(*await while_present(exchange.receive, self._measure(source)))

    async def _info(
        self, exchange: Exchange, version: Version, base: str, source: Source
    ) -> Answer:
        document = info(base, await self._size(exchange, source), self._limits, version)
        headers = [
            (b"content-type", _media_type(exchange.headers.get(b"accept", b""), version)),
            (b"vary", b"Accept, X-Forwarded-Proto"),
            (b"link", _link(level(version), "profile")),
            NOSNIFF,
            *Caching(max_age=self._max_age).headers(),
        ]
        body = json.dumps(document, ensure_ascii=False, indent=2).encode()
        return Answer(200, headers, body)

    async def _image(
        self, exchange: Exchange, version: Version, base: str, written: str, rest: str
    ) -> Answer:
        request = read(rest, version)
        source, key = self._source(written)
        exact = request.exact(await self._size(exchange, source), self._limits)
        transform = exact.transform()
        kept = self._renditions.peek(source, transform)
        if kept is None:
            # Anybody can ask for any window of what is public: that must not fill the disk.
            making = self._renditions.get(source, transform, keep=bool(key))
            kept = await while_present(exchange.receive, making)
        whole = picture(kept, self._caching(kept), attachment=None, vary="")
        canonical = f"{base}/{exact.path()}"
        links = (_link(level(version), "profile"), _link(canonical, "canonical"))
        whole.headers.append((b"link", b", ".join(links)))
        return whole

    def _caching(self, kept: Kept) -> Caching:
        if kept.found is Found.STALE:
            return Caching(max_age=min(self._max_age, STALE_AGE))
        return Caching(max_age=self._max_age, stale=self._stale)


def _base(exchange: Exchange, version: str, written: str) -> str:
    """The base URI of a picture, as it was asked for: by https too, when a proxy says so."""
    host = exchange.headers.get(b"host", b"")
    name = host.decode() if _HOST.fullmatch(host) else "localhost"
    secure = exchange.headers.get(b"x-forwarded-proto", b"").lower() == b"https"
    scheme = "https" if secure else exchange.scope.get("scheme", "http")
    return f"{scheme}://{name}/iiif/{version}/{written}"


def _see_info(base: str) -> Answer:
    location = f"{base}/info.json".encode("latin-1")
    return Answer(303, [(b"location", location)])


def _preflight() -> Answer:
    headers: Headers = [
        (b"allow", ", ".join(METHODS).encode()),
        (b"access-control-allow-methods", ", ".join(METHODS).encode()),
        (b"access-control-allow-headers", b"Accept, If-None-Match, Range, X-Request-ID"),
        (b"access-control-max-age", b"7200"),
    ]
    return Answer(204, headers)


def _link(address: str, relation: str) -> bytes:
    inert = quote(address, safe="%/:;=@!$&'()*+,~^[]?", encoding="latin-1")  # no < > or "
    return f'<{inert}>;rel="{relation}"'.encode()


def _media_type(accept: bytes, version: Version) -> bytes:
    """JSON-LD where it is asked for, and for 3.0 where nothing else is (sections 5.1 of both).

    A browser's window gets plain JSON, which it shows instead of saving it.
    """
    linked = b'application/ld+json;profile="' + context(version).encode() + b'"'
    wanted = accept.lower()
    if b"application/ld+json" in wanted:
        return linked
    if version == 2 or b"application/json" in wanted or b"text/html" in wanted:
        return b"application/json"
    return linked
