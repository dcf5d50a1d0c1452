"""Fetching files of photos: from servers that limit, fail for a moment, and send pages instead.

Nothing counts as a picture that a server calls a text, that does not begin as one, or that breaks
off. Videos lie behind a redirect that is good for minutes: addresses are followed when they are
fetched, and never kept.
"""

import asyncio
from contextlib import aclosing

import httpx2

from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import (
    AddressRefused,
    InvalidSource,
    SourceError,
    SourceNotFound,
    SourceTimeout,
    SourceUnavailable,
    TooLarge,
)
from tintype.flickr.client import backoff
from tintype.providers.calls import AGENT, Waits
from tintype.providers.pace import Sleep

TRIES = 5
REDIRECTS = 5
_ENDS = {"image/jpeg": b"\xff\xd9", "image/png": b"IEND\xaeB`\x82", "image/gif": b"\x3b"}
_TAIL = 64 << 10  # bytes in which a picture's end stands, with what cameras put behind it


class Fetcher:
    """Fetches pictures and videos by their addresses, and again after what may pass."""

    def __init__(
        self,
        transport: httpx2.AsyncBaseTransport,
        limits: SpoolLimits,
        waits: Waits,
        *,
        sleep: Sleep = asyncio.sleep,
        tries: int = TRIES,
    ) -> None:
        self._tries = tries
        self._limits, self._waits, self._sleep = limits, waits, sleep
        self._client = httpx2.AsyncClient(
            transport=transport,
            timeout=httpx2.Timeout(waits.read, connect=waits.connect),
            headers={"user-agent": AGENT, "accept-encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
        )

    async def fetch(self, url: str, *, is_video: bool = False) -> Blob:
        """The file. Raises the SourceError of the last try; TooLarge at once.

        A picture that breaks off is fetched again; if the same comes twice, it is like that.
        """
        tries, broken = 0, ""
        while True:
            try:
                blob = await self._try(url, is_video=is_video)
                if is_video or _is_whole(blob) or blob.sha256 == broken:
                    return blob
                broken = blob.sha256
                error: SourceError = SourceUnavailable("The picture breaks off.")
            except (TooLarge, AddressRefused, InvalidSource):
                raise
            except SourceError as failed:
                error = failed
            tries += 1
            if tries >= self._tries:
                raise error
            await self._sleep(backoff(tries))

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    async def _try(self, url: str, *, is_video: bool) -> Blob:
        try:
            async with asyncio.timeout(self._waits.total):
                for _ in range(REDIRECTS + 1):
                    request = self._client.build_request("GET", _parsed(url))
                    response = await self._client.send(request, stream=True)
                    try:
                        if not response.has_redirect_location:
                            return await self._take(response, is_video=is_video)
                        url = str(response.url.join(response.headers["location"]))
                    finally:
                        await response.aclose()
        except TimeoutError:
            raise SourceTimeout(f"A file took more than {self._waits.total:g} seconds.") from None
        raise SourceError(f"A file lies behind more than {REDIRECTS} redirects.")

    async def _take(self, response: httpx2.Response, *, is_video: bool) -> Blob:
        name = f"{response.url.host}{response.url.path}"[:120]
        if response.status_code != 200:
            wrong = SourceNotFound if response.status_code in (404, 410) else SourceUnavailable
            raise wrong(f"{name} answers with status {response.status_code}.")
        kind = response.headers.get("content-type", "").lower()
        if kind.startswith("text/"):
            raise SourceUnavailable(f"{name} is a page, and no picture.")
        async with aclosing(response.aiter_bytes()) as chunks:
            blob = await spool(chunks, self._limits)
        if not blob.media_type.startswith("video/" if is_video else "image/"):
            raise SourceUnavailable(f"{name} does not begin as a picture does.")
        return blob


def _parsed(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        parsed = httpx2.URL("")
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.userinfo:
        raise InvalidSource("An answer has an address of a file that is none.")
    return parsed


def _is_whole(blob: Blob) -> bool:
    """Whether a picture has its end, as far as its format has one."""
    end = _ENDS.get(blob.media_type)
    if end is None:
        return True
    with blob.open() as file:
        file.seek(max(0, blob.size - _TAIL))
        return end in file.read()
