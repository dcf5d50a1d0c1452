"""Signing in by three legs (RFC 5849, section 2), without I/O: a generator asks for what it needs.

    steps = three_legs(endpoints, signing, callback="oob")
    step = next(steps)                           # a Call: send it, and give its answer back
    step = steps.send(Answered(200, "oauth_token=…"))      # a Visit: show the user its URL
    step = steps.send("123-456-789")             # what came of it: the PIN, or the callback's URL
    …                                            # a Call again; then StopIteration with the Access

The halves are functions of their own, for who has to remember the request token in between.
"""

import hmac
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import parse_qsl, quote, urlsplit

from tintype.errors import ProviderSignInFailed, ProviderUnavailable
from tintype.oauth1 import Extras, Signing, Token

OUT_OF_BAND = "oob"
LONGEST_ANSWER = 16 << 10  # characters; real ones have a few hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where a provider lets people sign in. `permission`: perms=…, asked for where it is known."""

    request_token: str
    authorize: str
    access_token: str
    permission: tuple[str, str] | None = None  # a name and its value, for the page
    narrowed: tuple[str, str] | None = None  # the same, for the request token
    has_dashed_pin: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A request to be sent now, signed like this; its answer is sent back."""

    url: str
    signing: Signing
    extras: Extras
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back of a Call."""

    status: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that the user must look at. What comes of it is sent back: a PIN, or the URL that the
    browser was sent to.
    """

    url: str
    token: Token


@dataclass(frozen=True, slots=True)
class Access:
    """A user's consent, and what the provider tells about the user with it."""

    token: Token
    about: Mapping[str, str]


Asks = Generator[Call, Answered, Token]


def three_legs(
    endpoints: Endpoints, signing: Signing, callback: str = OUT_OF_BAND
) -> Generator[Call | Visit, Answered | str, Access]:
    """The whole of it. Raises ProviderSignInFailed, with the provider's own words."""
    token = yield from request_token(endpoints, signing, callback)
    came = yield visit(endpoints, token)
    assert isinstance(came, str)
    verifier = verifier_of(came, token, endpoints)
    return (yield from access_token(endpoints, signing, token, verifier))


def request_token(
    endpoints: Endpoints, signing: Signing, callback: str
) -> Generator[Call, Answered, Token]:
    """The first leg: a token that the user can consent to."""
    url = _with(endpoints.request_token, endpoints.narrowed)
    said = _read(
        (yield Call(url, signing.with_token(None), Extras(callback=callback))), "a request token"
    )
    if said.get("oauth_callback_confirmed") != "true":
        raise ProviderSignInFailed(
            "The provider does not confirm the callback: it speaks an older, unsafe OAuth.",
            remedy="Check the addresses of the provider.",
        )
    return _token(said)


def visit(endpoints: Endpoints, token: Token) -> Visit:
    """The second leg: where the user says yes or no."""
    url = _with(endpoints.authorize, ("oauth_token", token.key))
    return Visit(_with(url, endpoints.permission), token)


def access_token(
    endpoints: Endpoints, signing: Signing, token: Token, verifier: str
) -> Generator[Call, Answered, Access]:
    """The third leg: the request token for one that lasts."""
    call = Call(endpoints.access_token, signing.with_token(token), Extras(verifier=verifier))
    said = _read((yield call), "access")
    about = {name: value for name, value in said.items() if not name.startswith("oauth_")}
    return Access(_token(said), about)


def verifier_of(came: str, token: Token, endpoints: Endpoints) -> str:
    """The verifier in what a user typed or a browser was sent to.

    Raises ProviderSignInFailed for a callback of another sign-in, and where the user said no.
    """
    text = came.strip()
    if "oauth_verifier=" not in text and "denied=" not in text:
        return _pin(text, endpoints)
    said = dict(parse_qsl(urlsplit(text).query if "?" in text else text))
    if "denied" in said:
        raise ProviderSignInFailed("The access was denied.", remedy="Sign in again to allow it.")
    given, verifier = said.get("oauth_token", ""), said.get("oauth_verifier", "")
    if not hmac.compare_digest(given.encode(), token.key.encode()) or not verifier:
        raise ProviderSignInFailed(
            "What came back belongs to another sign-in.", remedy="Sign in again."
        )
    return verifier


def _pin(text: str, endpoints: Endpoints) -> str:
    """A PIN as its provider wrote it, however it was typed."""
    digits = re.sub(r"[\s\u2010-\u2015-]", "", text)
    if not re.fullmatch(r"[0-9A-Za-z]{4,64}", digits):
        raise ProviderSignInFailed(
            "That is no code of the provider's page.", remedy="Type it as the page shows it."
        )
    if endpoints.has_dashed_pin and re.fullmatch(r"\d{9}", digits):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return digits


def _with(url: str, pair: tuple[str, str] | None) -> str:
    if not pair:
        return url
    mark = "&" if "?" in url else "?"
    return f"{url}{mark}{quote(pair[0], safe='')}={quote(pair[1], safe='')}"


def _read(answered: Answered, wanted: str) -> dict[str, str]:
    if answered.status != 200:
        _refuse(answered, wanted)
    said = dict(parse_qsl(answered.text[:LONGEST_ANSWER].strip()))
    if "oauth_problem" in said:
        _refuse(answered, wanted)
    return said


def _token(said: Mapping[str, str]) -> Token:
    if not said.get("oauth_token") or not said.get("oauth_token_secret"):
        raise ProviderSignInFailed(
            "The provider's answer has no token in it.", remedy="Check the provider's addresses."
        )
    return Token(said["oauth_token"], said["oauth_token_secret"])


def _refuse(answered: Answered, wanted: str) -> NoReturn:
    from tintype.oauth1.problems import problem_in, remedy_for

    if answered.status == 429 or answered.status >= 500:
        raise ProviderUnavailable(
            f"The provider answers with status {answered.status}.", remedy="Try again later."
        )
    problem = problem_in(answered.text)
    word = problem.word or f"status {answered.status}"
    raise ProviderSignInFailed(
        f"The provider does not give {wanted}: {word}.", remedy=remedy_for(word)
    )
