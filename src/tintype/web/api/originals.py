"""Originals: `/api/v1/originals`. Added, found, read, renamed, tagged, removed."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from tintype.catalog import Session, originals, search
from tintype.catalog.pages import Page
from tintype.catalog.search import Search
from tintype.catalog.tables import Original
from tintype.originals.keeping import Told
from tintype.web.api import answers
from tintype.web.api.arrivals import of_arrival, of_upload
from tintype.web.api.bodies import body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.fetching import fetched
from tintype.web.api.idempotency import Remember, once
from tintype.web.api.openapi import problems
from tintype.web.api.original_bodies import (
    PATH,
    ChangedOriginal,
    NewOriginal,
    OriginalPage,
    OriginalQuery,
    OriginalRecord,
    path_of,
)
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, require
from tintype.web.api.stored import StoredContent
from tintype.web.api.types import check_type
from tintype.web.api.users import IfMatch, IfNoneMatch

router = APIRouter(tags=["originals"])
READ, WRITE = "originals:read", "originals:write"
ONE = PATH + "/{original_id}"


@router.get(PATH, response_model=OriginalPage, responses=problems(401, 403, 422))
async def list_originals(
    request: Request,
    parts: PartsNow,
    caller: CallerNow,
    query: Annotated[OriginalQuery, Query()],
) -> Response:
    """List or search one's originals, the newest first."""
    require(caller, READ)
    wanted = _search_of(query)
    after = answers.read_cursor(query.cursor)
    page = await parts.catalog.read(
        lambda session: search.page(
            session, caller.user_id, wanted, after=after, limit=query.limit
        )
    )
    return _listed(page, request)


@router.post(
    PATH,
    status_code=201,
    response_model=OriginalRecord,
    responses={
        200: {"model": OriginalRecord, "description": "The same bytes were there already."},
        **problems(401, 403, 404, 409, 413, 415, 422, 502, 504, 507),
    },
    openapi_extra=takes(NewOriginal),
)
async def add_original(
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    new: Annotated[NewOriginal, Depends(body(NewOriginal))],
) -> Response:
    """Keep an original: from a URL, which is fetched; from an upload; or from what was sent to the
    bucket by itself. The same bytes are kept once. An Idempotency-Key is heeded.
    """
    require(caller, WRITE)

    async def work(remember: Remember) -> Response:
        if new.upload:
            return await _registered(parts, caller, new, remember)
        if new.key:
            return await of_arrival(parts, caller, new, remember)
        works = parts.works
        blob, source = await fetched(works, new.url, parts.settings.urls)
        check_type(blob, parts.settings.uploads)
        told = Told(name=new.name or source.name, tags=tuple(new.tags), source=new.url)
        made: list[Response] = []

        def then(session: Session, original: Original, is_new: bool) -> None:
            made.append(_answer(original, 201 if is_new else 200))
            remember(session, made[-1])

        await works.keeping.keep(caller.user_id, blob, told, then)
        return made[-1]

    return await once(parts, exchange, caller, work)


@router.get(ONE, response_model=OriginalRecord, responses=problems(304, 401, 403, 404))
async def read_original(
    original_id: str, parts: PartsNow, caller: CallerNow, if_none_match: IfNoneMatch = None
) -> Response:
    """Read the record of an original."""
    original = await _one(parts, caller, original_id)
    if answers.is_known(if_none_match, original.version):
        return Response(status_code=304, headers={"etag": answers.etag_of(original.version)})
    return _answer(original)
