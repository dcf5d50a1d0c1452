"""One running browser with its proxy, and the pages that are open in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tintype.browser import Capture, agent
from tintype.browser.flags import Lock
from tintype.browser.outlet import Outlet
from tintype.browser.page import Page
from tintype.browser.pipe import Params, Pipe, Silent
from tintype.browser.process import Process, Start
from tintype.browser.proxy import Proxy
from tintype.browser.tale import Closed, Crashed

_PAGES_ONLY = {"discover": True, "filter": [{"type": "page"}]}


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
        self._by_context: dict[str, Page] = {}
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
            await pipe.call("Target.setDiscoverTargets", _PAGES_ONLY)
        except BaseException:
            await instance.end()
            raise
        return instance

    @property
    def is_gone(self) -> bool:
        """Whether the browser has died."""
        return self.pipe.gone.done()

    @asynccontextmanager
    async def page(self, capture: Capture, outlet: Outlet) -> AsyncIterator[Page]:
        """A page of its own for a capture, whose network is the outlet.

        Raises Silent, Refused and Gone. A browser that does not close it is killed.
        """
        address = await self._proxy.let_out(outlet)
        self.pages += 1
        page: Page | None = None
        try:
            proxy = {"proxyServer": f"http://{address}", "proxyBypassList": self._lock.bypass}
            proxy = {name: value for name, value in proxy.items() if value and self._lock.proxy}
            page = await Page.opened(self.pipe, proxy, capture.width, capture.height)
            self._by_context[page.context] = page
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
            self._by_context.pop(page.context, None)

    async def end(self) -> None:
        """Kill the browser and remove what it leaves."""
        self._proxy.close()
        self.pipe.close()
        await self.process.end()

    def _hear(self, method: str, params: Params) -> None:
        if method == "Target.targetCreated":
            self._created(params["targetInfo"])
        elif method in {"Target.targetCrashed", "Target.targetDestroyed"}:
            for page in self._by_context.values():
                if page.target == params["targetId"]:
                    page.tale.end(Crashed() if method == "Target.targetCrashed" else Closed())

    def _created(self, target: Params) -> None:
        """A page that no capture has asked for is a popup."""
        page = self._by_context.get(target.get("browserContextId", ""))
        if page is None or target["targetId"] == page.target or target["type"] != "page":
            return
        page.tale.note("A popup was closed.")
        with suppress(Exception):
            self.pipe.send("Target.closeTarget", {"targetId": target["targetId"]})
