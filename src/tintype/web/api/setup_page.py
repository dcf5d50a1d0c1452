"""The page that makes the first administrator: a form that works without scripts."""

from collections.abc import Mapping
from html import escape
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tintype.catalog import setup
from tintype.catalog.users import UserDraft
from tintype.credentials.passwords import SHORTEST
from tintype.credentials.tokens import digest_of
from tintype.errors import RecordNotFound
from tintype.web.api.bodies import data_of, validated
from tintype.web.api.origins import check_page
from tintype.web.api.pages import response
from tintype.web.api.parts import ExchangeNow, Parts, PartsNow
from tintype.web.api.sign_in import begin_session
from tintype.web.api.user_bodies import Email, Name, Password, UserFields
from tintype.web.errors import Refusal
from tintype.web.html import html_page

PATH = "/setup/{token}"
AFTERWARDS = "/docs#first-key"
router = APIRouter(include_in_schema=False)
_FIELDS = (
    ("first_name", "First name", "text", "given-name"),
    ("last_name", "Last name", "text", "family-name"),
    ("email", "Email address", "email", "email"),
    ("password", f"Password, {SHORTEST} characters or more", "password", "new-password"),
)


class FirstAdmin(UserFields):
    """The first administrator, with a password to sign in by."""

    first_name: Name
    last_name: Name
    email: Email
    password: Password


@router.get(PATH)
async def show(token: str, parts: PartsNow) -> Response:
    """The form; for a token that is wrong, used or too old, a page that says so."""
    return _page({}, {}) if await _is_open(parts, token) else _over()


@router.post(PATH)
async def make(token: str, request: Request, exchange: ExchangeNow, parts: PartsNow) -> Response:
    """Make the administrator, sign in, go on; or the form again, with what was wrong in it."""
    check_page(exchange)
    if not await _is_open(parts, token):
        return _over()
    data, _ = await data_of(request, exchange, parts.settings.http.read_timeout)
    try:
        given = validated(FirstAdmin, data, strict=False)
    except Refusal as refusal:
        return _page(data, {str(each["loc"][1]): each["msg"] for each in _mistakes(refusal)})
    draft = UserDraft(
        first_name=given.first_name,
        last_name=given.last_name,
        email=given.email,
        password_hash=await parts.hashing.hash(given.password),
        is_admin=True,
    )
    digest = digest_of(token)
    try:
        user = await parts.catalog.run(lambda session: setup.redeem(session, digest, draft))
    except RecordNotFound:  # somebody else was faster
        return _over()
    answer = Response(status_code=303, headers={"location": AFTERWARDS})
    await begin_session(parts, exchange, user, answer)
    return answer


async def _is_open(parts: Parts, token: str) -> bool:
    digest = digest_of(token)
    return await parts.catalog.read(lambda session: setup.is_open(session, digest))


def _over() -> Response:
    """404 for a person, who has followed a link that was good once."""
    body = (
        "<h1>This link is over</h1><p>It was used, or its time is up. If there is an administrator"
        " already, there is nothing left to be done here: see <a href="
        f'"{AFTERWARDS}">how to go on</a>. Otherwise start the service again, which prints a new'
        " link.</p>"
    )
    return response(html_page("Set up Tintype", body, 404))


def _mistakes(refusal: Refusal) -> list[Mapping[str, Any]]:
    return [each for each in refusal.trouble.mistakes if len(each["loc"]) > 1]  # type: ignore[arg-type]


def _page(given: Any, mistakes: Mapping[str, str]) -> Response:
    values = given if isinstance(given, Mapping) else {}
    fields = "".join(
        _field(*field, str(values.get(field[0], "")), mistakes.get(field[0], ""))
        for field in _FIELDS
    )
    body = (
        "<h1>Set up Tintype</h1><p>Become the administrator of this service, who may add others."
        f'</p><form method="post">{fields}<button>Become the administrator</button></form>'
    )
    return response(html_page("Set up Tintype", body, 422 if mistakes else 200))


def _field(name: str, label: str, kind: str, fill: str, value: str, mistake: str) -> str:
    value = "" if kind == "password" else escape(value[:300], quote=True)
    wrong = f'<p class="wrong" id="{name}-wrong">{escape(mistake)}</p>' if mistake else ""
    described = f' aria-invalid="true" aria-describedby="{name}-wrong"' if mistake else ""
    return (
        f'<label for="{name}">{label}</label><input id="{name}" name="{name}" type="{kind}"'
        f' value="{value}" autocomplete="{fill}" required{described}>{wrong}'
    )
