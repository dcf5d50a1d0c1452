"""Sites out of lists of feeds: `POST /api/v1/sites/opml`."""

import asyncio
from collections import Counter
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from python_multipart.multipart import parse_options_header
from starlette.responses import Response

from tintype.addresses import SITES
from tintype.catalog.site_queue import MOST
from tintype.errors import InvalidRequest
from tintype.sites import Wanted
from tintype.sites.asking import Found
from tintype.sites.opml import MOST_BYTES, FeedList
from tintype.sites.opml.addresses import site_of
from tintype.sites.opml.reader import read_opml
from tintype.sites.queueing import ask_and_queue
from tintype.sites.slugs import normal_url, slug_of
from tintype.web.api import answers
from tintype.web.api.bodies import read_body
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, ExchangeNow, PartsNow, require
from tintype.web.api.sites import WRITE
from tintype.web.errors import Refusal, Trouble
from tintype.web.exchange import Exchange

router = APIRouter(tags=["sites"])
KINDS = ("text/x-opml", "application/xml", "text/xml")
OTHERS = ("", "application/octet-stream", "text/plain", "application/x-opml+xml")
_DOCUMENT = {"schema": {"type": "string", "description": "OPML 1.0, 1.1 or 2.0."}}
TAKES: dict[str, Any] = {
    "requestBody": {"required": True, "content": dict.fromkeys(KINDS, _DOCUMENT)}
}
NO_OPML = Trouble(
    415,
    "unsupported-media-type",
    "The body must be OPML: text/x-opml, or application/xml.",
    ((b"accept", ", ".join(KINDS).encode()),),
)


class ListedSite(BaseModel):
    """The site of a feed. `state` is fresh, queued or failed: of a fresh one there are pictures
    already, and one that has failed a while ago is left alone.
    """

    title: str
    feed: str
    url: str
    slug: str
    state: str


class SiteImport(BaseModel):
    """What became of a list. `states` counts its sites, `left_out` feeds without a web address."""

    items: list[ListedSite]
    states: dict[str, int]
    left_out: int


@router.post(
    SITES + "/opml",
    status_code=202,
    response_model=SiteImport,
    responses=problems(400, 401, 403, 413, 415, 422),
    openapi_extra=TAKES,
)
async def import_opml(exchange: ExchangeNow, parts: PartsNow, caller: CallerNow) -> Response:
    """Have the sites of a list of feeds captured, as a feed reader exports it. Nothing waits for
    that. A list has up to 2,000 sites and 10 MiB.
    """
    require(caller, WRITE)
    _check_type(exchange)
    content = await read_body(exchange, parts.settings.http.read_timeout, MOST_BYTES)
    feeds = await asyncio.to_thread(read_opml, content)
    wanted = _wanted(feeds)
    found = await ask_and_queue(
        parts.catalog,
        parts.works.sites.question(caller.user_id),
        list({site.slug: site for site in wanted}.values()),
        user_id=caller.user_id,
    )
    return answers.record(_imported(feeds, wanted, found), 202)


def _check_type(exchange: Exchange) -> None:
    kind, _ = parse_options_header(exchange.headers.get(b"content-type", b""))
    if kind.decode("latin-1") not in (*KINDS, *OTHERS):
        raise Refusal(NO_OPML)


def _wanted(feeds: FeedList) -> list[Wanted]:
    """The site of each feed, in their order. Raises InvalidRequest for more than are taken."""
    urls = [normal_url(site_of(feed)) for feed in feeds.feeds]
    wanted = [Wanted(url, slug_of(url)) for url in urls]
    if len({site.slug for site in wanted}) > MOST:
        raise InvalidRequest(
            f"The list has more than {MOST:,} sites.", remedy="Send it in several parts."
        )
    return wanted


def _imported(feeds: FeedList, wanted: list[Wanted], found: list[Found]) -> SiteImport:
    states = {each.wanted.slug: each.state.value for each in found}
    items = [
        ListedSite(
            title=feed.title,
            feed=feed.url,
            url=site.url,
            slug=site.slug,
            state=states[site.slug],
        )
        for feed, site in zip(feeds.feeds, wanted, strict=True)
    ]
    return SiteImport(items=items, states=Counter(states.values()), left_out=feeds.left_out)
