"""http: and https: sources."""

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from tintype.blob import Blob, SpoolLimits
from tintype.errors import SourceTimeout
from tintype.netguard import Allowed, Guard
from tintype.settings import HttpSettings
from tintype.source import Source

if TYPE_CHECKING:
    from tintype.loaders.guarded_transport import GuardedTransport


class HttpLoader:
    """Fetches from the web: public addresses and what the settings open, within their limits.

    `folder` takes what is too large for memory. `resolve` looks a host and port up, blocking
    (default: the system's resolver); `tls` verifies servers (default: the system's certificates).
    `may_lead_to` judges the URL that a redirect leads to; the address is judged in any case.
    Raises InvalidSettings for a wrong `allowed_networks`. Nothing is opened, and httpx2 is not
    imported, until the first load.
    """

    schemes: ClassVar[frozenset[str]] = frozenset({"http", "https"})

    def __init__(
        self,
        settings: HttpSettings,
        folder: Path | None = None,
        *,
        resolve: Callable[[str, int], Sequence[str]] | None = None,
        tls: ssl.SSLContext | None = None,
        may_lead_to: Callable[[str], bool] = lambda _: True,
    ) -> None:
        allowed = Allowed.parse(settings.allowed_networks)
        self._guard = Guard(allowed, frozenset(settings.allowed_ports))
        self._settings = settings
        self._limits = SpoolLimits(settings.max_bytes, folder=folder)
        self._resolve, self._tls = resolve, tls
        self._may_lead_to = may_lead_to
        self._transport: GuardedTransport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def load(self, source: Source) -> Blob:
        """Fetch a URL, with redirects and further tries, all within the total time-out.

        Raises InvalidSource, AddressRefused, SourceNotFound, SourceForbidden, SourceUnavailable,
        SourceTimeout, TooLarge, and SourceError for any other answer that is no picture's.
        """
        from tintype.loaders.http_fetch import Fetch

        fetch = Fetch(self._opened(), self._settings, self._limits, self._may_lead_to)
        try:
            async with asyncio.timeout(self._settings.total_timeout):
                return await fetch.run(str(source))
        except TimeoutError as error:
            raise SourceTimeout(
                f"{fetch.name} was not there within {self._settings.total_timeout:g} seconds.",
                remedy="Raise TINTYPE_TOTAL_TIMEOUT if it may take that long.",
            ) from error

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int:
        """Send a message to a URL, guarded like any other; the status of the answer, whose body is
        not read. Redirects are not followed. Raises what `load` raises.
        """
        import httpx2

        from tintype.loaders.http_fetch import parse_url

        wait = self._settings.read_timeout
        timeout = httpx2.Timeout(wait, connect=self._settings.connect_timeout).as_dict()
        request = httpx2.Request(
            "POST",
            parse_url(url),
            headers=headers,
            content=content,
            extensions={"timeout": timeout},
        )
        try:
            async with asyncio.timeout(self._settings.total_timeout):
                response = await self._opened().handle_async_request(request)
                await response.aclose()
        except TimeoutError as error:
            raise SourceTimeout("The message was not taken in time.") from error
        return response.status_code

    async def aclose(self) -> None:
        """Close what connections are kept open; the loader may be used again."""
        transport, self._transport = self._transport, None
        if transport is not None and self._loop is asyncio.get_running_loop():
            await transport.aclose()

    def _opened(self) -> "GuardedTransport":
        """The transport of this event loop: connections do not outlive the loop they are from."""
        from tintype.loaders.guarded_transport import GuardedTransport, look_up

        loop = asyncio.get_running_loop()
        if self._transport is None or self._loop is not loop:
            self._loop = loop
            self._transport = GuardedTransport(
                self._guard, resolve=self._resolve or look_up, tls=self._tls
            )
        return self._transport
