"""One fetch: tries, redirects, what a status means, and the body into a blob."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from tintype import __version__
from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import (
    InvalidSource,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    SourceUnavailable,
)
from tintype.loaders.http_errors import shown, translating
from tintype.settings import HttpSettings
from tintype.source import MAX_LENGTH

BACKOFF = 0.3  # seconds before the second try at most; doubles
MAX_BACKOFF = 10.0
REDIRECTS = {301, 302, 303, 307, 308}
HEADERS = {
    "user-agent": f"Tintype/{__version__}",
    "accept": "image/*,*/*;q=0.5",
    # Pictures are compressed already, and a length that is that of the picture is worth more.
    "accept-encoding": "identity",
}
CODINGS = {"gzip", "deflate"}  # read all the same when a server insists


class Fetch:
    """The state of one fetch. The caller limits its time."""

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport,
        settings: HttpSettings,
        limits: SpoolLimits,
        may_lead_to: Callable[[str], bool],
    ) -> None:
        self._transport = transport
        self._settings = settings
        self._limits = limits
        self._may_lead_to = may_lead_to
        self._retry_after = 0.0  # seconds; what the last answer asked for
        self.name = "The source"  # what to call it in messages

    async def run(self, text: str) -> Blob:
        """Fetch a URL, and again after failures that may pass, as often as the settings say."""
        url = parse_url(text)
        self.name = shown(url)
        deadline = asyncio.get_running_loop().time() + self._settings.total_timeout
        tries = 0
        while True:
            self._retry_after = 0.0
            try:
                return await self._try(url)
            except SourceError as error:
                pause = max(self._retry_after, _backoff(tries))
                late = asyncio.get_running_loop().time() + pause >= deadline
                if not error.retryable or tries >= self._settings.retries or late:
                    raise
            tries += 1
            await asyncio.sleep(pause)

    async def _try(self, url: httpx2.URL) -> Blob:
        for _ in range(self._settings.max_redirects + 1):
            response = await self._transport.handle_async_request(self._request(url))
            try:
                location = response.headers.get("location")
                if response.status_code not in REDIRECTS or not location:
                    return await self._take(response, url)
                url = self._judged(_redirected(url, location))
            finally:
                await response.aclose()
        raise SourceError(
            f"{self.name} leads through more than {self._settings.max_redirects} redirects.",
            remedy="Give the address that it ends at.",
        )

    def _judged(self, url: httpx2.URL) -> httpx2.URL:
        if self._may_lead_to(str(url)):
            return url
        raise SourceForbidden(
            f"{self.name} leads to {shown(url)}, from where nothing may be read.",
            remedy="See TINTYPE_ALLOWED_SOURCES.",
        )

    def _request(self, url: httpx2.URL) -> httpx2.Request:
        # Made anew for every hop: there is nothing in it that a redirect could carry elsewhere.
        settings = self._settings
        timeout = httpx2.Timeout(settings.read_timeout, connect=settings.connect_timeout)
        extensions = {"timeout": timeout.as_dict()}
        return httpx2.Request("GET", url, headers=HEADERS, extensions=extensions)

    async def _take(self, response: httpx2.Response, url: httpx2.URL) -> Blob:
        if response.status_code not in {200, 203}:
            self._retry_after = _seconds(response.headers.get("retry-after", ""))
            raise status_error(response.status_code, shown(url))
        _check_coding(response, shown(url))
        self._limits.check(int(response.headers.get("content-length", 0)))
        async with aclosing(_body(response, shown(url))) as chunks:
            blob = await spool(chunks, self._limits)
        if blob.size == 0:
            raise SourceError(f"{shown(url)} is empty: 0 bytes.")
        return blob


def parse_url(text: str) -> httpx2.URL:
    """A URL that may be asked for; InvalidSource for any other, and for one with a password."""
    with translating(text.partition("?")[0][:100]):
        url = httpx2.URL(text)
    if url.scheme not in {"http", "https"} or not url.raw_host or len(text) > MAX_LENGTH:
        raise InvalidSource(
            f"{shown(url)} is not a URL of the web.", remedy="Write https://host/path."
        )
    if url.userinfo:
        raise InvalidSource(
            f"{shown(url)} comes with a user or password, which is not sent.",
            remedy="Sources are written to logs: use a signed URL, or fetch the file yourself.",
        )
    if url.port is not None and not 0 < url.port < 1 << 16:
        raise InvalidSource(f"{shown(url)} has a port that does not exist.")
    return url


def status_error(status: int, name: str) -> SourceError:
    """What an HTTP status other than success means for a source (RFC 9110, section 15)."""
    message = f"{name} answers with status {status}."
    if status in {404, 410}:
        return SourceNotFound(message)
    if status in {401, 403, 451}:
        return SourceForbidden(message)
    if status in {408, 429} or status >= 500:
        return SourceUnavailable(message, remedy="It may work later.")
    return SourceError(message)


def _redirected(url: httpx2.URL, location: str) -> httpx2.URL:
    """Where a redirect leads. What is wrong with that is the server's fault, not the caller's."""
    try:
        with translating("Its target"):
            return parse_url(str(url.join(location)))
    except InvalidSource as error:
        raise SourceError(f"{shown(url)} redirects in vain. {error.message}") from error


def _check_coding(response: httpx2.Response, name: str) -> None:
    codings = response.headers.get_list("content-encoding", split_commas=True)
    unasked = [coding for coding in map(str.lower, codings) if coding not in {"", "identity"}]
    if len(unasked) > 1 or not CODINGS.issuperset(unasked):
        raise SourceError(f"{name} comes encoded as {', '.join(unasked)[:60]}, which is not read.")


async def _body(response: httpx2.Response, name: str) -> AsyncGenerator[bytes, None]:
    with translating(name):
        async with aclosing(response.aiter_bytes()) as chunks:
            async for chunk in chunks:
                yield chunk


def _backoff(tries: int) -> float:
    """Exponential, with full jitter, so that many who failed together do not return together."""
    return random.uniform(0, min(BACKOFF * 2**tries, MAX_BACKOFF))


def _seconds(retry_after: str) -> float:
    """Retry-After in seconds: a number or a date (RFC 9110, section 10.2.3); 0 for all else."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        date = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
