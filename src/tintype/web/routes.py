"""Routes: which part of the service answers which address."""

import asyncio
import dataclasses
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from tintype.app import App, build, open_catalog, open_rendition_store, open_store
from tintype.app_users import open_places
from tintype.catalog import Catalog
from tintype.errors import CatalogError
from tintype.originals.places import Places
from tintype.settings import Settings
from tintype.web.answers import NO_STORE, NOSNIFF, Answer
from tintype.web.errors import NO_SUCH_PAGE, Trouble, wrong_method
from tintype.web.exchange import Exchange
from tintype.web.facts import Facts
from tintype.web.iiif import Iiif
from tintype.web.image_uploads import ImageUploads
from tintype.web.of_users import OfUsers
from tintype.web.operations import Readiness, plain, try_store
from tintype.web.page import front_page
from tintype.web.pictures import Pictures
from tintype.web.purging import Purging
from tintype.web.reading import Reading
from tintype.web.scrape import CONTENT_TYPE, resident_bytes
from tintype.web.security_key import security_keys

if TYPE_CHECKING:
    from tintype.jobs.worker import EmbeddedCandidate
    from tintype.web.app import Web
    from tintype.web.ast import Ast
    from tintype.web.galleries import Galleries

# None: the endpoint has sent its answer by itself.
Endpoint = Callable[[Exchange], Awaitable[Answer | Trouble | None]]
READING = ("GET", "HEAD", "OPTIONS")
METHODS = {
    "upload": ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"),
    "purge": ("POST", "DELETE", "OPTIONS"),
}
API = (b"api", b"users", b"originals", b"sites", b"files", b"docs", b"openapi.json", b"problems")
OWN_METHODS = ("api", "setup")  # routes that know by themselves which methods an address has

_UPLOADS = re.compile(rb"/(?:api/v1/uploads|upload)(?:/|$)")


