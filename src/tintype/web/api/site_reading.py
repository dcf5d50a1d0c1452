"""Reading sites: `/api/v1/sites/{site}/read`, and any page by its URL; for programs and people."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tintype.addresses import SITES
from tintype.errors import InvalidRequest, SourceForbidden
from tintype.look import transform_of
from tintype.sites.reading import Article
from tintype.sites.reading.facts import facts_of
from tintype.sites.reading.markdown import as_markdown
from tintype.sites.reading.page import as_page, policy_of
from tintype.sites.reading.pictures import WIDTH, placed
from tintype.sites.reading.plain import as_text
from tintype.urls import ImageRequest
from tintype.urls.grammar import address
from tintype.urls.thumbor import MAX_PATH, compose
from tintype.web.api import answers
from tintype.web.api.asked import by_a_person, page_or_trouble
from tintype.web.api.openapi import problems
from tintype.web.api.origins import base_of
from tintype.web.api.pages import response
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, caller_of, require
from tintype.web.api.site_bodies import page_url
from tintype.web.api.site_pages import bookmarklet_page
from tintype.web.api.sites import ONE, READ, find
from tintype.web.exchange import Exchange

router = APIRouter(tags=["sites"])
FORMS = {
    "html": "text/html; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "text": "text/plain; charset=utf-8",
}
_TRANSFORM = transform_of(width=WIDTH)
_CONTENT = {
    kind: {"schema": {"type": "string"}} for kind in ("text/html", "text/markdown", "text/plain")
}


class ReadQuery(BaseModel):
    """How an article is wanted: as JSON with everything, as clean HTML, as Markdown or as text
    alone, or as a page, which browsers get unless they say otherwise. `anyway`: also of a page that
    does not look like an article.
    """

    model_config = ConfigDict(extra="forbid")

    format: str = Field(default="", pattern="^(json|html|markdown|text|page)?$")
    anyway: bool = False


class ReadUrlQuery(ReadQuery):
    """The same, of the page at a URL."""

    url: str = Field(min_length=1, max_length=2048)


class ArticleRecord(BaseModel):
    """An article without its clutter, in three forms. Its pictures are those of this service, made
    as wide as a column needs them.
    """

    url: str
    title: str
    byline: str
    site_name: str
    excerpt: str
    language: str
    direction: str
    published_at: str | None
    words: int
    minutes: int
    html: str
    markdown: str
    text: str


@router.get(
    SITES + "/read",
    response_model=ArticleRecord,
    responses={200: {"content": _CONTENT}, **problems(401, 403, 422, 502, 504)},
)
async def read_page(
    exchange: ExchangeNow, parts: PartsNow, query: Annotated[ReadUrlQuery, Query()]
) -> Response:
    """Read the article at a URL, which need not be that of a site."""

    async def work() -> Response:
        caller = await caller_of(parts, exchange)
        require(caller, READ)
        article = await parts.works.visits.article(
            caller.user_id, page_url(query.url), anyway=query.anyway
        )
        return _answer(exchange, parts, article, query)

    return await page_or_trouble(exchange, parts.settings, work())


@router.get(SITES + "/bookmarklet", include_in_schema=False)
async def bookmarklet(exchange: ExchangeNow, parts: PartsNow) -> Response:
    """A page with a bookmark to drag: it opens the page that one is on in the reader."""
    return response(bookmarklet_page(base_of(exchange, parts.origins)))


@router.get(
    ONE + "/read",
    response_model=ArticleRecord,
    responses={200: {"content": _CONTENT}, **problems(401, 403, 404, 422, 502, 504)},
)
async def read_site_article(
    site: str, exchange: ExchangeNow, parts: PartsNow, query: Annotated[ReadQuery, Query()]
) -> Response:
    """Read the article at a site's URL."""

    async def work() -> Response:
        caller: CallerNow = await caller_of(parts, exchange)
        require(caller, READ)
        found = await parts.catalog.read(lambda session: find(session, caller, site))
        article = await parts.works.visits.article(
            caller.user_id, found.url, found.options, anyway=query.anyway
        )
        return _answer(exchange, parts, article, query)

    return await page_or_trouble(exchange, parts.settings, work())


def _answer(exchange: Exchange, parts: Parts, article: Article, query: ReadQuery) -> Response:
    form = query.format or ("page" if by_a_person(exchange) else "json")
    base = "" if form == "page" else base_of(exchange, parts.origins)
    html = placed(article.html, lambda source: _picture(parts, base, source))
    if form == "page":
        return _page(article, html)
    facts: dict[str, Any] = facts_of(article, html)
    if form == "json":
        return answers.record(ArticleRecord(**facts), vary="accept")
    whole = {
        "html": facts["html"],
        "markdown": as_markdown(article, html),
        "text": f"{article.title}\n\n{as_text(article.html)}\n",
    }
    headers = {
        "cache-control": "private, no-cache",
        "x-content-type-options": "nosniff",
        "content-security-policy": f"{policy_of()}; sandbox",
        "vary": "accept",
    }
    return Response(whole[form].encode(), 200, headers, media_type=FORMS[form])


def _page(article: Article, html: str) -> Response:
    headers = {
        "cache-control": "private, no-cache",
        "content-security-policy": f"{policy_of()}; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "vary": "accept",
    }
    return Response(as_page(article, html).encode(), 200, headers, media_type=FORMS["html"])


def _picture(parts: Parts, base: str, source: str) -> str:
    """The signed URL of a picture of ours; empty where that may not be had from there."""
    try:
        parts.works.rules.check(parts.works.source_of(source))
        path = compose(ImageRequest(image=address(source), transform=_TRANSFORM))
    except (InvalidRequest, SourceForbidden):
        return ""
    return f"{base}{parts.works.sign(path)}" if len(path) < MAX_PATH - 100 else ""
