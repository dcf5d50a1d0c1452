"""Users: `/users` as the project's first routes had it; `/api/v1/users` with pages and versions."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from starlette.requests import Request
from starlette.responses import Response

from tintype.catalog import Session, sessions, setup, users
from tintype.catalog.pages import Page
from tintype.catalog.tables import User
from tintype.catalog.users import UserDraft
from tintype.credentials.scopes import ADMIN
from tintype.errors import InvalidRecord, LastAdministrator, RecordNotFound
from tintype.web.api import answers
from tintype.web.api.bodies import body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.idempotency import REPEATABLE, Remember, once
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, require
from tintype.web.api.problems import (
    FIRST_PASSWORD,
    IF_MATCH_REQUIRED,
    OWN_ADMINISTRATION,
    SIGN_IN_AGAIN,
)
from tintype.web.api.user_bodies import ChangedUser, NewUser, UserPage, UserRecord
from tintype.web.errors import Refusal

V1, SEED = "/api/v1/users", "/users"
router = APIRouter(tags=["users"])

TAGS = {"type": "string", "pattern": answers.TAGS}
IfMatch = Annotated[str | None, WithJsonSchema(TAGS), Header()]
IfNoneMatch = Annotated[str, Header(examples=['"1"'])]


class PageQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=answers.MOST)
    cursor: str = Field(default="", max_length=200, pattern=r"^[A-Za-z0-9_-]*$")


@router.get(V1, response_model=UserPage, responses=problems(401, 403, 422))
async def list_users(
    parts: PartsNow, caller: CallerNow, query: Annotated[PageQuery, Query()]
) -> Response:
    """List users, in the order in which they were added: all for administrators, else oneself."""
    page = await _page(parts, caller, query)
    shown = UserPage(items=_shown(page), next_cursor=page.after and answers.cursor_of(page.after))
    return answers.record(shown, link=answers.next_link(V1, query.limit, page.after))


@router.get(SEED, response_model=list[UserRecord], responses=problems(401, 403, 422))
async def list_users_plainly(
    parts: PartsNow, caller: CallerNow, query: Annotated[PageQuery, Query()]
) -> Response:
    """List users as a bare list; the header Link leads to the next page."""
    page = await _page(parts, caller, query)
    return answers.records(_shown(page), link=answers.next_link(SEED, query.limit, page.after))


@router.post(
    V1,
    status_code=201,
    response_model=UserRecord,
    responses=problems(401, 403, 409, 413, 415, 422),
    openapi_extra=takes(NewUser),
    dependencies=REPEATABLE,
)
@router.post(
    SEED,
    name="add_user_plainly",
    status_code=201,
    response_model=UserRecord,
    responses=problems(401, 403, 409, 413, 415, 422),
    openapi_extra=takes(NewUser),
    dependencies=REPEATABLE,
)
async def add_user(
    request: Request,
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    new: Annotated[NewUser, Depends(body(NewUser))],
) -> Response:
    """Add a user. For administrators. An Idempotency-Key is heeded."""
    require(caller, ADMIN)

    async def work(remember: Remember) -> Response:
        draft = UserDraft(
            first_name=new.first_name,
            last_name=new.last_name,
            email=new.email,
            password_hash=await parts.hashing.hash(new.password) if new.password else None,
            is_admin=new.is_admin,
            quota_bytes=new.quota_bytes,
        )

        def add(session: Session) -> Response:
            user = users.add(session, draft)
            answer = _answer(user, 201, location=f"{request.url.path}/{user.id}")
            remember(session, answer)
            return answer

        return await parts.catalog.run(add)

    return await once(parts, exchange, caller, work)


@router.get(V1 + "/{user_id}", response_model=UserRecord, responses=problems(304, 401, 403, 404))
@router.get(
    SEED + "/{user_id}",
    name="read_user_plainly",
    response_model=UserRecord,
    responses=problems(304, 401, 403, 404),
)
async def read_user(
    user_id: str, parts: PartsNow, caller: CallerNow, if_none_match: IfNoneMatch = ""
) -> Response:
    """Read one user."""
    require(caller, "users:read")
    check_own(caller, user_id)
    user = await parts.catalog.read(lambda session: users.get(session, user_id))
    if answers.is_known(if_none_match, user.version):
        return Response(status_code=304, headers={"etag": answers.etag_of(user.version)})
    return _answer(user)


@router.patch(
    V1 + "/{user_id}",
    response_model=UserRecord,
    responses=problems(401, 403, 404, 409, 412, 413, 415, 422, 428),
    openapi_extra=takes(ChangedUser),
)
async def change_user(
    user_id: str,
    parts: PartsNow,
    caller: CallerNow,
    changed: Annotated[ChangedUser, Depends(body(ChangedUser))],
    if_match: IfMatch = None,
) -> Response:
    """Change some fields of a user, as it was when it was read."""
    return await _change(parts, caller, user_id, changed, if_match, is_strict=True)


@router.patch(
    SEED + "/{user_id}",
    response_model=UserRecord,
    responses=problems(401, 403, 404, 409, 412, 413, 415, 422),
    openapi_extra=takes(ChangedUser),
)
async def change_user_plainly(
    user_id: str,
    parts: PartsNow,
    caller: CallerNow,
    changed: Annotated[ChangedUser, Depends(body(ChangedUser))],
    if_match: IfMatch = None,
) -> Response:
    """Change some fields of a user; If-Match is heeded, and not asked for."""
    return await _change(parts, caller, user_id, changed, if_match, is_strict=False)


@router.delete(V1 + "/{user_id}", status_code=204, responses=problems(401, 403, 404, 409, 412, 428))
async def remove_user(
    user_id: str,
    parts: PartsNow,
    caller: CallerNow,
    if_match: IfMatch = None,
    *,
    cascade: bool = False,
) -> Response:
    """Remove a user. Originals that are left are a conflict, unless with `cascade`: then they are
    removed first, with their renditions.
    """
    return await _remove(parts, caller, user_id, if_match, is_strict=True, cascade=cascade)


@router.delete(SEED + "/{user_id}", status_code=204, responses=problems(401, 403, 404, 409, 412))
async def remove_user_plainly(
    user_id: str,
    parts: PartsNow,
    caller: CallerNow,
    if_match: IfMatch = None,
    *,
    cascade: bool = False,
) -> Response:
    """Remove a user, with `cascade` the originals, too; If-Match is heeded, and not asked for."""
    return await _remove(parts, caller, user_id, if_match, is_strict=False, cascade=cascade)


def _check_other(caller: Caller, user: User) -> None:
    """Raise 409 for an administrator who is about to lock himself out."""
    if user.is_admin and user.id == caller.user_id:
        raise Refusal(OWN_ADMINISTRATION)


def _check_confirmed(caller: Caller, user_id: str) -> None:
    """Nobody removes himself with a key, nor in a browser that was left open."""
    if user_id == caller.user_id and ADMIN not in caller.scopes and not caller.is_confirmed:
        raise Refusal(SIGN_IN_AGAIN)


async def _page(parts: Parts, caller: Caller, query: PageQuery) -> Page[User]:
    require(caller, "users:read")
    after = answers.read_cursor(query.cursor)
    if ADMIN in caller.scopes:
        return await parts.catalog.read(
            lambda session: users.page(session, after=after, limit=query.limit)
        )
    own = await parts.catalog.read(lambda session: users.get(session, caller.user_id))
    return Page([own] if after is None else [], None)


def _shown(page: Page[User]) -> list[UserRecord]:
    return [UserRecord.model_validate(user) for user in page.items]


def _answer(user: User, status: int = 200, location: str = "") -> Response:
    return answers.record(
        UserRecord.model_validate(user),
        status,
        etag=answers.etag_of(user.version),
        location=location,
    )


def check_own(caller: Caller, user_id: str) -> None:
    """A foreign user looks like one that there is not."""
    if user_id != caller.user_id and ADMIN not in caller.scopes:
        raise RecordNotFound(f"There is no user {user_id!r}.")


async def _change(
    parts: Parts,
    caller: Caller,
    user_id: str,
    changed: ChangedUser,
    if_match: str | None,
    *,
    is_strict: bool,
) -> Response:
    require(caller, "users:write")
    check_own(caller, user_id)
    fields = changed.model_dump(exclude_unset=True)
    if fields.keys() & {"is_admin", "quota_bytes"}:
        require(caller, ADMIN)
    if is_strict and if_match is None:
        raise Refusal(IF_MATCH_REQUIRED)
    await _prepare_password(parts, caller, user_id, fields)

    def work(session: Session) -> User:
        seen = users.get(session, user_id)
        answers.check_match(if_match, seen.version, required=is_strict)
        if not fields:
            return seen
        if not fields.get("is_admin", True):
            _check_other(caller, seen)
        version = seen.version if if_match else None
        user = users.change(session, user_id, fields, version=version)
        setup.check_admins(session)
        if "password_hash" in fields:
            sessions.end_all(session, user_id, but=caller.key_id)
        return user

    return _answer(await parts.catalog.run(work))


async def _prepare_password(
    parts: Parts, caller: Caller, user_id: str, fields: dict[str, Any]
) -> None:
    """Put the new password's hash in the place of the password. One's own takes the current one."""
    password, current = fields.pop("password", None), fields.pop("current_password", "")
    if password is None:
        return
    if user_id == caller.user_id:
        user = await parts.catalog.read(lambda session: users.get(session, user_id))
        if not user.password_hash and not (caller.is_confirmed or ADMIN in caller.scopes):
            raise Refusal(FIRST_PASSWORD)  # a key would become a session, which may do everything
        if user.password_hash and not current:
            raise InvalidRecord.of({"current_password": "cannot be blank"})
        async with parts.sign_ins.attempt(f"user:{user.email_key}"):
            is_right, _ = await parts.hashing.verify(current, user.password_hash)
            if user.password_hash and not is_right:
                raise InvalidRecord.of({"current_password": "is not the one you have"})
    fields["password_hash"] = await parts.hashing.hash(password)


async def _remove(
    parts: Parts,
    caller: Caller,
    user_id: str,
    if_match: str | None,
    *,
    is_strict: bool,
    cascade: bool,
) -> Response:
    require(caller, "users:write")
    check_own(caller, user_id)
    if cascade:
        require(caller, "originals:write")
    _check_confirmed(caller, user_id)
    if cascade:
        await _remove_originals(parts, caller, user_id, if_match, is_strict=is_strict)

    def work(session: Session) -> None:
        seen = users.get(session, user_id)
        answers.check_match(if_match, seen.version, required=is_strict)
        _check_other(caller, seen)
        users.remove(session, user_id, version=seen.version if if_match else None)
        setup.check_admins(session)

    await parts.catalog.run(work)
    await parts.works.sites.forget(user_id)
    return Response(status_code=204)


async def _remove_originals(
    parts: Parts, caller: Caller, user_id: str, if_match: str | None, *, is_strict: bool
) -> None:
    def check(session: Session) -> None:
        seen = users.get(session, user_id)
        answers.check_match(if_match, seen.version, required=is_strict)
        _check_other(caller, seen)
        if not setup.has_other_admin(session, user_id):
            raise LastAdministrator("There must be an administrator.")

    await parts.catalog.read(check)
    await parts.works.keeping.remove_all(user_id)
