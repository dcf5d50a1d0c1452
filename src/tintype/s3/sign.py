"""Signatures of requests: AWS Signature Version 4 and, for servers of long ago, Version 2.

Pure functions of their arguments; the clock is an argument too. Keys are encoded exactly once and
paths are never normalised, as S3 has it (other AWS services encode twice).
Protocol: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
and https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formatdate
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote

UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs. `expires` is in seconds since the epoch; None means never."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)
    expires: float | None = None


@dataclass(slots=True)
class Request:
    """A request to be signed. `path` is encoded, as it is sent; `query` is not yet.

    `headers` have lower-case names, and all of them are signed. `resource` is the encoded path in
    path style, whatever the host: Version 2 signs that.
    """

    method: str
    host: str
    path: str
    query: Pairs = ()
    headers: dict[str, str] = field(default_factory=dict)
    resource: str = ""


class Signer(Protocol):
    """One version of the protocol."""

    def headers(
        self, request: Request, payload_hash: str, credentials: Credentials, now: float
    ) -> dict[str, str]:
        """All headers to send: those of the request, and the signature's."""
        ...

    def query(self, request: Request, expires_in: int, credentials: Credentials, now: float) -> str:
        """The query of a URL that is good for `expires_in` seconds; the headers bind its user."""
        ...

    def form(
        self, conditions: Sequence[object], expires: datetime, credentials: Credentials, now: float
    ) -> dict[str, str]:
        """Fields of a browser's form that may POST a file, besides `key` and `file`."""
        ...


def encode_key(key: str) -> str:
    """A key as it stands in a path: every byte encoded once, but `A-Za-z0-9-._~` and `/`."""
    return quote(key, safe="/~")


def encode_query(pairs: Pairs) -> str:
    """A query in the canonical form: encoded, then sorted by name, every name with its `=`."""
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in pairs)
    return "&".join([f"{name}={value}" for name, value in encoded])


@dataclass(frozen=True, slots=True)
class V4:
    """Signature Version 4 for one region and service."""

    region: str
    service: str = "s3"

    def headers(
        self, request: Request, payload_hash: str, credentials: Credentials, now: float
    ) -> dict[str, str]:
        """See Signer. Only S3 wants the payload's hash among the headers."""
        stamp = _stamp(int(now))
        headers = {**request.headers, "host": request.host, "x-amz-date": stamp}
        if self.service == "s3":
            headers["x-amz-content-sha256"] = payload_hash
        if credentials.session_token:
            headers["x-amz-security-token"] = credentials.session_token
        names = sorted(headers)
        signed = ";".join(names)
        canonical = self._canonical(
            request, encode_query(request.query), headers, names, payload_hash
        )
        scope = self._scope(stamp)
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope}, "
            f"SignedHeaders={signed}, Signature={self._sign(canonical, stamp, scope, credentials)}"
        )
        return headers

    def query(self, request: Request, expires_in: int, credentials: Credentials, now: float) -> str:
        """See Signer. The payload is not signed: who signs does not know it."""
        stamp = _stamp(int(now))
        scope = self._scope(stamp)
        headers = {**request.headers, "host": request.host}
        names = sorted(headers)
        pairs = [
            *request.query,
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", f"{credentials.access_key_id}/{scope}"),
            ("X-Amz-Date", stamp),
            ("X-Amz-Expires", str(expires_in)),
            ("X-Amz-SignedHeaders", ";".join(names)),
        ]
        if credentials.session_token:
            pairs.append(("X-Amz-Security-Token", credentials.session_token))
        query = encode_query(pairs)
        canonical = self._canonical(request, query, headers, names, UNSIGNED)
        return f"{query}&X-Amz-Signature={self._sign(canonical, stamp, scope, credentials)}"

    def form(
        self, conditions: Sequence[object], expires: datetime, credentials: Credentials, now: float
    ) -> dict[str, str]:
        """See Signer."""
        stamp = _stamp(int(now))
        fields = {
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": f"{credentials.access_key_id}/{self._scope(stamp)}",
            "x-amz-date": stamp,
        }
        if credentials.session_token:
            fields["x-amz-security-token"] = credentials.session_token
        policy = encode_policy(
            [*conditions, *({name: value} for name, value in fields.items())], expires
        )
        signature = self.sign_policy(policy, credentials, now)
        return {**fields, "policy": policy, "x-amz-signature": signature}

    def sign_policy(self, policy: str, credentials: Credentials, now: float) -> str:
        """The signature of an encoded POST policy."""
        key = _signing_key(
            credentials.secret_access_key, _stamp(int(now))[:8], self.region, self.service
        )
        return hmac.digest(key, policy.encode(), "sha256").hex()

    def _scope(self, stamp: str) -> str:
        return f"{stamp[:8]}/{self.region}/{self.service}/aws4_request"

    @staticmethod
    def _canonical(
        request: Request, query: str, headers: Mapping[str, str], names: Sequence[str], payload: str
    ) -> str:
        lines = "".join([f"{name}:{_trim(headers[name])}\n" for name in names])
        return f"{request.method}\n{request.path}\n{query}\n{lines}\n{';'.join(names)}\n{payload}"

    def _sign(self, canonical: str, stamp: str, scope: str, credentials: Credentials) -> str:
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
        key = _signing_key(credentials.secret_access_key, stamp[:8], self.region, self.service)
        return hmac.digest(key, text.encode(), "sha256").hex()