class Routes:
    """All endpoints, with what they need, open."""

    def __init__(self, web: "Web", app: App, catalog: Catalog, places: Places) -> None:
        settings = web.settings
        self._web, self._app, self._catalog = web, app, catalog
        self._store = open_store("", settings)
        keys = security_keys(settings)
        reading = Reading(settings, keys)
        self._sign = reading.sign
        self._kept_store = open_rendition_store(settings)
        self._facts = Facts(app, reading, settings)
        self.pictures = Pictures(app.renditions, reading, web.hot, self._facts, settings)
        self._image_uploads = ImageUploads(app, self._store, web.hot, settings)
        self._of_users = OfUsers(web, app, catalog, places, self._store, reading)
        uploads = self._of_users.uploads
        self._readiness = Readiness(
            {
                "the store": partial(try_store, self._kept_store),
                "the place for uploads": uploads.probe,
            }
        )
        self._purges = Purging(app.renditions, reading, web.hot, settings)
        self._iiif = Iiif(
            app.renditions, app.renditions.pyramids.measure, reading.source_of, keys, settings
        )
        self._ast = self._ast_of(settings)
        self._galleries = self._galleries_of(settings)
        self._endpoints: dict[bytes, tuple[str, Endpoint]] = {
            b"": ("front", self._front),
            b"healthz": ("operations", self._health),
            b"readyz": ("operations", self._ready),
            b"healthcheck": ("operations", self._thumbors_health),
            b"metrics": ("operations", self._metrics),
            b"favicon.ico": ("front", self._icon),
            b"info": ("info", self._facts.info),
            b"iiif": ("iiif", self._iiif.answer),
            b"image": ("upload", self._image_uploads.answer),
            b"purge": ("purge", self._purges.answer),
            b"setup": ("setup", self._of_users.rest),
            **dict.fromkeys(API, ("api", self._of_users.rest)),
        }

    def _ast_of(self, settings: Settings) -> "Ast | None":
        """Who answers clients of Alexa Site Thumbnail; mostly nobody."""
        if not (settings.ast.hosts or settings.ast.path):
            return None
        from tintype.web.ast import Ast

        return Ast(settings, self._catalog, self._store)

    def _galleries_of(self, settings: Settings) -> "Galleries | None":
        """What shows galleries at host names of their own; mostly nothing."""
        if not settings.gallery.hosts:
            return None
        from tintype.web.galleries import Galleries

        return Galleries(settings)

    @classmethod
    def wired(cls, web: "Web") -> "Routes":
        """Everything wired. No I/O but for keys that are made."""
        catalog = open_catalog(web.settings)
        places = open_places(web.settings, catalog)
        return cls(web, build(web.settings, places=places), catalog, places)

    @classmethod
    async def opened(cls, web: "Web") -> "Routes":
        """Everything wired, and what was left by a service with other rules tidied."""
        routes = cls.wired(web)
        await routes._app.renditions.begin(rules_of(web.settings))
        routes._of_users.uploads.begin()
        if routes._ast:
            await routes._ast.begin()
        return routes

    async def close(self) -> None:
        """Finish what is under way, and close."""
        if self._ast:
            await self._ast.close()
        if self._galleries:
            await self._galleries.close()
        await self._app.close()
        await self._of_users.close()
        await self._store.close()
        await self._kept_store.close()
        await asyncio.to_thread(self._catalog.close)

    async def answer(self, exchange: Exchange) -> Answer | Trouble | None:
        """The answer of the part that an address belongs to."""
        if self._galleries and self._galleries.concerns(exchange):
            return await self._galleries.answer(exchange)
        if self._ast and self._ast.concerns(exchange):
            return await self._ast.answer(exchange)
        if _is_upload(exchange.raw_path):
            return await self._of_users.uploads.answer(exchange)
        first = exchange.raw_path[1:].partition(b"/")[0]
        exchange.route, endpoint = self._endpoints.get(first, ("picture", self.pictures.answer))
        if exchange.route in OWN_METHODS:
            return await endpoint(exchange)
        if exchange.method == "OPTIONS" and exchange.route != "iiif":
            methods = METHODS.get(exchange.route, READING)
            return self._web.cors.preflight(exchange.headers, methods)
        if exchange.method not in METHODS.get(exchange.route, READING):
            return wrong_method(*METHODS.get(exchange.route, READING))
        return await endpoint(exchange)

    def background_jobs(self) -> "EmbeddedCandidate | None":
        """What works jobs off in this service, begun; None where others do."""
        settings = self._web.settings
        if not settings.jobs.embedded:
            return None
        from tintype.jobs.worker import EmbeddedCandidate, Plan

        candidate = EmbeddedCandidate(Plan(settings=settings))
        candidate.start()
        return candidate

    async def _job_figures(self) -> dict[str, float]:
        """What is known of jobs and sites, of all processes; nothing while the database is away."""
        from tintype.catalog import job_notes, sites

        try:
            return await self._catalog.read(lambda s: job_notes.figures(s) | sites.figures(s))
        except CatalogError:
            return {}

    @property
    def renders(self) -> int:
        """How many renditions were made since the start."""
        return self._app.renditions.made

    def gauges(self) -> dict[str, float]:
        """What is going on now, for the metrics."""
        slots = self._app.slots
        return {
            "slots": slots.count,
            "slots_busy": slots.busy,
            "slots_stuck": slots.stuck,
            "queue_length": slots.waiting,
            "under_way": self._app.renditions.under_way,
            "remembered_bytes": self._app.renditions.remembered_bytes,
            "resident_bytes": resident_bytes(),
        }

    async def _front(self, exchange: Exchange) -> Answer | Trouble:
        return front_page(self._sign) if exchange.raw_path == b"/" else NO_SUCH_PAGE

    async def _icon(self, exchange: Exchange) -> Answer | Trouble:
        """None, said in a way that leaves no error in a log; browsers ask by themselves."""
        if exchange.raw_path != b"/favicon.ico":
            return NO_SUCH_PAGE
        return Answer(204, [(b"cache-control", b"public, max-age=86400")])

    async def _health(self, exchange: Exchange) -> Answer | Trouble:
        return plain("ok\n") if exchange.raw_path == b"/healthz" else NO_SUCH_PAGE

    async def _thumbors_health(self, exchange: Exchange) -> Answer | Trouble:
        return plain("WORKING") if exchange.raw_path == b"/healthcheck" else NO_SUCH_PAGE

    async def _ready(self, exchange: Exchange) -> Answer | Trouble:
        if exchange.raw_path != b"/readyz":
            return NO_SUCH_PAGE
        slots = self._app.slots
        if self._web.draining:
            return plain("no: ending\n", 503)
        if slots.stuck >= slots.count:
            return plain("no: all slots are stuck\n", 503)
        trouble = await self._readiness.trouble()
        return plain(f"no: {trouble}\n", 503) if trouble else plain("yes\n")

    async def _metrics(self, exchange: Exchange) -> Answer | Trouble:
        if exchange.raw_path != b"/metrics":
            return NO_SUCH_PAGE
        return Answer(
            200,
            [(b"content-type", CONTENT_TYPE), NO_STORE, NOSNIFF],
            self._web.scrape(await self._job_figures()),
        )


def _is_upload(path: bytes) -> bool:
    return path.startswith((b"/api/v1/uploads", b"/upload")) and bool(_UPLOADS.match(path))


def rules_of(settings: Settings) -> str:
    """A digest of everything by which it is judged who may ask for what."""
    keys = security_keys(settings)
    text = json.dumps([keys, dataclasses.astuple(settings.urls)], default=str)
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
