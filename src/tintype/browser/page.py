"""A page that is open in a context of its own, and what is asked of it."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tintype.browser.pipe import LIMIT, NOTHING, Gone, Params, Pipe, Refused, Silent, answered
from tintype.browser.tale import Tale

DISPOSE = 4.0  # seconds; a browser that does not answer in this time hangs
# What a new page opens. The first runs nothing, and needs no document, which is a tenth of a
# capture's work. A page after the second has a past, and may not close its window therefore.
NO_DOCUMENT = "javascript:"
BLANK = "about:blank"


class ScriptFailed(Exception):
    """A script of ours or of the order's has thrown; its own words."""


class Page:
    """One target of one context. `tale` has what it has told."""

    def __init__(self, pipe: Pipe, context: str, target: str, session: str) -> None:
        self.pipe, self.context, self.target, self.session = pipe, context, target, session
        self.tale = Tale(target, self._close_dialog)
        self.listeners: dict[str, Any] = {}
        self._worlds: dict[str, int] = {}  # by loader
        pipe.listen(session, self._hear)
        pipe.gone.add_done_callback(self._gone)

    @classmethod
    async def opened(
        cls,
        pipe: Pipe,
        proxy: Mapping[str, str],
        window: Mapping[str, int],
        first: str,
    ) -> "Page":
        """A page in a new context, opened with `first`. `window`: left, top, width, height.

        Raises Silent, Refused and Gone.
        """
        made = await pipe.call("Target.createBrowserContext", {"disposeOnDetach": True, **proxy})
        context = made["browserContextId"]
        order = {"url": first, "browserContextId": context, **window}
        made = await pipe.call("Target.createTarget", order)
        target = made["targetId"]
        attach = {"targetId": target, "flatten": True}
        session = (await pipe.call("Target.attachToTarget", attach))["sessionId"]
        page = cls(pipe, context, target, session)
        if first == BLANK:
            await page.call("Page.enable")  # answered once it is there
        return page

    def send(self, method: str, params: Mapping[str, Any] = NOTHING) -> "asyncio.Future[Params]":
        """Send a call to the page; see `Pipe.send`."""
        return self.pipe.send(method, params, self.session)

    async def call(
        self, method: str, params: Mapping[str, Any] = NOTHING, *, limit: float = LIMIT
    ) -> Params:
        """Ask the page. Raises Crashed and Closed, and what `Pipe.call` does."""
        self.tale.check()
        future = self.send(method, params)
        try:
            return await answered(future, limit)
        except (Silent, Refused):
            self.tale.check()
            raise

    async def evaluate(
        self, expression: str, *, limit: float = LIMIT, in_page: bool = False
    ) -> Any:
        """The value of an expression, awaited; in a world of our own unless told otherwise.

        Raises ScriptFailed, and what `call` does.
        """
        params = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        if not in_page:
            params["contextId"] = await self._world(limit)
        result = await self.call("Runtime.evaluate", params, limit=limit)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            said = details.get("exception", {}).get("description") or details.get("text", "")
            raise ScriptFailed(str(said).partition("\n")[0][:200])
        return result["result"].get("value")

    async def close(self) -> None:
        """End the page and its context. Raises Silent where the browser hangs."""
        self.pipe.forget(self.session)
        self.pipe.gone.remove_done_callback(self._gone)
        with suppress(Gone, Refused):
            dispose = {"browserContextId": self.context}
            await self.pipe.call("Target.disposeBrowserContext", dispose, limit=DISPOSE)

    async def _world(self, limit: float) -> int:
        loader = self.tale.loader
        if loader not in self._worlds:
            order = {"frameId": self.target, "worldName": "tintype"}
            made = await self.call("Page.createIsolatedWorld", order, limit=limit)
            self._worlds[loader] = made["executionContextId"]
        return self._worlds[loader]

    def _hear(self, method: str, params: Params) -> None:
        if listener := self.listeners.get(method):
            listener(params)
        self.tale.hear(method, params)

    def _close_dialog(self, event: Params) -> None:
        leaving = event["type"] == "beforeunload"
        self.send("Page.handleJavaScriptDialog", {"accept": leaving})

    def _gone(self, _: object) -> None:
        self.tale.end(Gone())
