"""The badges of sites: `/api/v1/sites/{site}/badge`, and `badge.svg` there for everybody."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from tintype.catalog import Session, sites
from tintype.catalog.tables import Site
from tintype.errors import InvalidRecord, RecordNotFound
from tintype.sites.platforms.badge import as_html, as_svg, shown
from tintype.sites.platforms.keeping import BADGE, badge_of, kept_platforms
from tintype.web.answers import SANDBOX
from tintype.web.api import answers
from tintype.web.api.asked import by_a_person, page_or_trouble
from tintype.web.api.bodies import Taken, body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.openapi import NOBODY, problems
from tintype.web.api.origins import base_of
from tintype.web.api.pages import response
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, caller_of, require
from tintype.web.api.site_pages import badge_address, badge_page
from tintype.web.api.site_platforms import known
from tintype.web.api.sites import ONE, READ, WRITE, find
from tintype.web.exchange import Exchange

router = APIRouter(tags=["sites"])
ALL = ONE + "/badge"
POLICY = "cross-origin-resource-policy"
CONTROL = "public, max-age=86400"
_LIKE_AN_IMAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}
}


class ChosenBadge(Taken):
    """Whether everybody may see the badge, and which platform it names: one of those that were
    found, or "" for what says most about the site.
    """

    public: bool
    platform: str = Field(default="", max_length=100)


class BadgeRecord(BaseModel):
    """A site's badge: where it is, and what to put on the site. Both are null where it is not known
    what the site runs on.
    """

    public: bool
    platform: str
    url: str | None
    html: str | None


@router.get(ALL, response_model=BadgeRecord, responses=problems(401, 403, 404, 422, 502, 504))
async def read_badge(site: str, exchange: ExchangeNow, parts: PartsNow) -> Response:
    """Read what to put on a site to show what it runs on."""

    async def work() -> Response:
        caller = await caller_of(parts, exchange)
        require(caller, READ)
        return _answer(exchange, parts, await known(parts, caller, site))

    return await page_or_trouble(exchange, parts.settings, work())


@router.post(
    ALL,
    response_model=BadgeRecord,
    responses=problems(400, 401, 403, 404, 413, 415, 422, 502, 504),
    openapi_extra=takes(ChosenBadge),
)
async def choose_badge(
    site: str,
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    chosen: Annotated[ChosenBadge, Depends(body(ChosenBadge))],
) -> Response:
    """Make a site's badge public, or take it back."""
    require(caller, WRITE)
    found = await _chosen(parts, caller, site, chosen)
    if by_a_person(exchange):
        return Response(status_code=303, headers={"location": f"/sites/{found.id}/badge"})
    return _answer(exchange, parts, found)


async def _chosen(parts: Parts, caller: Caller, name: str, chosen: ChosenBadge) -> Site:
    site = await known(parts, caller, name)
    platforms = kept_platforms(site.facts, site.url) or []
    if chosen.platform and not shown(platforms, chosen.platform):
        raise InvalidRecord.of({"platform": "is none that was found"})

    def note(session: Session) -> Site:
        sites.note(session, site.id, BADGE, chosen.model_dump())
        return find(session, caller, site.id)

    return await parts.catalog.run(note)


@router.get(
    ONE + "/badge.svg",
    response_class=Response,
    responses={**_LIKE_AN_IMAGE, **problems(404)},
    openapi_extra=NOBODY,
)
async def show_badge(site: str, exchange: ExchangeNow, parts: PartsNow) -> Response:
    """The badge, for everybody, if the site's owner has made it public."""
    found = await parts.catalog.read(lambda session: sites.get(session, None, site))
    public, name = badge_of(found.facts)
    badge = shown(kept_platforms(found.facts, found.url) or [], name)
    if not public or badge is None:
        raise RecordNotFound(f"There is no public badge of {site[:100]!r}.")
    # Whatever is set for pictures: this one is made for other people's pages.
    exchange.common = [each for each in exchange.common if each[0] != POLICY.encode()]
    headers = {
        POLICY: "cross-origin",
        "cache-control": CONTROL,
        "content-security-policy": SANDBOX.decode(),
        "x-content-type-options": "nosniff",
    }
    return Response(as_svg(badge).encode(), 200, headers, media_type="image/svg+xml")


def _answer(exchange: Exchange, parts: Parts, site: Site) -> Response:
    base = base_of(exchange, parts.origins)
    platforms, chosen = kept_platforms(site.facts, site.url) or [], badge_of(site.facts)
    if by_a_person(exchange):
        return response(badge_page(site, platforms, chosen, base))
    badge, where = shown(platforms, chosen[1]), badge_address(site, base)
    return answers.record(
        BadgeRecord(
            public=chosen[0],
            platform=chosen[1],
            url=where if badge else None,
            html=as_html(badge, where) if badge else None,
        )
    )
