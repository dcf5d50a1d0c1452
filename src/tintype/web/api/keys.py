"""API keys and access keys of one's own: `/api/v1/api-keys` and `/api/v1/access-keys`."""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tintype.catalog import Session, access_keys, api_keys, granted
from tintype.catalog.tables import AccessKey, ApiKey
from tintype.credentials.access_keys import new_access_key, purpose
from tintype.credentials.api_keys import new_api_key
from tintype.errors import InvalidRecord, RecordNotFound
from tintype.web.api import answers
from tintype.web.api.bodies import body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.key_bodies import (
    AccessKeyList,
    ApiKeyList,
    ApiKeyRecord,
    KeyRecord,
    NewAccessKey,
    NewApiKey,
    NewKey,
)
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, Parts, PartsNow, require
from tintype.web.api.problems import MOST_KEYS, SIGN_IN_AGAIN, TOO_MANY_KEYS
from tintype.web.errors import Refusal

API_KEYS, ACCESS_KEYS = "/api/v1/api-keys", "/api/v1/access-keys"
router = APIRouter(tags=["keys"])
Kind = TypeVar("Kind", ApiKey, AccessKey)
Wanted = Annotated[NewKey, Depends(body(NewKey))]
CREATES = problems(401, 403, 409, 413, 415, 422)


@router.get(API_KEYS, response_model=ApiKeyList, responses=problems(401, 403))
async def list_api_keys(parts: PartsNow, caller: CallerNow) -> Response:
    """List one's API keys, but for those that were revoked."""
    found = await _list(parts, caller, ApiKey)
    return answers.record(ApiKeyList(items=[ApiKeyRecord.model_validate(key) for key in found]))


@router.post(
    API_KEYS,
    status_code=201,
    response_model=NewApiKey,
    responses=CREATES,
    openapi_extra=takes(NewKey),
)
async def create_api_key(parts: PartsNow, caller: CallerNow, wanted: Wanted) -> Response:
    """Create an API key with some of one's own scopes. It is shown this once."""
    _check(caller, wanted)
    key = new_api_key()

    def work(session: Session) -> ApiKey:
        _check_count(session, ApiKey, caller)
        _check_end(session, caller, wanted)
        return api_keys.add(
            session,
            caller.user_id,
            wanted.name,
            key_id=key.id,
            sha256=key.digest,
            last4=key.last4,
            scopes=list(wanted.scopes),
            expires_at=wanted.expires_at,
        )

    kept = ApiKeyRecord.model_validate(await parts.catalog.run(work))
    return _created(NewApiKey(**kept.model_dump(), key=key.text), API_KEYS)


@router.get(API_KEYS + "/{key_id}", response_model=ApiKeyRecord, responses=problems(401, 403, 404))
async def read_api_key(key_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Read one of one's API keys, without its secret."""
    return answers.record(ApiKeyRecord.model_validate(await _read(parts, caller, ApiKey, key_id)))


@router.delete(API_KEYS + "/{key_id}", status_code=204, responses=problems(401, 403, 404))
async def revoke_api_key(key_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Revoke an API key: from now on it opens nothing."""
    return await _revoke(parts, caller, ApiKey, key_id)


@router.get(ACCESS_KEYS, response_model=AccessKeyList, responses=problems(401, 403))
async def list_access_keys(parts: PartsNow, caller: CallerNow) -> Response:
    """List one's access keys, but for those that were revoked."""
    found = await _list(parts, caller, AccessKey)
    return answers.record(AccessKeyList(items=[KeyRecord.model_validate(key) for key in found]))


@router.post(
    ACCESS_KEYS,
    status_code=201,
    response_model=NewAccessKey,
    responses=CREATES,
    openapi_extra=takes(NewKey),
)
async def create_access_key(parts: PartsNow, caller: CallerNow, wanted: Wanted) -> Response:
    """Create an access key, for signed requests. Its secret is shown this once."""
    _check(caller, wanted)
    key = new_access_key()

    def work(session: Session) -> AccessKey:
        _check_count(session, AccessKey, caller)
        _check_end(session, caller, wanted)
        return access_keys.add(
            session,
            caller.user_id,
            wanted.name,
            key_id=key.id,
            sealed_secret=parts.sealing.seal(key.secret, purpose(key.id)),
            scopes=list(wanted.scopes),
            expires_at=wanted.expires_at,
        )

    kept = KeyRecord.model_validate(await parts.catalog.run(work))
    return _created(NewAccessKey(**kept.model_dump(), secret=key.secret), ACCESS_KEYS)


@router.get(ACCESS_KEYS + "/{key_id}", response_model=KeyRecord, responses=problems(401, 403, 404))
async def read_access_key(key_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Read one of one's access keys, without its secret."""
    return answers.record(KeyRecord.model_validate(await _read(parts, caller, AccessKey, key_id)))


@router.delete(ACCESS_KEYS + "/{key_id}", status_code=204, responses=problems(401, 403, 404))
async def revoke_access_key(key_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Revoke an access key: from now on nothing that it signs is believed."""
    return await _revoke(parts, caller, AccessKey, key_id)


def _check(caller: Caller, wanted: NewKey) -> None:
    """Nobody grants what he has not; and who found a browser open makes himself no key."""
    require(caller, "keys:write")
    for scope in wanted.scopes:
        require(caller, scope)
    if caller.how == "session" and not caller.is_confirmed:
        raise Refusal(SIGN_IN_AGAIN)
    if wanted.is_over():
        raise InvalidRecord.of({"expires_at": "must be in the future"})


def _check_count(session: Session, kind: type[Kind], caller: Caller) -> None:
    found = granted.of_user(session, kind, caller.user_id)
    if sum(granted.is_live(key) for key in found) >= MOST_KEYS:
        raise Refusal(TOO_MANY_KEYS)


def _check_end(session: Session, caller: Caller, wanted: NewKey) -> None:
    """A key that ends makes none that opens anything longer."""
    if caller.how == "session":
        return
    mine = caller.user_id, caller.key_id
    is_api_key = caller.how == "key"
    asks = granted.get(session, ApiKey, *mine) if is_api_key else None
    end = (asks or granted.get(session, AccessKey, *mine)).expires_at
    if end and (wanted.expires_at is None or wanted.expires_at > end):
        raise InvalidRecord.of({"expires_at": "cannot be after the end of the key that asks"})


def _created(shown: NewApiKey | NewAccessKey, path: str) -> Response:
    return answers.record(shown, 201, location=f"{path}/{shown.id}", cache_control="no-store")


async def _list(parts: Parts, caller: Caller, kind: type[Kind]) -> list[Kind]:
    require(caller, "keys:read")
    found = await parts.catalog.read(lambda session: granted.of_user(session, kind, caller.user_id))
    return [key for key in found if key.revoked_at is None]


async def _read(parts: Parts, caller: Caller, kind: type[Kind], key_id: str) -> Kind:
    require(caller, "keys:read")
    return await parts.catalog.read(lambda session: _get(session, caller, kind, key_id))


def _get(session: Session, caller: Caller, kind: type[Kind], key_id: str) -> Kind:
    """One of the caller's keys; who revokes a key removes it, as far as he sees."""
    key = granted.get(session, kind, caller.user_id, key_id)
    if key.revoked_at:
        raise RecordNotFound("The key was revoked.")
    return key


async def _revoke(parts: Parts, caller: Caller, kind: type[Kind], key_id: str) -> Response:
    require(caller, "keys:write")

    def work(session: Session) -> None:
        _get(session, caller, kind, key_id)
        granted.revoke(session, kind, caller.user_id, key_id)

    await parts.catalog.run(work)
    return Response(status_code=204)
