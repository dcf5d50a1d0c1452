"""Originals: `/api/v1/originals`. Added, found, read, renamed, tagged, removed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from tintype.addresses import ORIGINALS
from tintype.catalog import Session, originals, search
from tintype.catalog.search import Search
from tintype.catalog.tables import Original
from tintype.errors import UploadTypeRefused
from tintype.formats import by_media_type
from tintype.originals.keeping import Told
from tintype.web.api import answers
from tintype.web.api.arrivals import from_bucket, from_upload
from tintype.web.api.bodies import body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.fetching import fetched
from tintype.web.api.idempotency import REPEATABLE, Remember, once
from tintype.web.api.openapi import content, problems
from tintype.web.api.original_answers import answer, page
from tintype.web.api.original_bodies import (
    LARGEST,
    ChangedOriginal,
    NewOriginal,
    OriginalPage,
    OriginalQuery,
    OriginalRecord,
)
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, require
from tintype.web.api.stored import StoredContent
from tintype.web.api.users import IfMatch, IfNoneMatch

router = APIRouter(tags=["originals"])
READ, WRITE = "originals:read", "originals:write"
ONE = ORIGINALS + "/{original_id}"
LONGEST_NAME = 200  # characters of a URL's last part


@router.get(ORIGINALS, response_model=OriginalPage, responses=problems(401, 403, 422))
async def list_originals(
    request: Request,
    parts: PartsNow,
    caller: CallerNow,
    query: Annotated[OriginalQuery, Query()],
) -> Response:
    """List or search one's originals, the newest first."""
    require(caller, READ)
    wanted, after = _search_of(query), answers.read_cursor(query.cursor)
    found = await parts.catalog.read(
        lambda session: search.page(session, caller.user_id, wanted, after=after, limit=query.limit)
    )
    return page(found, request.query_params.multi_items())


@router.post(
    ORIGINALS,
    status_code=201,
    response_model=OriginalRecord,
    responses={
        200: {"model": OriginalRecord},
        **problems(401, 403, 404, 409, 413, 415, 422, 502, 507),
    },
    openapi_extra=takes(NewOriginal),
    dependencies=REPEATABLE,
)
async def add_original(
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    new: Annotated[NewOriginal, Depends(body(NewOriginal))],
) -> Response:
    """Keep an original: from a URL, which is fetched; from an upload; or from what was sent to the
    bucket by itself. The same bytes are kept once: 200, with the record that was there.
    """
    require(caller, WRITE)

    async def work(remember: Remember) -> Response:
        if new.upload:
            return await from_upload(parts, caller, new, remember)
        if new.key:
            return await from_bucket(parts, caller, new, remember)
        return await _from_web(parts, caller, new, remember)

    return await once(parts, exchange, caller, work)


@router.get(ONE, response_model=OriginalRecord, responses=problems(304, 401, 403, 404))
async def read_original(
    original_id: str, parts: PartsNow, caller: CallerNow, if_none_match: IfNoneMatch = ""
) -> Response:
    """Read the record of an original."""
    original = await _one(parts, caller, original_id)
    if answers.is_known(if_none_match, original.version):
        return Response(status_code=304, headers={"etag": answers.etag_of(original.version)})
    return answer(original)


@router.patch(
    ONE,
    response_model=OriginalRecord,
    responses=problems(401, 403, 404, 412, 413, 415, 422, 428),
    openapi_extra=takes(ChangedOriginal),
)
async def change_original(
    original_id: str,
    parts: PartsNow,
    caller: CallerNow,
    changed: Annotated[ChangedOriginal, Depends(body(ChangedOriginal))],
    if_match: IfMatch = None,
) -> Response:
    """Rename an original, or give it other tags, as it was when it was read."""
    require(caller, WRITE)
    fields = changed.model_dump(exclude_unset=True)

    def work(session: Session) -> Original:
        seen = originals.get(session, caller.user_id, original_id)
        answers.check_match(if_match, seen.version)
        if not fields:
            return seen
        return originals.change(
            session, caller.user_id, original_id, version=seen.version, **fields
        )

    return answer(await parts.catalog.run(work))


@router.delete(ONE, status_code=204, responses=problems(401, 403, 404, 409, 412, 422, 428, 502))
async def remove_original(
    original_id: str,
    parts: PartsNow,
    caller: CallerNow,
    if_match: IfMatch = None,
    *,
    leave_bytes: bool = False,
) -> Response:
    """Remove an original with all its renditions. `leave_bytes` leaves what lies in one's own
    store, for who has lost the way into it.
    """
    require(caller, WRITE)
    await parts.works.keeping.remove(
        caller.user_id,
        original_id,
        lambda seen: answers.check_match(if_match, seen.version),
        leave_bytes=leave_bytes,
    )
    return Response(status_code=204)


@router.get(
    ONE + "/content",
    status_code=200,
    response_class=StoredContent,
    responses=content(401, 403, 404, 412, 416, 422, 502),
)
async def read_content(
    original_id: str, parts: PartsNow, caller: CallerNow, *, save: bool = False
) -> Response:
    """The untouched bytes of an original, or a range of them. What is no picture is saved by
    browsers and never shown; so is everything with `save`.
    """
    found = await _one(parts, caller, original_id)
    return StoredContent(
        lambda: parts.works.places.opened(found.store_id or "", caller.user_id),
        found.key,
        size=found.size,
        etag=found.sha256,
        modified=found.created_at.timestamp(),
        media_type=found.media_type,
        name=found.name,
        save=save,
    )


async def _one(parts: Parts, caller: Caller, original_id: str) -> Original:
    require(caller, READ)
    return await parts.catalog.read(
        lambda session: originals.get(session, caller.user_id, original_id)
    )


async def _from_web(parts: Parts, caller: Caller, new: NewOriginal, remember: Remember) -> Response:
    works = parts.works
    blob, source = await fetched(works, caller.user_id, new.url, parts.settings.urls)
    is_picture = by_media_type(blob.media_type) is not None
    if not is_picture and parts.settings.uploads.types == "pictures":
        raise UploadTypeRefused(
            f"What is there is {blob.media_type} by its bytes, and no picture that is read here."
        )
    name = new.name or "".join(c for c in source.name if c.isprintable())[:LONGEST_NAME]
    told = Told(name=name, tags=tuple(new.tags), source=new.url)
    answered: list[Response] = []

    def then(session: Session, original: Original, is_new: bool) -> None:
        answered.append(answer(original, 201 if is_new else 200))
        remember(session, answered[-1])

    await works.keeping.keep(caller.user_id, blob, told, then)
    return answered[-1]


def _search_of(query: OriginalQuery) -> Search:
    return Search(
        name=query.name,
        tags=tuple(query.tag),
        source=query.source,
        media_type=query.type,
        colour=query.color,
        since=query.since,
        until=query.until,
        least_size=query.min_size or None,
        most_size=None if query.max_size == LARGEST else query.max_size,
    )
