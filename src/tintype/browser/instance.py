"""One running browser with its proxy, and the pages that are open in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tintype.browser import Capture, agent, order
from tintype.browser.flags import Lock
from tintype.browser.outlet import Outlet
from tintype.browser.page import Page
from tintype.browser.pipe import Params, Pipe, Silent
from tintype.browser.process import Process, Start
from tintype.browser.proxy import Proxy
from tintype.browser.tale import Closed


class Instance:
    """A browser from its start to its end. `pages` counts all that it has opened."""

    def __init__(self, process: Process, pipe: Pipe, proxy: Proxy, lock: Lock) -> None:
        self.process, self.pipe = process, pipe
        self._proxy, self._lock = proxy, lock
        self.pages = 0
        self.open = 0
        self.retired = False  # another one is being started to take its place
        self.ended = False
        self.agent = ""
        self._by_session: dict[str, Page] = {}
        pipe.listen("", self._hear)

    @classmethod
    async def started(cls, start: Start) -> "Instance":
        """Start a browser; BrowserMissing where it cannot be. Blocks for a few milliseconds."""
        process = start.run()
        pipe = await process.open()
        instance = cls(process, pipe, Proxy(process.listener), start.lock)
        try:
            await instance._proxy.open()
            version = await pipe.call("Browser.getVersion")
            instance.agent = agent.ordinary(version["userAgent"])
        except BaseException:
            await instance.end()
            raise
        return instance

    @property
    def is_gone(self) -> bool:
        """Whether the browser has died."""
        return self.pipe.gone.done()

    @asynccontextmanager
    async def page(self, capture: Capture, outlet: Outlet, first: str) -> AsyncIterator[Page]:
        """A page of its own for a capture, whose network is the outlet, opened with `first`.

        Raises Silent, Refused and Gone. A browser that does not close it is killed.
        """
        address = await self._proxy.let_out(outlet)
        self.pages += 1
        page: Page | None = None
        try:
            proxy = {"proxyServer": f"http://{address}", "proxyBypassList": self._lock.bypass}
            proxy = {name: value for name, value in proxy.items() if value and self._lock.proxy}
            page = await Page.opened(self.pipe, proxy, order.window(capture), first)
            self._by_session[page.session] = page
            yield page
        finally:
            self._proxy.shut(address)
            if page is not None:
                await asyncio.shield(self._closed(page))

    async def _closed(self, page: Page) -> None:
        try:
            await page.close()
        except Silent:
            self.process.kill()
        finally:
            self._by_session.pop(page.session, None)

    async def end(self) -> None:
        """Kill the browser and remove what it leaves."""
        self._proxy.close()
        self.pipe.close()
        await self.process.end()

    def _hear(self, method: str, params: Params) -> None:
        if method == "Target.detachedFromTarget" and (
            page := self._by_session.get(params["sessionId"])
        ):
            page.tale.end(Closed())