@lru_cache(maxsize=32)
def _signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    """Derived once a day, region and secret: four of the six HMACs of a request."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@lru_cache(maxsize=4)
def _stamp(second: int) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))


@lru_cache(maxsize=4)
def _http_date(second: int) -> str:
    return formatdate(second, usegmt=True)


def _trim(value: str) -> str:
    """Blanks around a value do not count, and of several in a row one."""
    return (
        " ".join(value.split()) if "  " in value or value[:1] == " " or value[-1:] == " " else value
    )


# Of a query, Version 2 signs only these, and `response-…`.
_SUBRESOURCES = frozenset(
    {"acl", "cors", "delete", "lifecycle", "location", "logging", "notification", "partNumber"}
    | {"policy", "requestPayment", "restore", "tagging", "torrent", "uploadId", "uploads"}
    | {"versionId", "versioning", "versions", "website"}
)


@dataclass(frozen=True, slots=True)
class V2:
    """Signature Version 2: HMAC-SHA1, any region."""

    def headers(
        self,
        request: Request,
        payload_hash: str,  # noqa: ARG002 - Version 2 does not sign the bytes
        credentials: Credentials,
        now: float,
    ) -> dict[str, str]:
        """See Signer."""
        headers = dict(request.headers)
        if credentials.session_token:
            headers["x-amz-security-token"] = credentials.session_token
        headers.setdefault("date", _http_date(int(now)))
        # With x-amz-date among the signed headers, Date is not signed.
        date = "" if "x-amz-date" in headers else headers["date"]
        text = self._text(request, headers, date)
        headers["authorization"] = (
            f"AWS {credentials.access_key_id}:{_hmac_sha1(text, credentials)}"
        )
        headers["host"] = request.host
        return headers

    def query(self, request: Request, expires_in: int, credentials: Credentials, now: float) -> str:
        """See Signer."""
        pairs = list(request.query)
        expires = str(int(now) + expires_in)
        headers = dict(request.headers)
        if credentials.session_token:
            pairs.append(("x-amz-security-token", credentials.session_token))
            headers["x-amz-security-token"] = credentials.session_token
        signature = _hmac_sha1(self._text(request, headers, expires), credentials)
        pairs += [
            ("AWSAccessKeyId", credentials.access_key_id),
            ("Expires", expires),
            ("Signature", signature),
        ]
        return encode_query(pairs)

    def form(
        self,
        conditions: Sequence[object],
        expires: datetime,
        credentials: Credentials,
        now: float,  # noqa: ARG002 - the policy alone is signed
    ) -> dict[str, str]:
        """See Signer."""
        fields = {}
        if credentials.session_token:
            fields["x-amz-security-token"] = credentials.session_token
        policy = encode_policy(
            [*conditions, *({name: value} for name, value in fields.items())], expires
        )
        return {
            **fields,
            "AWSAccessKeyId": credentials.access_key_id,
            "policy": policy,
            "signature": _hmac_sha1(policy, credentials),
        }

    @staticmethod
    def _text(request: Request, headers: Mapping[str, str], date: str) -> str:
        amz = "".join(
            f"{name}:{_trim(headers[name])}\n"
            for name in sorted(headers)
            if name.startswith("x-amz-")
        )
        subresources = "&".join(
            f"{name}={value}" if value else name
            for name, value in sorted(request.query)
            if name in _SUBRESOURCES or name.startswith("response-")
        )
        resource = request.resource + ("?" + subresources if subresources else "")
        md5, media_type = headers.get("content-md5", ""), headers.get("content-type", "")
        return f"{request.method}\n{md5}\n{media_type}\n{date}\n{amz}{resource}"


def _hmac_sha1(text: str, credentials: Credentials) -> str:
    digest = hmac.digest(credentials.secret_access_key.encode(), text.encode(), "sha1")
    return base64.b64encode(digest).decode()


def encode_policy(conditions: Sequence[object], expires: datetime) -> str:
    """A POST policy, as it is signed and sent. `expires` has a time zone.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    """
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(expires.timestamp()))
    policy = {"expiration": moment, "conditions": list(conditions)}
    return base64.b64encode(json.dumps(policy).encode()).decode()
