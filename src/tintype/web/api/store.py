"""One's own store: `/api/v1/store`. What one brings goes there from then on."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tintype.app_users import open_bucket
from tintype.catalog import Session, user_stores
from tintype.catalog.tables import UserStore
from tintype.catalog.user_stores import CURRENT, StoreDraft
from tintype.errors import RecordNotFound, RecordStale
from tintype.originals.places import BucketAccess, sealed_of
from tintype.originals.trying import try_store
from tintype.web.api import answers
from tintype.web.api.bodies import body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, Parts, PartsNow, require
from tintype.web.api.problems import IF_MATCH_REQUIRED
from tintype.web.api.store_bodies import NewStore, StoreRecord
from tintype.web.api.users import IfMatch
from tintype.web.errors import Refusal

PATH = "/api/v1/store"
NONE = "There is no store of your own: the service's is used."
router = APIRouter(tags=["store"])


@router.get(PATH, response_model=StoreRecord, responses=problems(401, 403, 404))
async def read_store(parts: PartsNow, caller: CallerNow) -> Response:
    """Read where one's originals go, if that is a store of one's own; without its credentials."""
    require(caller, "stores:read")
    found = await parts.catalog.read(lambda session: _current(session, caller))
    return _answer(found)


@router.put(
    PATH,
    response_model=StoreRecord,
    responses={
        201: {"model": StoreRecord},
        **problems(401, 403, 409, 412, 413, 415, 422),
    },
    openapi_extra=takes(NewStore),
)
async def put_store(
    parts: PartsNow,
    caller: CallerNow,
    new: Annotated[NewStore, Depends(body(NewStore))],
    if_match: IfMatch = None,
) -> Response:
    """Let one's originals and renditions go to a bucket of one's own from now on. It is tried
    first: something is written, read and removed. What lies elsewhere stays there, and can be read.
    """
    require(caller, "stores:write")
    before = await parts.catalog.read(lambda s: user_stores.current(s, caller.user_id))
    if before:
        _check_seen(if_match, before)
    access = new.access()
    await _try(parts, access)
    draft = await _draft(parts, caller, access)

    def work(session: Session) -> UserStore:
        found = user_stores.current(session, caller.user_id)
        if found:
            _check_seen(if_match, found)
        return user_stores.replace_current(session, caller.user_id, draft)

    return _answer(await parts.catalog.run(work), 200 if before else 201)


@router.delete(PATH, status_code=204, responses=problems(401, 403, 404, 409, 412, 428))
async def remove_store(parts: PartsNow, caller: CallerNow, if_match: IfMatch = None) -> Response:
    """Let one's originals go to the service's store again. What lies in one's own stays there, and
    its credentials are kept for as long as something does.
    """
    require(caller, "stores:write")
    if if_match is None:
        raise Refusal(IF_MATCH_REQUIRED)

    def work(session: Session) -> None:
        found = _current(session, caller)
        answers.check_match(if_match, _mark(found))
        user_stores.retire(session, found)

    await parts.catalog.run(work)
    return Response(status_code=204)


def _current(session: Session, caller: Caller) -> UserStore:
    found = user_stores.current(session, caller.user_id)
    if found is None:
        raise RecordNotFound(NONE)
    return found


async def _try(parts: Parts, access: BucketAccess) -> None:
    store = open_bucket(access, parts.settings, retries=0)
    try:
        await try_store(store)
    finally:
        await store.close()


async def _draft(parts: Parts, caller: Caller, access: BucketAccess) -> StoreDraft:
    options = {
        "endpoint": access.endpoint,
        "region": access.region,
        "path_style": access.path_style,
        "public_url": access.public_url,
    }
    sealing = await parts.works.places.sealing()
    return StoreDraft(
        name=CURRENT,
        address=access.address,
        options=options,
        sealed_credentials=sealed_of(access, sealing, caller.user_id),
    )


def _check_seen(if_match: str | None, found: UserStore) -> None:
    """One may be put where there is none; what is there is replaced by who has seen it."""
    if if_match is None:
        raise RecordStale("There is a store of yours already: send its ETag as If-Match.")
    answers.check_match(if_match, _mark(found))


def _mark(store: UserStore) -> str:
    """What its version is called: another store has another."""
    return f"{store.id}.{store.version}"


def _answer(store: UserStore, status: int = 200) -> Response:
    location = PATH if status == 201 else ""
    shown = StoreRecord.of(store)
    return answers.record(shown, status, etag=answers.etag_of(_mark(store)), location=location)
