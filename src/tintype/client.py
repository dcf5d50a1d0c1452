"""The client of a Tintype service: its REST API in Python, with a key or with signed requests.

with tintype.Client("https://img.example.org", api_key="tintype_live_…") as client:
    user = client.add_user(first_name="Ada", last_name="Lovelace", email="ada@example.org")
"""

import hashlib
import secrets
import time
from collections.abc import Generator, Iterator, Mapping
from types import TracebackType
from typing import Any

import httpx2

from tintype.errors import RequestRefused
from tintype.signed_requests import UNSIGNED, AccessKey, sign

USERS = "/api/v1/users"


class SignedAuth(httpx2.Auth):
    """Signs every request of an `httpx2` client, with an access key: `auth=SignedAuth(id, secret)`.

    The body is read and signed, too. `sign_body=False` is for large uploads, whose bytes TLS
    protects.
    """

    def __init__(self, access_key_id: str, secret: str, *, sign_body: bool = True) -> None:
        self._key = AccessKey(access_key_id, secret)
        self.requires_request_body = sign_body

    def __repr__(self) -> str:
        return f"SignedAuth({self._key.id!r}, …)"

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Add the headers. See `tintype.signed_requests` for what they hold."""
        body = UNSIGNED
        if self.requires_request_body:
            body = hashlib.sha256(request.content).hexdigest()
        path, _, query = request.url.raw_path.partition(b"?")
        request.headers.update(sign(self._key, request.method, path, query, body, time.time()))
        yield request


class Record(dict[str, Any]):
    """What the service knows of something. `etag` is its version, for a change that is safe."""

    etag: str = ""


class Client:
    """A client of the REST API. Give an API key, or an access key's id and secret.

    Every call raises RequestRefused for an answer that is an error, and httpx2's own errors when
    there is no answer.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str = "",
        access_key_id: str = "",
        secret: str = "",
        timeout: float = 30.0,
    ) -> None:
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        auth = SignedAuth(access_key_id, secret) if access_key_id else None
        self.http = httpx2.Client(base_url=url, headers=headers, auth=auth, timeout=timeout)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Record:
        """Any call of the API; what it answers."""
        answer = self.http.request(
            method, path, params=dict(query or {}), json=body, headers=dict(headers or {})
        )
        if not answer.is_success:
            raise refusal_of(answer)
        record = Record(answer.json() if answer.content else {})
        record.etag = answer.headers.get("etag", "")
        return record

    def users(self, *, limit: int = 200) -> Iterator[Record]:
        """All users that may be seen, page by page."""
        query: dict[str, str | int] = {"limit": limit}
        while True:
            page = self.request("GET", USERS, query=query)
            yield from map(Record, page["items"])
            if not page["next_cursor"]:
                return
            query["cursor"] = page["next_cursor"]

    def user(self, user_id: str) -> Record:
        """One user."""
        return self.request("GET", f"{USERS}/{user_id}")

    def add_user(self, *, first_name: str, last_name: str, email: str, **more: Any) -> Record:
        """Add a user; `more` may be `password` and `is_admin`. A second try adds no second user."""
        body = {"first_name": first_name, "last_name": last_name, "email": email, **more}
        headers = {"idempotency-key": secrets.token_urlsafe(16)}
        return self.request("POST", USERS, body=body, headers=headers)

    def change_user(self, user: Record, **fields: Any) -> Record:
        """Change fields of a user as it was read; refused if somebody else was faster."""
        headers = {"if-match": user.etag}
        return self.request("PATCH", f"{USERS}/{user['id']}", body=fields, headers=headers)

    def remove_user(self, user: Record) -> None:
        """Remove a user as it was read, with all that is theirs."""
        self.request("DELETE", f"{USERS}/{user['id']}", headers={"if-match": user.etag})


def refusal_of(answer: httpx2.Response) -> RequestRefused:
    """The error for an answer that is one."""
    problem: Mapping[str, Any] = {}
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        problem = answer.json()
    detail = problem.get("detail") or f"{answer.status_code} {answer.reason_phrase}"
    return RequestRefused(
        f"{answer.request.method} {answer.request.url.path}: {detail}",
        answered=answer.status_code,
        problem=problem,
    )
