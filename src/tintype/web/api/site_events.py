"""Events of sites, as they happen: `/api/v1/site-events`, and those of one site."""

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from tintype.catalog import Session, sites
from tintype.catalog.columns import now
from tintype.catalog.tables import Site
from tintype.errors import CatalogUnavailable
from tintype.web.api.callers import Caller
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, require
from tintype.web.api.site_bodies import SiteRecord
from tintype.web.api.sites import ONE, READ, find, owner_of, shown
from tintype.web.api.streams import event_stream
from tintype.web.exchange import Exchange

PATH = "/api/v1/site-events"
_LAST = re.compile(r"\d{1,14}", re.ASCII)  # milliseconds, of years with four figures
LOOK = 0.5  # seconds between two looks
STREAM = 20.0  # seconds that a stream lasts; browsers come back by themselves
KEEP_ALIVE = 10.0
router = APIRouter(tags=["sites"])
EVENTS = problems(401, 403, 404) | {
    200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}
}
LastEventId = Annotated[str, Header(max_length=20)]
Changed = Callable[[Session, datetime, Site | None], list[Site]]


@router.get(PATH, responses=EVENTS)
async def watch_sites(
    exchange: ExchangeNow, parts: PartsNow, caller: CallerNow, last_event_id: LastEventId = ""
) -> Response:
    """Watch one's sites: `site.captured` and `site.failed`, each with the site. The stream ends
    after some seconds; come again with Last-Event-ID, as browsers do.
    """
    require(caller, READ)

    def changed(session: Session, since: datetime, after: Site | None) -> list[Site]:
        return sites.changed(session, owner_of(caller), since, after=after)

    return _stream(parts, exchange, caller, changed, last_event_id)


@router.get(ONE + "/events", responses=EVENTS)
async def watch_site(
    site: str,
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    last_event_id: LastEventId = "",
) -> Response:
    """Watch one site."""
    require(caller, READ)
    found = await parts.catalog.read(lambda s: find(s, caller, site))

    def changed(session: Session, since: datetime, after: Site | None) -> list[Site]:
        return sites.changed(session, owner_of(caller), since, site_id=found.id, after=after)

    return _stream(parts, exchange, caller, changed, last_event_id)


def _stream(
    parts: Parts, exchange: Exchange, caller: Caller, changed: Changed, last: str
) -> Response:
    since = _moment(int(last)) if _LAST.fullmatch(last) else now()
    events = _events(parts, exchange, changed, since, is_resumed=bool(last))
    return event_stream(parts, caller, events)


async def _events(
    parts: Parts, exchange: Exchange, changed: Changed, since: datetime, *, is_resumed: bool
) -> AsyncGenerator[str, None]:
    """What ends late may have begun early, so that each look goes back a little: what was told is
    remembered for that long. Who comes again may hear the last of it twice.
    """
    began = said = time.monotonic()
    told: set[tuple[str, datetime | None]] = set()  # not by version: what changes is no event
    if not is_resumed:
        async for site, _ in _look(parts, exchange, changed, since):
            told.add((site.id, site.changed_at))
    yield "retry: 1000\n\n"
    while time.monotonic() - began < STREAM:
        try:
            async for site, record in _look(parts, exchange, changed, since):
                if (site.id, site.changed_at) in told or site.changed_at is None:
                    continue
                said, since = time.monotonic(), max(since, site.changed_at)
                told.add((site.id, site.changed_at))
                yield _event(site, record)
        except CatalogUnavailable:
            return  # the client comes again
        told = {(name, at) for name, at in told if at and at > since - 2 * sites.OVERLAP}
        if time.monotonic() - said > KEEP_ALIVE:
            said = time.monotonic()
            yield ": still here\n\n"
        await asyncio.sleep(LOOK)


async def _look(
    parts: Parts, exchange: Exchange, changed: Changed, since: datetime
) -> AsyncIterator[tuple[Site, SiteRecord]]:
    """All that changed, some at a time."""
    after: Site | None = None

    def read(session: Session) -> list[tuple[Site, SiteRecord]]:
        found = changed(session, since, after)
        return [(site, shown(session, parts, exchange, site)) for site in found]

    while found := await parts.catalog.read(read):
        for each in found:
            yield each
        after, _ = found[-1]
        if len(found) < sites.CHANGES:
            return


def _event(site: Site, record: SiteRecord) -> str:
    assert site.changed_at
    number = int(site.changed_at.timestamp() * 1000)
    text = json.dumps(record.model_dump(mode="json"), ensure_ascii=False)
    return f"event: {site.event}\nid: {number}\ndata: {text}\n\n"


def _moment(number: int) -> datetime:
    return datetime.fromtimestamp(number / 1000, UTC)
