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
from tintype.web.api.bodies import data_of, validated
from tintype.web.api.origins import check_page
from tintype.web.api.pages import response
from tintype.web.api.parts import ExchangeNow, Parts, PartsNow
from tintype.web.api.sign_in import begin_session
from tintype.web.api.user_bodies import Email, Name, Password, UserFields
from tintype.web.errors import NO_SUCH_PAGE, Refusal
from tintype.web.html import html_page

PATH = "/setup/{token}"
AFTERWARDS = "/docs"
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
    """The form; 404 for a token that is wrong, used or too old."""
    await _check(parts, token)
    return _page({}, {})


@router.post(PATH)
async def make(token: str, request: Request, exchange: ExchangeNow, parts: PartsNow) -> Response:
    """Make the administrator, sign in, go on; or the form again, with what was wrong in it."""
    check_page(exchange)
    await _check(parts, token)
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
    user = await parts.catalog.run(lambda session: setup.redeem(session, digest, draft))
    answer = Response(status_code=303, headers={"location": AFTERWARDS})
    await begin_session(parts, exchange, user, answer)
    return answer


async def _check(parts: Parts, token: str) -> None:
    digest = digest_of(token)
    if not await parts.catalog.read(lambda session: setup.is_open(session, digest)):
        raise Refusal(NO_SUCH_PAGE)


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
