"""Alexa Site Thumbnail, answered again: the edge of the protocol in `sites.ast`.

Nothing is captured while a client waits: most of them give up after two seconds. The store is
asked, for as long as `shelf.PATIENCE`; what is not there is answered with the default picture, and
captured by jobs.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Coroutine
from typing import Any

from tintype.catalog import Catalog
from tintype.errors import TintypeError
from tintype.settings import Settings
from tintype.sites.ast import Action, AstRequest, Given, answers, refusals
from tintype.sites.ast.refusals import AstRefused
from tintype.sites.ast.request import parameters_of, read
from tintype.stores import Store
from tintype.web.answers import NO_STORE, NOSNIFF, NOTHING, Answer
from tintype.web.api.asked import by_a_person
from tintype.web.api.origins import Origins, base_of
from tintype.web.ast.keys import Keys, Owner
from tintype.web.ast.pictures import PREFIX, Pictures, default_picture, default_url
from tintype.web.ast.shelf import Shelf
from tintype.web.ast.unsigned import UNSIGNED, Unsigned
from tintype.web.bodies import chunks_of
from tintype.web.errors import Refusal, Trouble, wrong_method
from tintype.web.exchange import Exchange
from tintype.web.security_key import security_keys

log = logging.getLogger("tintype.web")

ROOT = b"/ast"
# As the guide has them, and as clients write them.
ENDPOINTS = {b"", b"/", b"/xino", b"/xino/", b"/Xino", b"/Xino/", b"/xino/xml", b"/Xino/xml"}
OF_HOSTS = ENDPOINTS | {UNSIGNED}
METHODS = ("GET", "HEAD", "POST")
MOST_BODY = 64 << 10  # bytes
BODY_SECONDS = 5.0  # without a byte
MOST_IN_BACKGROUND = 200  # requests whose missing pictures are being queued


class Ast:
    """The part of the service that old clients of the protocol speak to."""

    def __init__(self, settings: Settings, catalog: Catalog, store: Store) -> None:
        """`store` is the service's own. Raises InvalidSettings for sizes that are not made."""
        self._settings = settings.ast
        self._origins = Origins(settings.api.trusted_proxies)
        self._keys = Keys(catalog, settings, self._origins)
        self._shelf = Shelf(store, catalog, settings)
        self._pictures = Pictures(store, security_keys(settings), self._settings.expires)
        self._unsigned = Unsigned(self._settings, self._origins, self._shelf, self._pictures)
        self._hosts = frozenset(host.encode() for host in self._settings.hosts)
        self._background: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Open now what the first answer would wait for."""
        await self._keys.begin()

    def concerns(self, exchange: Exchange) -> bool:
        """Whether a request is one of these."""
        path = exchange.raw_path
        if path.startswith(ROOT) and path[len(ROOT) : len(ROOT) + 1] in (b"", b"/"):
            return True
        return path in OF_HOSTS and _host(exchange) in self._hosts

    async def answer(self, exchange: Exchange) -> Answer | Trouble:
        """The answer, in the protocol's own form."""
        exchange.route = "ast"
        path = exchange.raw_path.removeprefix(ROOT)
        if path in ENDPOINTS and self._is_open(exchange):
            return await self._spoken(exchange)
        if exchange.method not in ("GET", "HEAD"):
            return wrong_method("GET", "HEAD")
        if path == UNSIGNED and self._is_open(exchange):
            return await self._unsigned.answer(exchange, self._later)
        if exchange.raw_path.startswith(PREFIX.encode()):
            return await self._pictures.answer(exchange, time.time())
        return default_picture(exchange)

    async def close(self) -> None:
        """Let what is being queued be queued; not what still waits for the store."""
        if not self._background:
            return
        _, waiting = await asyncio.wait(self._background, timeout=2)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _is_open(self, exchange: Exchange) -> bool:
        return self._settings.path or not exchange.raw_path.startswith(ROOT)

    async def _spoken(self, exchange: Exchange) -> Answer | Trouble:
        if exchange.method not in METHODS:
            return wrong_method(*METHODS)
        request_id = str(uuid.uuid4())
        try:
            request = read(parameters_of(exchange.query, await _body(exchange)))
            owner = await self._keys.owner_of(exchange, request)
            if owner.is_use_due:
                self._later(self._keys.note_use(owner))
            given = await self._given(exchange, request, owner)
        except AstRefused as error:
            return _refused(request_id, error)
        except Refusal as error:
            return _refused(request_id, refusals.too_often(), error.trouble.headers)
        except TintypeError as error:
            log.warning("%s: %s", error.code, error, extra={"request_id": exchange.request_id})
            return _refused(request_id, refusals.internal())
        if request.action is Action.REDIRECT:
            return _redirect(exchange, request, given[0])
        return _xml(200, answers.thumbnails(request_id, given))

    async def _given(self, exchange: Exchange, request: AstRequest, owner: Owner) -> list[Given]:
        base = self._settings.url.rstrip("/") or base_of(exchange, self._origins)
        look = await self._shelf.look(request.wanted, owner.place)
        self._later(self._shelf.queue(look))
        found: list[Given] = []
        for asked in request.wanted:
            key = look.keys.get(asked, "")
            picture = default_url(asked.size, base)
            if key:
                picture = await self._pictures.url(key, base, time.time())
            found.append(Given(asked.url, picture, exists=bool(key)))
        return found

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that the client need not wait for; not more than so much at once."""
        if len(self._background) >= MOST_IN_BACKGROUND:
            work.close()
            return
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _host(exchange: Exchange) -> bytes:
    return exchange.headers.get(b"host", b"").lower().partition(b":")[0]


async def _body(exchange: Exchange) -> bytes:
    """The form that a POST brings, which may be empty: some clients put everything in the query."""
    if exchange.method != "POST":
        return b""
    body = bytearray()
    async for chunk in chunks_of(exchange, BODY_SECONDS):
        body += chunk
        if len(body) > MOST_BODY:
            raise AstRefused(f"The body is longer than {MOST_BODY >> 10} KiB.", answered=413)
    return bytes(body)


def _redirect(exchange: Exchange, request: AstRequest, given: Given) -> Answer:
    """The way to the picture, for <img>. A `DefaultImage` is not signed: where a browser says that
    it goes there as a page, it is not sent wherever somebody likes. Over plain HTTP it says so by
    what it accepts only.
    """
    place = given.picture
    is_image = exchange.headers.get(b"sec-fetch-dest", b"image") == b"image"
    is_page = not is_image or by_a_person(exchange)
    if request.default_image and not given.exists and not is_page:
        place = request.default_image
    return Answer(302, [(b"location", place.encode()), NO_STORE, NOSNIFF])


def _refused(
    request_id: str, error: AstRefused, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Answer:
    made = _xml(error.answered, answers.error(request_id, error.word, error.message))
    made.headers += headers
    made.code = f"ast-{error.word}"
    return made


def _xml(status: int, body: bytes) -> Answer:
    headers = [
        (b"content-type", answers.CONTENT_TYPE),
        (b"content-security-policy", NOTHING),
        NO_STORE,
        NOSNIFF,
    ]
    return Answer(status, headers, body)
