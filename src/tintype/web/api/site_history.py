"""What was captured of a site, and how it has changed: `/api/v1/sites/{site}/captures`."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tintype.addresses import FILES, site_address
from tintype.catalog import Session, sites
from tintype.catalog.tables import Site, SiteCapture
from tintype.errors import KeyNotFound, RecordNotFound
from tintype.processor import Difference
from tintype.sites import history
from tintype.stores import Store
from tintype.web.api import answers
from tintype.web.api.callers import Caller
from tintype.web.api.openapi import NOBODY, content, problems
from tintype.web.api.parts import CallerNow, Parts, PartsNow, require
from tintype.web.api.site_bodies import CaptureList, CaptureRecord, DifferenceRecord
from tintype.web.api.sites import ONE, READ, find
from tintype.web.api.stored import Opened, StoredContent

router = APIRouter(tags=["sites"])
ALL = ONE + "/captures"
CONTROL = "public, max-age=60"  # it may be captured anew under the same address
_ID = r"^([0-9a-f-]{36})?$"


class DifferenceQuery(BaseModel):
    """Which two captures; left out, the last two whose pictures are kept."""

    model_config = ConfigDict(extra="forbid")

    before: str = Field(default="", pattern=_ID)
    after: str = Field(default="", pattern=_ID)


@router.get(ALL, response_model=CaptureList, responses=problems(401, 403, 404))
async def list_captures(site: str, parts: PartsNow, caller: CallerNow) -> Response:
    """List the captures of a site that are remembered, the newest first."""
    require(caller, READ)

    def work(session: Session) -> CaptureList:
        found = find(session, caller, site)
        items = [CaptureRecord.of(found, each) for each in sites.captures(session, found)]
        return CaptureList(items=items)

    return answers.record(await parts.catalog.read(work))


@router.get(
    ALL + "/{capture_id}/picture",
    status_code=200,
    response_class=StoredContent,
    responses=content(401, 403, 404, 412, 416, 502),
)
async def read_capture(site: str, capture_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """The whole picture of a capture, as it was kept."""
    require(caller, READ)

    def work(session: Session) -> SiteCapture:
        return sites.capture(session, find(session, caller, site), capture_id)

    found, works = await parts.catalog.read(work), parts.works.sites
    if not found.key:
        raise RecordNotFound(f"No picture was kept of the capture {found.id}.")
    return await _stored(works.stores.kept, found.key, works.opened_history)


@router.get(
    ONE + "/difference",
    response_model=DifferenceRecord,
    responses=problems(401, 403, 404, 422, 502),
)
async def read_difference(
    site: str, parts: PartsNow, caller: CallerNow, query: Annotated[DifferenceQuery, Query()]
) -> Response:
    """Tell how two captures of a site differ."""
    found, pair = await _pair(parts, caller, site, query)
    difference = await compared(parts, caller, pair)
    before, after = pair
    where = f"{site_address(found.id)}/difference/picture?before={before.id}&after={after.id}"
    shown = DifferenceRecord(
        before=before.id,
        after=after.id,
        share=round(difference.share, 6),
        mean=round(difference.mean, 4),
        picture_url=where,
    )
    return answers.record(shown)


@router.get(
    ONE + "/difference/picture",
    response_class=Response,
    responses=content(401, 403, 404, 422, 502),
)
async def read_difference_picture(
    site: str, parts: PartsNow, caller: CallerNow, query: Annotated[DifferenceQuery, Query()]
) -> Response:
    """The later capture, faded, with what differs from the earlier one in red."""
    _, pair = await _pair(parts, caller, site, query)
    picture = (await compared(parts, caller, pair)).picture
    headers = {"cache-control": "private, no-cache", "x-content-type-options": "nosniff"}
    return Response(picture.read(), 200, headers, media_type=picture.media_type)


@router.get(
    FILES + "/sites/{site_id}/{name}",
    status_code=200,
    response_class=StoredContent,
    responses=content(404, 412, 416, 502),
    openapi_extra=NOBODY,
)
async def read_site_file(site_id: str, name: str, parts: PartsNow) -> Response:
    """A picture of a site, for everybody who has its URL."""
    found = await parts.catalog.read(lambda session: sites.get(session, None, site_id))
    works = parts.works.sites
    size = next((each for each in works.sizes if each.key(found.slug) == name), None)
    if size is None or found.id != site_id:
        raise RecordNotFound(f"There is no picture {name[:100]!r}.")
    where = works.stores.at(found.place)
    place = found.place
    return await _stored(
        where.store, where.key(size, found.slug), lambda: works.opened(place), CONTROL
    )


async def _stored(
    store: Store, key: str, opened: Opened, control: str = "private, no-cache"
) -> Response:
    stat = await store.stat(key)
    if stat is None:
        raise KeyNotFound(f"There is nothing under {key!r}.")
    return StoredContent(
        opened,
        key,
        size=stat.size,
        etag=stat.etag,
        modified=stat.modified.timestamp(),
        media_type=stat.attributes.content_type or "application/octet-stream",
        name=key.rpartition("/")[2],
        control=control,
    )


async def _pair(
    parts: Parts, caller: Caller, name: str, query: DifferenceQuery
) -> tuple[Site, tuple[SiteCapture, SiteCapture]]:
    require(caller, READ)

    def work(session: Session) -> tuple[Site, tuple[SiteCapture, SiteCapture]]:
        site = find(session, caller, name)
        return site, sites.pair(session, site, query.before, query.after)

    return await parts.catalog.read(work)


async def compared(
    parts: Parts, caller: Caller, pair: tuple[SiteCapture, SiteCapture]
) -> Difference:
    """How two captures differ. Raises Overloaded for who compares too many at once."""
    works = parts.works.sites
    with parts.works.fetches.place(caller.user_id):
        return await history.difference(works.stores.kept, works.comparer, *pair)
