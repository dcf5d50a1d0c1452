"""Calls: one request to a provider, signed, sent and read, all of it within limits."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import urlencode

import httpx2

from tintype import __version__
from tintype.errors import ProviderError, ProviderUnavailable, SourceError
from tintype.oauth1 import Extras, Signed, Signing
from tintype.oauth1.auth import OAuth1, escaped
from tintype.oauth1.login import Answered, Call
from tintype.oauth1.signing import FORM

MOST = 32 << 20  # bytes of an answer
AGENT = f"Tintype/{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent. The query of `url` goes as it stands, with `query` behind it; duplicates stay.

    A `form` or a `content`; with `files` a form goes as multipart.
    """

    method: str
    url: str
    query: Sequence[tuple[str, str]] = ()
    headers: Sequence[tuple[str, str]] = ()
    form: Sequence[tuple[str, str]] = ()
    content: bytes | None = None
    files: Sequence[tuple[str, tuple[str, BinaryIO]]] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status is."""

    status: int
    headers: httpx2.Headers
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text; bytes that are none are replaced."""
        return self.body.decode("utf-8", "replace")

    @property
    def is_html(self) -> bool:
        """Whether it is a page for people, whatever it says of itself."""
        head = self.body[:200].lstrip().lower()
        kind = self.headers.get("content-type", "")
        return head.startswith((b"<!doctype html", b"<html")) or kind.startswith("text/html")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("nested too deeply") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long things may take, in seconds."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0


class Caller:
    """Sends messages over a transport, which raises SourceErrors, and follows no redirect.

    `title`: what the provider is called in messages.
    """

    def __init__(self, title: str, transport: httpx2.AsyncBaseTransport, waits: Waits) -> None:
        self.title = title
        self._waits = waits
        self._client = httpx2.AsyncClient(
            transport=transport,
            timeout=httpx2.Timeout(waits.read, connect=waits.connect),
            headers={"user-agent": AGENT},
            follow_redirects=False,
            trust_env=False,
        )

    async def send(
        self,
        message: Message,
        signing: Signing | None = None,
        *,
        extras: Extras | None = None,
        seen: Callable[[Signed], None] = lambda _: None,
    ) -> Answer:
        """Send once. Raises ProviderUnavailable for whatever may pass, ProviderError for what will
        not, such as a certificate that is not valid.
        """
        request = self._request(message)
        auth = OAuth1(signing, extras=extras, seen=seen) if signing else None
        try:
            async with asyncio.timeout(self._waits.total):
                response = await self._client.send(request, auth=auth, stream=True)
                try:
                    body = await self._read(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise ProviderUnavailable(
                f"{self.title} did not answer within {self._waits.total:g} seconds.",
                remedy="Try again later.",
            ) from None
        except SourceError as error:
            wrong = ProviderUnavailable if error.retryable else ProviderError
            raise wrong(error.message, remedy=error.remedy) from error
        return Answer(response.status_code, response.headers, body)

    async def leg(self, call: Call) -> Answered:
        """One leg of a sign-in."""
        message = Message(method=call.method, url=call.url, headers=[("content-length", "0")])
        answer = await self.send(message, call.signing, extras=call.extras)
        return Answered(answer.status, answer.text)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    def _request(self, message: Message) -> httpx2.Request:
        url, headers = escaped(httpx2.URL(message.url)), list(message.headers)
        if message.query:
            more = urlencode(message.query).encode("ascii")
            url = url.copy_with(query=b"&".join(filter(None, (url.query, more))))
        if message.files:
            fields: dict[str, list[str]] = {}
            for name, value in message.form:
                fields.setdefault(name, []).append(value)
            files = [(name, file) for name, file in message.files]
            return self._client.build_request(
                message.method, url, headers=headers, data=fields, files=files
            )
        content = message.content
        if message.form:
            content = urlencode(message.form).encode()
            headers.append(("content-type", FORM))
        return self._client.build_request(message.method, url, headers=headers, content=content)

    async def _read(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST:
                raise ProviderError(f"{self.title} answers with more than {MOST:,} bytes.")
        return bytes(body)


@asynccontextmanager
async def closing(caller: Caller) -> AsyncIterator[Caller]:
    """The caller for the length of a block."""
    try:
        yield caller
    finally:
        await caller.close()
