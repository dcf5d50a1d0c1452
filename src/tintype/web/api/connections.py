"""Connections of users to providers: `/api/v1/connections`.

A user asks to sign in, is sent to the provider, says yes there, and is sent back to the callback.
What ties both ends together is a state that nobody can guess: its hash is kept with the user, the
provider and the request token, and all of them must be the same when the browser comes back. A
state is good once, and for a quarter of an hour.
"""

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from tintype.app_providers import identity, of_service, opened_caller, purpose
from tintype.catalog import Session, connections
from tintype.catalog.tables import PendingSignIn, ProviderConnection
from tintype.credentials.tokens import digest_of, new_token
from tintype.errors import CredentialsRefused, ProviderError, ProviderSignInFailed
from tintype.oauth1 import Token
from tintype.oauth1.login import verifier_of
from tintype.providers.found import Found
from tintype.providers.kept import Connection, secrets_of
from tintype.providers.signing_in import begin, finish
from tintype.web.api import answers
from tintype.web.api.bodies import body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.connection_bodies import (
    PROVIDERS,
    BegunConnection,
    ConnectionList,
    ConnectionRecord,
    NewConnection,
)
from tintype.web.api.openapi import problems
from tintype.web.api.origins import base_of
from tintype.web.api.pages import response
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, require
from tintype.web.api.problems import PROVIDER_NOT_SET_UP
from tintype.web.errors import NO_SUCH_PAGE, Refusal
from tintype.web.html import html_page

PATH = "/api/v1/connections"
PATIENCE = timedelta(minutes=15)
router = APIRouter(tags=["connections"])


@router.get(PATH, response_model=ConnectionList, responses=problems(401, 403))
async def list_connections(parts: PartsNow, caller: CallerNow) -> Response:
    """List the providers that one has signed in at, such as Flickr."""
    require(caller, "connections:read")
    found = await parts.catalog.read(lambda session: connections.of_user(session, caller.user_id))
    return answers.record(ConnectionList(items=[ConnectionRecord.of(each) for each in found]))


@router.post(
    PATH,
    status_code=201,
    response_model=BegunConnection,
    responses=problems(401, 403, 409, 413, 415, 422, 502),
    openapi_extra=takes(NewConnection),
)
async def begin_connection(
    parts: PartsNow,
    caller: CallerNow,
    exchange: ExchangeNow,
    new: Annotated[NewConnection, Depends(body(NewConnection))],
) -> Response:
    """Begin to sign in at a provider: send the browser to `authorize_url`. It comes back to this
    service, where its user must be signed in.
    """
    require(caller, "connections:write")
    found = _of_service(parts, new.provider)
    state = new_token()
    back = f"{base_of(exchange, parts.origins)}{PATH}/{new.provider}/callback"
    callback = f"{back}?{urlencode({'state': state})}"
    async with opened_caller(found.provider, parts.settings) as provider:
        visit = await begin(found.provider, provider, found.signing, callback)
    expires_at = datetime.now(UTC) + PATIENCE
    sealed = parts.sealing.seal(visit.token.secret, _pending(caller.user_id, new.provider))

    def work(session: Session) -> None:
        connections.begin(
            session,
            caller.user_id,
            new.provider,
            sha256=digest_of(state),
            token=visit.token.key,
            sealed_secret=sealed,
            expires_at=expires_at,
        )

    await parts.catalog.run(work)
    begun = BegunConnection(provider=new.provider, authorize_url=visit.url, expires_at=expires_at)
    where = f"{PATH}/{new.provider}"
    return answers.record(begun, 201, location=where, cache_control="no-store")


@router.get(PATH + "/{provider}/callback", include_in_schema=False)
async def callback(
    provider: str, request: Request, parts: PartsNow, exchange: ExchangeNow
) -> Response:
    """Where a provider sends the browser back: a page for a person, whatever comes of it."""
    if provider not in PROVIDERS:
        raise Refusal(NO_SUCH_PAGE)
    try:
        caller = await parts.callers.identify(exchange)
    except CredentialsRefused:
        words = "Sign in to this service in this browser, and begin again."
        return _page("Sign in first", words, 401)
    try:
        made = await _finish(parts, caller, provider, request)
    except ProviderError as error:
        return _page("You are not connected", f"{error.public} {_shown(error)}", error.status)
    user = ConnectionRecord.of(made).user
    return _page("You are connected", f"Connected as {user}. You may close this window.", 200)


@router.get(
    PATH + "/{provider}", response_model=ConnectionRecord, responses=problems(401, 403, 404)
)
async def read_connection(provider: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Read whom one is at a provider."""
    require(caller, "connections:read")
    found = await parts.catalog.read(lambda s: connections.get(s, caller.user_id, provider))
    return answers.record(ConnectionRecord.of(found))


@router.delete(PATH + "/{provider}", status_code=204, responses=problems(401, 403, 404))
async def remove_connection(provider: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Forget a connection. The provider still trusts the application: that is ended there."""
    require(caller, "connections:write")
    await parts.catalog.run(lambda session: connections.remove(session, caller.user_id, provider))
    return Response(status_code=204)


async def _finish(
    parts: Parts, caller: Caller, provider: str, request: Request
) -> ProviderConnection:
    """The last leg. Raises ProviderErrors."""
    require(caller, "connections:write")
    state = request.query_params.get("state", "")
    pending = await parts.catalog.run(
        lambda s: connections.take(s, caller.user_id, provider, digest_of(state))
    )
    if pending is None:
        raise ProviderSignInFailed(
            "This sign-in is over, or another person's.", remedy="Begin again."
        )
    found = _of_service(parts, provider)
    token = _token(parts, pending)
    assert found.provider.endpoints
    verifier = verifier_of(f"?{request.url.query}", token, found.provider.endpoints)
    async with opened_caller(found.provider, parts.settings) as provider_caller:
        access = await finish(found.provider, provider_caller, found.signing, token, verifier)
        who = await identity(found, provider_caller, found.signing.with_token(access.token))
    connection = Connection(provider=provider, consumer=found.app, token=access.token)
    sealed = parts.sealing.seal(secrets_of(connection), purpose(caller.user_id, provider))
    return await parts.catalog.run(
        lambda session: connections.put(
            session,
            caller.user_id,
            provider,
            consumer_key=found.app.key,
            sealed=sealed,
            about=who,
        )
    )


def _pending(user_id: str, provider: str) -> str:
    return f"pending_sign_ins:{user_id}:{provider}"


def _token(parts: Parts, pending: PendingSignIn) -> Token:
    secret = parts.sealing.open(pending.sealed_secret, _pending(pending.user_id, pending.provider))
    return Token(pending.token, secret)


def _of_service(parts: Parts, provider: str) -> Found:
    found = of_service(provider, parts.settings)
    if found.consumer is None:
        raise Refusal(PROVIDER_NOT_SET_UP)
    return found


def _shown(error: ProviderError) -> str:
    """What a sign-in that failed may tell: its messages have no secret, and no address, in them."""
    return error.message if isinstance(error, ProviderSignInFailed) else ""


def _page(title: str, text: str, status: int) -> Response:
    return response(html_page(title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>", status))
