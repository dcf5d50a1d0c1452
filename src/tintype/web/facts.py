"""Facts about pictures in place of pictures: `/info/…`, and URLs with `meta`."""

import hashlib
from typing import Any, Protocol, cast
from urllib.parse import parse_qs

from tintype.app import App
from tintype.blob import Blob
from tintype.info import Info
from tintype.settings import Settings
from tintype.source import Source
from tintype.transform import Transform
from tintype.urls import ImageRequest
from tintype.web import meta
from tintype.web.answers import NOSNIFF, NOTHING, Answer, Caching
from tintype.web.conditional import conditional
from tintype.web.delivery import delivery_of, seconds_left
from tintype.web.errors import NO_SUCH_PAGE, TOO_LONG, Trouble
from tintype.web.exchange import LONGEST_PATH, Exchange
from tintype.web.info import ask_for, fields_of, info_answer
from tintype.web.presence import while_present
from tintype.web.reading import Reading


class _Framed(Protocol):
    @property
    def frames(self) -> int:
        """How many there are."""


class _Plans(Protocol):
    def planned(self, original: Blob, transform: Transform) -> tuple[_Framed, meta.Planned]:
        """What a transform would do to a picture."""
        ...


class Facts:
    """The part of the service that tells instead of showing."""

    def __init__(self, app: App, reading: Reading, settings: Settings) -> None:
        self._app, self._reading, self._kept = app, reading, settings.renditions
        self._plans = cast(_Plans, app.processor)

    async def info(self, exchange: Exchange) -> Answer | Trouble:
        """`/info/{signature or unsafe}/{image}`: all that is known about a picture."""
        if len(exchange.raw_path) > LONGEST_PATH:
            return TOO_LONG
        if exchange.raw_path.count(b"/") < 3:
            return NO_SUCH_PAGE
        image, source = self._reading.info(exchange.raw_path)
        fields = fields_of(_parameter(exchange, "fields"))
        found = await while_present(exchange.receive, self._info(source, fields))
        answer = info_answer(image, found, fields)
        return self._told(exchange, *meta.body(answer), self._kept.max_age)

    async def _info(self, source: Source, fields: tuple[str, ...]) -> Info:
        ask = ask_for(fields)
        async with self._app.renditions.place_for_original():
            original = await self._app.pipeline.load(source)
            return await self._app.slots.run(lambda: self._app.processor.describe(original, ask))

    async def answer(self, exchange: Exchange, request: ImageRequest, source: Source) -> Answer:
        """A URL with `meta`: thumbor's JSON and imagor's, as a script with `?callback=`."""
        transform, _ = meta.wanted(request.transform)
        delivery = delivery_of(transform)
        left = seconds_left(delivery)
        facts = await while_present(exchange.receive, self._meta(request, source))
        body, kind = meta.body(facts, _parameter(exchange, "callback"))
        max_age = self._kept.max_age if delivery.max_age is None else delivery.max_age
        return self._told(exchange, body, kind, min(max_age, left))

    async def _meta(self, request: ImageRequest, source: Source) -> dict[str, Any]:
        transform, want = meta.wanted(request.transform)
        self._app.pipeline.check([transform])
        async with self._app.renditions.place_for_original():
            original = await self._app.pipeline.load(source)
            header, planned = await self._app.slots.run(
                lambda: self._plans.planned(original, transform)
            )
            about = await self._app.slots.run(
                lambda: self._app.processor.describe(original, ask_for(("exif",)))
            )
            rendition = None
            if want.pixels:
                (made,) = await self._app.pipeline.process(original, [transform])
                rendition = await self._app.slots.run(
                    lambda: self._app.processor.describe(made, want.ask)
                )
        told = meta.thumbor_meta(request.image, planned, header.frames)
        return told | meta.imagor_meta(about, planned.plan.result, rendition, want)

    def _told(self, exchange: Exchange, body: bytes, kind: str, max_age: float) -> Answer:
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
        headers = [
            (b"content-type", kind.encode()),
            (b"etag", etag),
            (b"content-security-policy", NOTHING),
            NOSNIFF,
            *Caching(max_age=int(max_age)).headers(),
        ]
        whole = Answer(200, headers, body, etag=etag)
        return conditional(whole, exchange.headers, head=exchange.method == "HEAD")


def _parameter(exchange: Exchange, name: str) -> str:
    """A parameter of the query, the first of its name; empty without one."""
    query = exchange.query.decode("latin-1")
    try:
        return parse_qs(query, max_num_fields=20).get(name, [""])[0]
    except ValueError:
        return ""
