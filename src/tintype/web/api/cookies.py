"""The session's cookie. Its value is a secret, of which the catalog keeps a hash."""

import re
from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response

from tintype.web.exchange import Exchange

# `__Host-` binds a cookie to this host. Browsers take it over HTTPS only (RFC 6265bis, 4.1.3.2).
SECURE_NAME, PLAIN_NAME = "__Host-tintype", "tintype_session"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def read(exchange: Exchange, *, is_secure: bool) -> str:
    """The value that a request brings; "" if it brings none."""
    try:
        jar = SimpleCookie(exchange.headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return ""
    found = jar.get(_name(is_secure))
    return found.value if found and _TOKEN.fullmatch(found.value) else ""


def write(answer: Response, token: str, *, age: int, is_secure: bool) -> None:
    """Give it to the browser; an empty value and no age take it away."""
    answer.set_cookie(
        _name(is_secure),
        token,
        max_age=age,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


def _name(is_secure: bool) -> str:
    return SECURE_NAME if is_secure else PLAIN_NAME
