"""Auth: signs the requests of an httpx2 client, sync or async, each attempt anew."""

import re
from collections.abc import Callable, Generator
from urllib.parse import quote

import httpx2

from tintype.oauth1 import Extras, Signed, Signing
from tintype.oauth1.signing import FORM

# What RFC 3986 lets a query hold as it is, and what is escaped already.
_UNSAFE = re.compile(r"[^A-Za-z0-9._~%!$&'()*+,;=:@/?-]")


class OAuth1(httpx2.Auth):
    """Puts the parameters of OAuth into the Authorization header of every request.

    The client must follow no redirects: it would send the header on. `seen` is told each signature
    that is made, for people who want to look at it.
    """

    requires_request_body = True

    def __init__(
        self,
        signing: Signing,
        *,
        extras: Extras | None = None,
        seen: Callable[[Signed], None] = lambda _: None,
    ) -> None:
        self._signing, self._extras, self._seen = signing, extras, seen

    def __repr__(self) -> str:
        return f"<OAuth1 {self._signing.method}>"

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign exactly what is sent. Raises what `Signing.sign` does."""
        request.url = escaped(request.url)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        form = request.content.decode("utf-8", "surrogateescape") if kind == FORM else ""
        signed = self._signing.sign(
            request.method, str(request.url), form=form, extras=self._extras
        )
        self._seen(signed)
        request.headers["authorization"] = signed.header
        yield request


def escaped(url: httpx2.URL) -> httpx2.URL:
    """The URL with `[ ] { } |` and the like in its query escaped: servers refuse to decode them."""
    query = url.query.decode("ascii")
    clean = _UNSAFE.sub(lambda match: quote(match[0], safe=""), query)
    return url if clean == query else url.copy_with(query=clean.encode("ascii"))
