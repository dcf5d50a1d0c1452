"""Signed requests: HMAC-SHA256 with an access key's secret, as the S3 family does. Pure.

What is signed are these seven lines, joined by single line feeds:

    TINTYPE-HMAC-SHA256
    date        as sent in X-Tintype-Date: 20261130T120000Z
    nonce       as sent in Authorization
    method      in capitals
    path        percent-encoded in one way: `canonical_path`
    query       percent-encoded in one way and sorted: `canonical_query`
    body hash   as sent in X-Tintype-Content-SHA256: hexadecimal, or UNSIGNED-PAYLOAD

No line can hold a line feed, so that unlike requests never have the same text. The host is not in
it: a proxy may change that. The clock is an argument everywhere.
"""

import calendar
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, unquote_to_bytes

from tintype.errors import CredentialsRefused, SigningRefused

ALGORITHM = "TINTYPE-HMAC-SHA256"
DATE, CONTENT = "x-tintype-date", "x-tintype-content-sha256"
UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
WINDOW = 15 * 60  # seconds that the clocks of both sides may differ, in either direction

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=([A-Z0-9]{{16,32}}), ?Nonce=([A-Za-z0-9_-]{{16,64}}),"
    r" ?Signature=([0-9a-f]{64})",
    re.ASCII,
)
_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_HASH = re.compile(rf"[0-9a-f]{{64}}|{UNSIGNED}", re.ASCII)
_METHOD = re.compile(r"[A-Z]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What signs."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What is signed of a request. `path` and `query` are as sent; `date` in seconds since 1970."""

    method: str
    path: bytes
    query: bytes
    date: int
    nonce: str
    body_sha256: str

    def text(self) -> str:
        """The canonical form."""
        return "\n".join(
            (
                ALGORITHM,
                _stamp(self.date),
                self.nonce,
                self.method,
                canonical_path(self.path),
                canonical_query(self.query),
                self.body_sha256,
            )
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says about itself: which key has signed what, and the signature."""

    key_id: str
    request: SignedRequest
    signature: str

    def verify(self, secret: str, now: float) -> None:
        """Raise CredentialsRefused unless the secret's owner has signed this; SigningRefused unless
        that was just now, which only the owner is told.

        That it has not been seen before, and that the body is the one that was signed, is for the
        caller to see: by `key_id` and `request.nonce`, and by `request.body_sha256`.
        """
        expected = signature_of(self.request, secret)
        if not hmac.compare_digest(expected, self.signature):
            raise CredentialsRefused("The signature of the request is wrong.")
        if abs(now - self.request.date) > WINDOW:
            raise SigningRefused(
                "The request was signed more than 15 minutes ago, or in the future.",
                remedy="Set the clock, and sign every request anew.",
            )


def sign(
    key: AccessKey, method: str, path: bytes, query: bytes, body_sha256: str, now: float
) -> dict[str, str]:
    """The headers that a request is sent with. Good once, and for 15 minutes."""
    nonce = secrets.token_urlsafe(16)
    request = SignedRequest(method.upper(), path, query, int(now), nonce, body_sha256)
    return {
        DATE: _stamp(request.date),
        CONTENT: body_sha256,
        "authorization": (
            f"{ALGORITHM} Credential={key.id}, Nonce={nonce},"
            f" Signature={signature_of(request, key.secret)}"
        ),
    }


def signature_of(request: SignedRequest, secret: str) -> str:
    """The signature, in hexadecimal."""
    return hmac.digest(secret.encode(), request.text().encode(), "sha256").hex()


def is_signed(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a request says that it is signed."""
    return headers.get(b"authorization", b"").startswith(ALGORITHM.encode() + b" ")


def claim_of(method: str, path: bytes, query: bytes, headers: Mapping[bytes, bytes]) -> Claim:
    """Read the headers of a signed request, by their names in lower case.

    Raises SigningRefused for what cannot be right whatever the secret is.
    """
    given = _AUTHORIZATION.fullmatch(_header(headers, "authorization"))
    if not given:
        raise _malformed("Authorization")
    stamp, body = _header(headers, DATE), _header(headers, CONTENT)
    date = _seconds(stamp)
    if date is None:
        raise _malformed("X-Tintype-Date")
    if not _HASH.fullmatch(body):
        raise _malformed("X-Tintype-Content-SHA256")
    if not _METHOD.fullmatch(method):
        raise SigningRefused("The method of the signed request is none.")
    return Claim(given[1], SignedRequest(method, path, query, date, given[2], body), given[3])


def canonical_path(path: bytes) -> str:
    """A path with each part percent-encoded once: capitals, and nothing encoded that need not be.

    Nothing is normalised; `%2F` stays what it is.
    """
    return "/".join(_encoded(part) for part in path.split(b"/"))


def canonical_query(query: bytes) -> str:
    """A query percent-encoded once and sorted by name; values of one name keep their order.

    `+` is a blank, as in forms. Every name has its `=`; empty parts are left out.
    """
    parts = (part.partition(b"=") for part in query.split(b"&") if part)
    pairs = [
        (_encoded(name.replace(b"+", b" ")), _encoded(value.replace(b"+", b" ")))
        for name, _, value in parts
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs, key=lambda pair: pair[0]))


def _encoded(text: bytes) -> str:
    return quote_from_bytes(unquote_to_bytes(text), safe="~")


def _malformed(header: str) -> SigningRefused:
    return SigningRefused(
        f"The header {header} of the signed request is missing, or has another form.",
        remedy="See docs/authentication.md.",
    )


def _header(headers: Mapping[bytes, bytes], name: str) -> str:
    return headers.get(name.encode(), b"").decode("latin-1")


def _stamp(seconds: int) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def _seconds(stamp: str) -> int | None:
    if not _DATE.fullmatch(stamp):
        return None
    try:
        seconds = calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
    except (ValueError, OverflowError):
        return None
    return seconds if _stamp(seconds) == stamp else None
