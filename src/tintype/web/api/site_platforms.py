"""What sites run on: `/api/v1/sites/{site}/platform`, and counts of all: `/api/v1/platforms`."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from tintype.catalog import Session, site_facts, sites
from tintype.catalog.tables import Site
from tintype.sites.platforms.keeping import FACT, counted, found_at, kept_facts, kept_platforms
from tintype.web.api import answers
from tintype.web.api.callers import Caller
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, Parts, PartsNow, require
from tintype.web.api.sites import ONE, READ, find, owner_of

router = APIRouter(tags=["sites"])


class PlatformQuery(BaseModel):
    """With `fresh` the page is opened now, even if it is known what it ran on."""

    model_config = ConfigDict(extra="forbid")

    fresh: bool = False


class PlatformRecord(BaseModel):
    """One thing that a site runs on. `confidence` is 1 to 100: a site may hide what it runs on, and
    claim what it does not. `seen` says by what it was found.
    """

    name: str
    version: str
    confidence: int
    categories: list[str]
    website: str
    seen: list[str]


class PlatformList(BaseModel):
    """What a site runs on, what says most about it first; and when that was found."""

    url: str
    found_at: str
    platforms: list[PlatformRecord]


class PlatformCounts(BaseModel):
    """How many sites run on each platform, the commonest first; `known` is of how many of the
    `sites` that was found.
    """

    platforms: dict[str, int]
    known: int
    sites: int


@router.get(
    ONE + "/platform", response_model=PlatformList, responses=problems(401, 403, 404, 422, 502, 504)
)
async def read_platform(
    site: str, parts: PartsNow, caller: CallerNow, query: Annotated[PlatformQuery, Query()]
) -> Response:
    """Tell what a site runs on, as it was captured last; where that is not known, look now."""
    require(caller, READ)
    found = await known(parts, caller, site, fresh=query.fresh)
    platforms = kept_platforms(found.facts, found.url) or []
    return answers.record(
        PlatformList(
            url=found.url,
            found_at=found_at(found.facts),
            platforms=[
                PlatformRecord.model_validate(each, from_attributes=True) for each in platforms
            ],
        )
    )


async def known(parts: Parts, caller: Caller, name: str, *, fresh: bool = False) -> Site:
    """A site of which it is known what it runs on; its page is opened if need be."""
    site = await parts.catalog.read(lambda session: find(session, caller, name))
    if kept_platforms(site.facts, site.url) is not None and not fresh:
        return site
    findings = await parts.works.visits.findings(caller.user_id, site.url, site.options)
    facts = kept_facts(findings, site.url)

    def note(session: Session) -> Site:
        sites.note(session, site.id, FACT, facts)
        return find(session, caller, site.id)

    return await parts.catalog.run(note)


@router.get("/api/v1/platforms", response_model=PlatformCounts, responses=problems(401, 403))
async def count_platforms(parts: PartsNow, caller: CallerNow) -> Response:
    """Count one's sites by what they run on; administrators count all."""
    require(caller, READ)

    def work(session: Session) -> PlatformCounts:
        total = 0

        def each() -> Any:
            nonlocal total
            facts: Mapping[str, Any]
            for facts in site_facts.all_facts(session, owner_of(caller)):
                total += 1
                yield facts

        counts, of = counted(each())
        return PlatformCounts(platforms=counts, known=of, sites=total)

    return answers.record(await parts.catalog.read(work))
