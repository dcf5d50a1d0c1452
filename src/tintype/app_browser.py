"""The browser, wired: Chromium, with our own loader and processor for pictures that are no page."""

import asyncio
from collections.abc import Callable

from tintype.blob import Blob
from tintype.browser import Browser, Capture, Captured
from tintype.browser.paper import first_page
from tintype.browser.verdict import plain
from tintype.loaders.http import HttpLoader
from tintype.look import transform_of
from tintype.netguard import Allowed
from tintype.processor import Processor
from tintype.settings import Settings, plain_environment
from tintype.source import Source


class PageBrowser:
    """A browser that is not built before the first capture: most processes never need one."""

    def __init__(self, build: Callable[[], Browser], http: HttpLoader) -> None:
        self._build, self._http = build, http
        self._built: Browser | None = None

    async def capture(self, capture: Capture) -> Captured:
        """Browser.capture."""
        self._built = self._built or self._build()
        return await self._built.capture(capture)

    async def close(self) -> None:
        """Browser.close. A capture after that begins anew."""
        built, self._built = self._built, None
        if built is not None:
            await built.close()
        await self._http.aclose()


def page_browser(settings: Settings, http: HttpLoader, processor: Processor) -> PageBrowser:
    """The browser of the settings; pictures at a URL come by `http` through `processor`."""

    async def picture(url: str, capture: Capture) -> Blob:
        original = await http.load(Source.parse(url))
        if original.media_type == "application/pdf":
            original = await first_page(original, capture.width, plain(url))
        transform = transform_of(
            width=capture.width,
            height=10_000,
            fit="inside",
            format=capture.format,
            quality=capture.quality,
        )
        return (await asyncio.to_thread(processor.process, original, [transform]))[0]

    def build() -> Browser:
        from tintype.app import temporary_folder
        from tintype.browser.chromium import Chromium

        return Chromium(
            settings.browser,
            Allowed.parse(settings.http.allowed_networks),
            environ=plain_environment(),
            folder=temporary_folder(settings),
            pictures=picture,
        )

    return PageBrowser(build, http)
