"""Signing in and out with a browser: `/api/v1/session`."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.responses import Response

from tintype.catalog import Session, sessions, users
from tintype.catalog.emails import email_key
from tintype.catalog.tables import BrowserSession, User
from tintype.credentials.tokens import digest_of, new_token
from tintype.errors import SignInRefused
from tintype.web.api import answers, cookies
from tintype.web.api.bodies import Taken, body, takes
from tintype.web.api.openapi import NOBODY, problems
from tintype.web.api.origins import check_page
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow
from tintype.web.api.user_bodies import Email, GivenPassword, UserRecord
from tintype.web.exchange import Exchange

PATH = "/api/v1/session"
router = APIRouter(tags=["session"])


class SignIn(Taken):
    """Who somebody is, and how he shows it."""

    email: Email
    password: GivenPassword


class Identity(BaseModel):
    """Who asks, by what (`session`, `key` or `signature`), and what he may do."""

    user: UserRecord
    how: str
    scopes: list[str]


@router.post(
    PATH,
    response_model=UserRecord,
    responses=problems(401, 403, 413, 415, 422),
    openapi_extra=takes(SignIn) | NOBODY,
)
async def sign_in(
    parts: PartsNow, exchange: ExchangeNow, given: Annotated[SignIn, Depends(body(SignIn))]
) -> Response:
    """Sign in. The answer sets the session's cookie, a new one each time."""
    check_page(exchange)
    network = parts.origins.of(exchange).network
    account = f"user:{email_key(given.email.strip())}"
    async with parts.sign_ins.attempt(network, account):
        user = await _user_of(parts, given)
    answer = answers.record(UserRecord.model_validate(user))
    await begin_session(parts, exchange, user, answer)
    return answer


@router.get(PATH, response_model=Identity, responses=problems(401))
async def read_session(parts: PartsNow, caller: CallerNow) -> Response:
    """Read who one is, whichever way one shows it."""
    user = await parts.catalog.read(lambda session: users.get(session, caller.user_id))
    scopes = sorted(caller.scopes)
    shown = Identity(user=UserRecord.model_validate(user), how=caller.how, scopes=scopes)
    return answers.record(shown)


@router.delete(PATH, status_code=204, responses=problems(401, 403))
async def sign_out(parts: PartsNow, exchange: ExchangeNow, caller: CallerNow) -> Response:
    """Sign out: the session ends. For a key or signature nothing does."""
    is_secure = parts.origins.of(exchange).is_secure
    answer = Response(status_code=204)
    if caller.how == "session":
        digest = digest_of(cookies.read(exchange, is_secure=is_secure))
        await parts.catalog.run(lambda session: sessions.end(session, digest))
        cookies.write(answer, "", age=0, is_secure=is_secure)
    return answer


async def _user_of(parts: Parts, given: SignIn) -> User:
    """The user whose address and password these are; CredentialsRefused. For nobody's address it
    takes as long.
    """
    user = await parts.catalog.read(lambda session: users.find(session, given.email))
    is_right, renewed = await parts.hashing.verify(
        given.password, user.password_hash if user else None
    )
    if not is_right or user is None:
        raise SignInRefused("The email address or the password is wrong.")
    if renewed:
        await parts.catalog.run(lambda session: _keep(session, user.id, renewed))
    return user


def _keep(session: Session, user_id: str, password_hash: str) -> None:
    """The same password with today's parameters: to those who read the record nothing changed."""
    users.get(session, user_id).password_hash = password_hash


async def begin_session(parts: Parts, exchange: Exchange, user: User, answer: Response) -> None:
    """Begin a session in the place of the one that the browser may have, and set its cookie."""
    is_secure = parts.origins.of(exchange).is_secure
    token, age = new_token(), parts.settings.api.session_age
    old = digest_of(cookies.read(exchange, is_secure=is_secure))

    def work(session: Session) -> BrowserSession:
        sessions.end(session, old)
        until = datetime.now(UTC) + timedelta(seconds=age)
        return sessions.begin(session, user.id, digest_of(token), until)

    await parts.catalog.run(work)
    cookies.write(answer, token, age=age, is_secure=is_secure)
