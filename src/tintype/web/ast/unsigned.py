"""`image_server.cgi?size=small&url=…`: the picture itself, for who has no key. Off unless set.

It is for the sites of a list, or for the pages of one: a page is where the browser says that it
shows the picture (`Referer`), which keeps others' pages from using it, and no program.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from urllib.parse import urlsplit

from tintype.errors import InvalidSource, TintypeError
from tintype.settings_ast import AstSettings
from tintype.sites.ast import Asked, Size
from tintype.sites.ast.refusals import AstRefused
from tintype.sites.ast.request import parameters_of
from tintype.sites.places import SERVICE
from tintype.sites.slugs import normal_url
from tintype.web.answers import Answer
from tintype.web.api.limits import Limits, Policy
from tintype.web.api.origins import Origins
from tintype.web.ast.pictures import Pictures, default_answer
from tintype.web.ast.shelf import Shelf
from tintype.web.errors import NO_SUCH_PAGE, Trouble
from tintype.web.exchange import Exchange

UNSIGNED = b"/image_server.cgi"
PATIENCE = 0.5  # seconds for the picture's bytes
NOT_FOR_YOU = Trouble(403, "not-allowed", "This picture is not for everybody.")
NO_URL = Trouble(400, "invalid-request", "There is no url, or it makes no sense.")

Later = Callable[[Coroutine[Any, Any, None]], None]


class Unsigned:
    """Answers requests without a signature."""

    def __init__(
        self, settings: AstSettings, origins: Origins, shelf: Shelf, pictures: Pictures
    ) -> None:
        self._sites, self._pages = settings.unsigned_sites, settings.unsigned_pages
        self._origins, self._shelf, self._pictures = origins, shelf, pictures
        self._limits = Limits(Policy("address", settings.unsigned_rate, 60))

    async def answer(self, exchange: Exchange, later: Later) -> Answer | Trouble:
        """The picture, or the default one; what is missing is queued by `later`."""
        if not self._sites and not self._pages:
            return NO_SUCH_PAGE
        try:
            asked = parameters_of(exchange.query)
            url = normal_url(asked.get("url", ""))
        except (AstRefused, InvalidSource):
            return NO_URL
        if not self._is_allowed(url, exchange):
            return NOT_FOR_YOU
        self._limits.take(self._origins.of(exchange).network)
        size = Size.SMALL if asked.get("size", "").lower() == "small" else Size.LARGE
        wanted = Asked(url, size)
        look = await self._shelf.look([wanted], SERVICE)
        later(self._shelf.queue(look))
        if key := look.keys.get(wanted):
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._pictures.shown(exchange, key)
            except (TintypeError, TimeoutError):
                pass
        return default_answer(exchange, size, keep=False)

    def _is_allowed(self, url: str, exchange: Exchange) -> bool:
        referrer = exchange.headers.get(b"referer", b"").decode("latin-1")
        return _matches(url, self._sites) or _matches(referrer, self._pages)


def _matches(url: str, patterns: Sequence[str]) -> bool:
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False
    return bool(host) and any(_fits(host, pattern) for pattern in patterns)


def _fits(host: str, pattern: str) -> bool:
    if pattern == "*":
        return True
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return host in (pattern, f"www.{pattern}")
