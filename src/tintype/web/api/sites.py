"""Sites: `/api/v1/sites`. One's own; administrators reach those of all by their ids."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from tintype.addresses import SITES, site_address
from tintype.catalog import Session, site_queue, sites
from tintype.catalog.site_queue import Pair
from tintype.catalog.sites import SiteDraft, SiteSearch
from tintype.catalog.tables import Site
from tintype.credentials.scopes import ADMIN
from tintype.errors import RecordNotFound
from tintype.sites.queueing import PERSON
from tintype.sites.removing import remove_site
from tintype.sites.slugs import normal_url, slug_of
from tintype.web.api import answers
from tintype.web.api.bodies import body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.idempotency import REPEATABLE, Remember, once
from tintype.web.api.openapi import problems
from tintype.web.api.original_answers import next_link
from tintype.web.api.origins import base_of
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, require
from tintype.web.api.site_bodies import (
    ChangedSite,
    NewSite,
    SiteCounts,
    SitePage,
    SiteQuery,
    SiteRecord,
    site_slug,
)
from tintype.web.api.users import IfMatch, IfNoneMatch
from tintype.web.exchange import Exchange

router = APIRouter(tags=["sites"])
READ, WRITE = "sites:read", "sites:write"
ONE = SITES + "/{site}"
COUNTS = "/api/v1/site-counts"


@router.get(SITES, response_model=SitePage, responses=problems(401, 403, 422))
async def list_sites(
    request: Request,
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    query: Annotated[SiteQuery, Query()],
) -> Response:
    """List or search sites, the newest first."""
    require(caller, READ)
    after = answers.read_cursor(query.cursor)
    search = SiteSearch(text=query.q, tag=query.tag, state=query.state)

    def work(session: Session) -> tuple[list[SiteRecord], str | None]:
        page = sites.page(session, owner_of(caller), search, after=after, limit=query.limit)
        return [shown(session, parts, exchange, site) for site in page.items], page.after

    items, last = await parts.catalog.read(work)
    cursor = last and answers.cursor_of(last)
    link = next_link(SITES, request.query_params.multi_items(), cursor)
    return answers.record(SitePage(items=items, next_cursor=cursor), link=link)


@router.post(
    SITES,
    status_code=201,
    response_model=SiteRecord,
    responses=problems(400, 401, 403, 409, 413, 415, 422),
    openapi_extra=takes(NewSite),
    dependencies=REPEATABLE,
)
async def add_site(
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    new: Annotated[NewSite, Depends(body(NewSite))],
) -> Response:
    """Add a site, which is captured in the background. Nothing waits for that."""
    require(caller, WRITE)
    url = normal_url(new.url)
    slug = site_slug(new.slug or slug_of(url), [size.suffix for size in parts.works.sites.sizes])
    draft = SiteDraft(
        url=url,
        slug=slug,
        place=caller.user_id,
        user_id=caller.user_id,
        title=new.title,
        tags=tuple(new.tags),
        options=new.options,
    )

    async def work(remember: Remember) -> Response:
        def add(session: Session) -> Response:
            site = sites.add(session, draft)
            if new.capture:
                enqueue(session, site)
            made = answer(session, parts, exchange, site, 201)
            remember(session, made)
            return made

        return await parts.catalog.run(add)

    return await once(parts, exchange, caller, work)


@router.get(COUNTS, response_model=SiteCounts, responses=problems(401, 403))
async def count_sites(parts: PartsNow, caller: CallerNow) -> Response:
    """Count sites by state, and those that have failed by the reason."""
    require(caller, READ)

    def work(session: Session) -> SiteCounts:
        who = owner_of(caller)
        return SiteCounts(states=sites.counts(session, who), failures=sites.failures(session, who))

    return answers.record(await parts.catalog.read(work))


@router.get(ONE, response_model=SiteRecord, responses=problems(304, 401, 403, 404))
async def read_site(
    site: str,
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """Read a site, by its id or slug."""
    require(caller, READ)

    def work(session: Session) -> Response:
        found = find(session, caller, site)
        # A site that waits is not told from one that does not by its version.
        if answers.is_known(if_none_match, found.version) and found.job_id is None:
            return Response(status_code=304, headers={"etag": answers.etag_of(found.version)})
        return answer(session, parts, exchange, found)

    return await parts.catalog.read(work)


@router.patch(
    ONE,
    response_model=SiteRecord,
    responses=problems(400, 401, 403, 404, 412, 413, 415, 422, 428),
    openapi_extra=takes(ChangedSite),
)
async def change_site(
    site: str,
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    changed: Annotated[ChangedSite, Depends(body(ChangedSite))],
    if_match: IfMatch = None,
) -> Response:
    """Change a site as it was when it was read. What is shown of it changes when it is captured."""
    require(caller, WRITE)
    fields = changed.model_dump(exclude_unset=True)
    if "url" in fields:
        fields["url"] = normal_url(fields["url"])

    def work(session: Session) -> Response:
        found = held(session, caller, site, if_match)
        if fields:
            sites.change(session, found, **fields)
        return answer(session, parts, exchange, found)

    return await parts.catalog.run(work)


@router.delete(ONE, status_code=204, responses=problems(400, 401, 403, 404, 412, 428, 502))
async def remove_site_(
    site: str,
    parts: PartsNow,
    caller: CallerNow,
    if_match: IfMatch = None,
) -> Response:
    """Remove a site, with its pictures and its history."""
    require(caller, WRITE)
    works = parts.works.sites
    await remove_site(
        parts.catalog, works.stores, works.sizes, lambda s: held(s, caller, site, if_match)
    )
    return Response(status_code=204)


@router.post(
    ONE + "/capture",
    status_code=202,
    response_model=SiteRecord,
    responses=problems(400, 401, 403, 404, 409),
    dependencies=REPEATABLE,
)
async def capture_site(
    site: str, exchange: ExchangeNow, parts: PartsNow, caller: CallerNow
) -> Response:
    """Have a site captured anew, also one that has failed. One that waits already waits once."""
    require(caller, WRITE)

    async def work(remember: Remember) -> Response:
        def add(session: Session) -> Response:
            found = held(session, caller, site, "*")
            enqueue(session, found)
            made = answer(session, parts, exchange, found, 202)
            remember(session, made)
            return made

        return await parts.catalog.run(add)

    return await once(parts, exchange, caller, work)


def owner_of(caller: Caller) -> str | None:
    """Whose sites somebody may see; None: all."""
    return None if ADMIN in caller.scopes else caller.user_id


def find(session: Session, caller: Caller, name: str) -> Site:
    """A site by its id or slug: one's own, and for administrators of anybody, or the operator's.

    Raises RecordNotFound.
    """
    return _either(caller, lambda user_id: sites.get(session, user_id, name))


def held(session: Session, caller: Caller, name: str, if_match: str | None) -> Site:
    """The same, held for a change, if it is as the client has seen it."""
    site = _either(caller, lambda user_id: sites.held(session, user_id, name))
    answers.check_match(if_match, site.version)
    return site


def _either(caller: Caller, get: Callable[[str | None], Site]) -> Site:
    try:
        return get(caller.user_id)
    except RecordNotFound:
        if ADMIN not in caller.scopes:
            raise
        return get(None)


def enqueue(session: Session, site: Site) -> None:
    """Have a site captured, soon."""
    args = {"to": site.place} if site.place and site.place != site.user_id else {}
    site_queue.enqueue(
        session,
        [Pair(site.url, site.slug)],
        place=site.place,
        user_id=site.user_id,
        args=args,
        priority=PERSON,
        force=True,
    )
    session.refresh(site)


def shown(session: Session, parts: Parts, exchange: Exchange, site: Site) -> SiteRecord:
    """A site as it is shown."""
    known = site_queue.known(session, site.place, [site.slug])[site.slug]
    pictures = parts.works.sites.pictures(site, base_of(exchange, parts.origins))
    return SiteRecord.of(site, pictures, is_queued=known.is_queued)


def answer(
    session: Session, parts: Parts, exchange: Exchange, site: Site, status: int = 200
) -> Response:
    """A site as it is answered with."""
    return answers.record(
        shown(session, parts, exchange, site),
        status,
        etag=answers.etag_of(site.version),
        location=site_address(site.id) if status == 201 else "",
    )
