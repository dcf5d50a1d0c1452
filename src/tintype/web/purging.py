"""Purging over HTTP, with the admin key: POST /purge, and DELETE /purge/<path of a picture>."""

from collections.abc import Mapping
from typing import Any

from tintype.errors import InvalidRequest
from tintype.negotiate import negotiated
from tintype.renditions.ondemand import Renditions
from tintype.settings import Settings
from tintype.web.answers import Answer
from tintype.web.bearer import refusal
from tintype.web.bodies import json_of
from tintype.web.errors import NO_SUCH_PAGE, Trouble, wrong_method
from tintype.web.exchange import Exchange
from tintype.web.hot import HotAnswers
from tintype.web.meta import wanted
from tintype.web.operations import as_json
from tintype.web.reading import Reading

WHAT = ("source", "rendition", "tag", "all")
# One of each class of browsers: what differs in the answer is purged together.
BROWSERS = ("image/avif,image/webp", "image/avif", "image/webp", "")


class Purging:
    """The purges' part of the service."""

    def __init__(
        self, renditions: Renditions, reading: Reading, hot: HotAnswers, settings: Settings
    ) -> None:
        self._renditions, self._reading, self._hot = renditions, reading, hot
        self._settings = settings

    async def answer(self, exchange: Exchange) -> Answer | Trouble:
        """The answer: how many renditions there were."""
        trouble = refusal(exchange.headers, self._settings.server.admin_key)
        if trouble:
            return trouble
        below = exchange.raw_path.removeprefix(b"/purge").removeprefix(b"/")
        if exchange.method == "DELETE":
            count = await self._rendition(below.decode("latin-1")) if below else None
        elif below:
            return NO_SUCH_PAGE
        else:
            count = await self._asked(await json_of(exchange, self._settings.http.read_timeout))
        self._hot.clear()
        if count is None:
            return wrong_method("POST", "OPTIONS")
        return as_json({"purged": count})

    async def _asked(self, wanted: Any) -> int:
        if not isinstance(wanted, Mapping) or len(wanted) != 1 or set(wanted) - set(WHAT):
            raise InvalidRequest(f"The body is an object with one of {', '.join(WHAT)}.")
        ((what, value),) = wanted.items()
        if what == "all":
            if value is not True:
                raise InvalidRequest('To purge everything, send {"all": true}.')
            return await self._renditions.purge_all()
        if not isinstance(value, str) or not value:
            raise InvalidRequest(f"{what} is a text.")
        if what == "source":
            return await self._renditions.purge_source(self._reading.source_of(value))
        if what == "tag":
            return await self._renditions.purge_tag(value)
        return await self._rendition(value)

    async def _rendition(self, path: str) -> int:
        """The rendition of a URL path, signed or not, in all formats that browsers get it in."""
        request, source = self._reading.trusted(path)
        transform, _ = wanted(request.transform)
        transforms = {
            negotiated(transform, accept, self._settings.urls.auto_formats).transform
            for accept in BROWSERS
        }
        return sum([await self._renditions.purge_rendition(source, t) for t in transforms])
