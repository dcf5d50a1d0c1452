"""Pictures: the answer to the URL of one. Read, verify, negotiate, have it made, hand it out."""

import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import unquote_to_bytes

from tintype.filters import Delivery
from tintype.negotiate import HINTS, Hints, negotiated, vary
from tintype.renditions import Found
from tintype.renditions.ondemand import Renditions
from tintype.settings import Settings
from tintype.source import Source
from tintype.transform import Transform
from tintype.urls import ImageRequest
from tintype.urls.thumbor import reads_alike
from tintype.web.answers import Answer, Caching, picture
from tintype.web.conditional import conditional
from tintype.web.delivery import delivery_of, seconds_left
from tintype.web.errors import NO_SUCH_PAGE, TOO_LONG, Trouble
from tintype.web.exchange import LONGEST_PATH, Exchange
from tintype.web.hot import SECONDS, HotAnswers
from tintype.web.meta import wanted
from tintype.web.presence import while_present
from tintype.web.reading import Reading

_SCHEME = re.compile(r"(?:^|(?<=/))https?:(?=/|$)", re.IGNORECASE)
STALE_AGE = 10  # seconds; a stale picture is asked for again soon


class Tells(Protocol):
    """What answers a URL that asks for facts instead of the picture."""

    async def answer(self, exchange: Exchange, request: ImageRequest, source: Source) -> Answer:
        """The facts; raises a TintypeError."""
        ...


class Pictures:
    """The pictures' part of the service: URLs of every grammar, and whatever else has read one."""

    def __init__(
        self,
        renditions: Renditions,
        reading: Reading,
        hot: HotAnswers,
        facts: Tells,
        settings: Settings,
    ) -> None:
        self._renditions, self._reading, self._hot, self._facts = renditions, reading, hot, facts
        self._urls, self._kept = settings.urls, settings.renditions

    async def answer(self, exchange: Exchange) -> Answer | Trouble:
        """The answer to a request for a picture; raises TintypeErrors, and ClientGone."""
        if len(exchange.raw_path) > LONGEST_PATH:
            return TOO_LONG
        if b"/" not in exchange.raw_path[1:]:
            return NO_SUCH_PAGE
        whole = self._find_hot(exchange) or await self._answer(exchange)
        return conditional(whole, exchange.headers, head=exchange.method == "HEAD")

    def _find_hot(self, exchange: Exchange) -> Answer | None:
        if self._hints(exchange) != Hints():
            return None
        hot = self._hot.find(exchange.target, exchange.headers.get(b"accept", b""))
        return hot.answer if hot else None

    async def _answer(self, exchange: Exchange) -> Answer:
        request, source = self._reading.read(exchange.raw_path)
        if request.meta:
            exchange.route = "meta"
            return await self._facts.answer(exchange, request, source)
        transform, _ = wanted(request.transform)
        return await self.deliver(exchange, source, transform, may_vary=True)

    async def deliver(
        self, exchange: Exchange, source: Source, transform: Transform, *, may_vary: bool = False
    ) -> Answer:
        """A rendition as a whole answer (200), for a URL that was found to be in order.

        `may_vary`: the format is the browser's choice where the URL leaves it open.
        """
        delivery = delivery_of(transform)
        left = seconds_left(delivery)
        hints = self._hints(exchange)
        accept_class = "any"
        if may_vary:
            accept = exchange.headers.get(b"accept", b"").decode("latin-1")
            chosen = negotiated(hints.applied(transform), accept, self._urls.auto_formats)
            transform, accept_class = chosen.transform, chosen.accept_class
        front = None
        if not exchange.query and not self._urls.client_hints and _is_plain(delivery):
            front = front_of(exchange.raw_path, accept_class, source)
        cleared = self._hot.cleared
        kept = self._renditions.peek(source, transform, front)
        if kept is None:
            making = self._renditions.get(source, transform, front=front)
            kept = await while_present(exchange.receive, making)
        whole = picture(
            kept,
            self._caching(delivery, left, kept.found),
            attachment=_name(delivery, source),
            vary=vary(accept_class, hints=self._urls.client_hints and may_vary),
        )
        fresh = kept.found is not Found.STALE and cleared == self._hot.cleared
        if fresh and hints == Hints():
            accepted = exchange.headers.get(b"accept", b"")
            self._hot.keep(exchange.target, accepted, whole, most=min(left, SECONDS))
        return whole

    def _hints(self, exchange: Exchange) -> Hints:
        return hints_of(exchange.headers) if self._urls.client_hints else Hints()

    def _caching(self, delivery: Delivery, left: float, found: Found) -> Caching:
        max_age = self._kept.max_age if delivery.max_age is None else delivery.max_age
        if found is Found.STALE:
            max_age = min(max_age, STALE_AGE)
        if left < max_age:  # nobody may keep it longer than its URL lives
            return Caching(max_age=int(left))
        return Caching(max_age=max_age, stale=self._kept.stale_age)


def front_of(raw_path: bytes, accept_class: str, source: Source) -> str | None:
    """What a web server would look for; None for a path that is no UTF-8, which it reads otherwise.

    The path is decoded as strictly as that: two URLs must not share a link. So there is none where
    the encoding has a meaning, as in `smart%2Fa.jpg`.
    """
    if b"%" in raw_path and not reads_alike(raw_path.decode("latin-1").split("/", 2)[-1]):
        return None
    try:
        path = unquote_to_bytes(raw_path).decode("utf-8").removeprefix("/")
    except UnicodeDecodeError:
        return None
    return f"{path}/@{accept_class}" if _has_one_scheme(path, source) else None


def _has_one_scheme(path: str, source: Source) -> bool:
    """False where `http://` stands anywhere but before the source: only there `http:/` means the
    same, and a web server makes no difference between the two.
    """
    schemes = list(_SCHEME.finditer(path))
    if not schemes:
        return True
    return len(schemes) == 1 and path[schemes[0].end() :].lstrip("/") == source.locator.lstrip("/")


def _is_plain(delivery: Delivery) -> bool:
    """True when the answer depends on nothing but the path and the class of browsers."""
    return (delivery.max_age, delivery.expires, delivery.attachment) == (None, None, None)


def hints_of(headers: Mapping[bytes, bytes]) -> Hints:
    """The client hints of a request."""
    names = (name.lower() for name in HINTS)
    return Hints.of({name: headers.get(name.encode(), b"").decode("latin-1") for name in names})


def _name(delivery: Delivery, source: Source) -> str | None:
    """The name to save a picture under: None to show it, the source's when none was given."""
    return delivery.attachment if delivery.attachment != "" else source.name
