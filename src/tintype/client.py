"""The client of a Tintype service: its REST API in Python, with a key or with signed requests.

with tintype.Client("https://img.example.org", api_key="tintype_live_…") as client:
    user = client.add_user(first_name="Ada", last_name="Lovelace", email="ada@example.org")
"""

import hashlib
import secrets
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import httpx2

from tintype.errors import InvalidRequest, RequestRefused
from tintype.signed_requests import UNSIGNED, AccessKey, sign

USERS = "/api/v1/users"
ORIGINALS = "/api/v1/originals"
UPLOADS = "/api/v1/uploads"


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

    `url` is the service's address with its scheme; raises InvalidRequest for another text. Every
    call raises RequestRefused for an answer that is an error, and httpx2's own errors when there is
    no answer.
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
        _check_address(url)
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
        query: Mapping[str, str | int | Sequence[str]] | None = None,
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

    @property
    def originals(self) -> "Originals":
        """One's originals: add, list, get, change, delete, render."""
        return Originals(self)

    def pages(
        self, path: str, query: Mapping[str, str | int | Sequence[str]], limit: int = 200
    ) -> Iterator[Record]:
        """All records of a list, page by page."""
        asked: dict[str, str | int | Sequence[str]] = {**query, "limit": limit}
        while True:
            page = self.request("GET", path, query=asked)
            yield from map(Record, page["items"])
            if not page["next_cursor"]:
                return
            asked["cursor"] = page["next_cursor"]

    def users(self, *, limit: int = 200) -> Iterator[Record]:
        """All users that may be seen, page by page."""
        return self.pages(USERS, {}, limit)

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

    def remove_user(self, user: Record, *, cascade: bool = False) -> None:
        """Remove a user as it was read. One who has originals is refused, unless `cascade` removes
        them, too.
        """
        query = {"cascade": "true"} if cascade else {}
        headers = {"if-match": user.etag}
        self.request("DELETE", f"{USERS}/{user['id']}", query=query, headers=headers)


class Originals:
    """The originals of whoever a client's key belongs to. Where one is asked for, its record does
    as well as its id.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def add(self, url: str = "", *, upload: str = "", key: str = "", **told: Any) -> Record:
        """Keep what is at a URL, or what an upload's id or a key in the bucket stands for. `told`:
        `name` and `tags`. The same bytes are kept once; a second try adds nothing.
        """
        given = {"url": url, "upload": upload, "key": key}
        body = {name: value for name, value in given.items() if value} | told
        headers = {"idempotency-key": secrets.token_urlsafe(16)}
        return self._client.request("POST", ORIGINALS, body=body, headers=headers)

    def upload(
        self, file: str | Path | BinaryIO, *, name: str = "", tags: Sequence[str] = ()
    ) -> Record:
        """Send a file, streamed from where it lies, and keep it. A text is a path. With signed
        requests the bytes are hashed first: give `sign_body=False` to the `SignedAuth` of a client
        for large ones.
        """
        with _opened(file) as opened:
            name = name or Path(getattr(opened, "name", "") or "file").name
            form = {"tags": ",".join(tags)} if tags else {}
            sent = self._client.http.post(UPLOADS, data=form, files={"file": (name, opened)})
        if not sent.is_success:
            raise refusal_of(sent)
        return self._client.request("GET", sent.headers["location"])

    def list(self, **search: str | int | Sequence[str]) -> Iterator[Record]:
        """All originals, the newest first, page by page; or those that are meant: `name`, `tag`,
        `source`, `type`, `color`, `since`, `until`, `min_size`, `max_size`.
        """
        return self._client.pages(ORIGINALS, search)

    def get(self, original: str | Mapping[str, Any]) -> Record:
        """One original."""
        return self._client.request("GET", _address_of(original))

    def content(self, original: str | Mapping[str, Any], file: BinaryIO) -> None:
        """Write the untouched bytes into a file, in constant memory."""
        with self._client.http.stream("GET", f"{_address_of(original)}/content") as answer:
            if not answer.is_success:
                answer.read()
                raise refusal_of(answer)
            for chunk in answer.iter_bytes():
                file.write(chunk)

    def change(self, original: Record, **fields: Any) -> Record:
        """Change `name` or `tags` of an original as it was read."""
        path = f"{ORIGINALS}/{original['id']}"
        headers = {"if-match": original.etag}
        return self._client.request("PATCH", path, body=fields, headers=headers)

    def render(self, original: str | Mapping[str, Any], *, key: str = "", **wanted: Any) -> Record:
        """Make a rendition and publish it; the record has its `url`. `wanted`: the words of
        `tintype thumbnail`, `preset` or `path`.
        """
        body = wanted | ({"key": key} if key else {})
        path = f"{_address_of(original)}/renditions"
        headers = {"idempotency-key": secrets.token_urlsafe(16)}
        return self._client.request("POST", path, body=body, headers=headers)

    def renditions(self, original: str | Mapping[str, Any]) -> Sequence[Record]:
        """What was published of an original."""
        found = self._client.request("GET", f"{_address_of(original)}/renditions")
        return [Record(each) for each in found["items"]]

    def delete(self, original: Record) -> None:
        """Remove an original as it was read, with all its renditions."""
        headers = {"if-match": original.etag or "*"}
        self._client.request("DELETE", f"{ORIGINALS}/{original['id']}", headers=headers)


def _address_of(original: str | Mapping[str, Any]) -> str:
    """Where an original is, by its id or its record."""
    return f"{ORIGINALS}/{original if isinstance(original, str) else original['id']}"


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits:  # without the text: it may hold a password
        raise InvalidRequest(
            "The address of the service is no URL with a scheme.",
            remedy="Write https://img.example.org or http://127.0.0.1:8888.",
        )


def _opened(file: str | Path | BinaryIO) -> AbstractContextManager[BinaryIO]:
    """A file to read from: ours to close where a path was given, else the caller's."""
    return Path(file).open("rb") if isinstance(file, str | Path) else nullcontext(file)


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
