"""`Browser` on Chromium: one process, a context for each capture, replaced before it grows old."""

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tintype.browser import Capture, Captured, blocking, order, slots_of
from tintype.browser import program as programs
from tintype.browser.flags import LOCKED, Lock
from tintype.browser.instance import Instance
from tintype.browser.outlet import Outlet, Resolve, Rules, look_up
from tintype.browser.page import BLANK, NO_DOCUMENT
from tintype.browser.pipe import Gone, Refused, Silent
from tintype.browser.process import Start
from tintype.browser.visit import Pictures, Visit
from tintype.errors import BrowserMissing, PageNotCaptured, PageUnavailable
from tintype.netguard import NOTHING, Allowed, Guard
from tintype.settings_browser import BrowserSettings

AFTER = 60.0  # seconds beyond its time-out, after which a capture is given up whatever it does
LOOK = 10  # captures between two looks at the browser's memory
NO_HOSTS: frozenset[str] = frozenset()
NO_ENVIRONMENT: Mapping[str, str] = {}


class Chromium:
    """Opens pages in Chromium; see `Browser`. For one event loop.

    Nothing is started before the first capture. `settings.slots` captures are in work at once, the
    others wait. Memory: that of the browser (some 100 MB, and 20 to 100 for each page), and a
    picture for each capture. `environ` is what Chromium is started with. `folder` takes its
    profile. `resolve` looks names up, blocking. `pictures` gives the picture for an order whose URL
    is one, and no page; without it that is seen as the browser shows it. `lock` is for tests.
    """

    def __init__(
        self,
        settings: BrowserSettings,
        allowed: Allowed = NOTHING,
        *,
        environ: Mapping[str, str] = NO_ENVIRONMENT,
        folder: Path | None = None,
        resolve: Resolve = look_up,
        lock: Lock = LOCKED,
        pictures: Pictures | None = None,
    ) -> None:
        self._settings, self._environ, self._folder = settings, environ, folder
        self._lock, self._pictures = lock, pictures
        guard = Guard(allowed, frozenset(settings.ports), "TINTYPE_SCREENSHOT_PORTS")
        self._rules = Rules(guard, settings.max_bytes, resolve)
        self._slots = asyncio.Semaphore(slots_of(settings.slots))
        self._starting = asyncio.Lock()
        self._current: Instance | None = None
        self._ends: set[asyncio.Task[None]] = set()
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False

    async def capture(self, capture: Capture) -> Captured:
        """Browser.capture. A browser that dies meanwhile is replaced, and asked once more."""
        order.check(capture)
        async with self._slots:
            with contextlib.suppress(Gone):
                return await self._try(capture)
            try:
                return await self._try(capture)
            except Gone as error:
                raise PageUnavailable(
                    "The browser died twice over this page.", reason="browser-died"
                ) from error

    async def close(self) -> None:
        """Browser.close. The browser may not be used again."""
        self._closed = True
        if self._idle is not None:
            self._idle.cancel()
        async with self._starting:
            instance, self._current = self._current, None
        if instance is not None:
            self._end(instance)
        while self._ends:  # ending one may be what another task decides
            await asyncio.gather(*self._ends, return_exceptions=True)

    async def _try(self, capture: Capture) -> Captured:
        instance = await self._leased()
        try:
            async with asyncio.timeout(capture.timeout + capture.wait.fixed + AFTER):
                return await self._taken(instance, capture)
        except TimeoutError as error:
            instance.process.kill()
            raise PageUnavailable("The page does not come to an end.", reason="hangs") from error
        except (Silent, Refused) as error:  # it was never opened
            instance.process.kill()
            raise Gone from error
        finally:
            instance.open -= 1
            self._look_after(instance)

    async def _taken(self, instance: Instance, capture: Capture) -> Captured:
        if not capture.user_agent:
            capture = replace(capture, user_agent=instance.agent)
        try:
            return await self._visited(instance, capture, NO_DOCUMENT)
        except PageNotCaptured as error:
            if error.reason != "closed":
                raise
            return await self._visited(instance, capture, BLANK)

    async def _visited(self, instance: Instance, capture: Capture, first: str) -> Captured:
        outlet = Outlet(self._rules, blocking.hosts() if capture.block else NO_HOSTS)
        async with instance.page(capture, outlet, first) as page:
            return await Visit(page, capture, outlet, self._pictures).run()

    async def _leased(self) -> Instance:
        """A browser that runs, started if need be, that is not ended while it is in use."""
        if self._idle is not None:
            self._idle.cancel()
        async with self._starting:
            if self._closed:
                raise PageUnavailable("The browser is being closed.", reason="closing")
            if self._current is not None and self._current.is_gone:
                self._end(self._current)
                self._current = None
            if self._current is None:
                self._current = await self._started()
            self._current.open += 1
            return self._current

    async def _started(self) -> Instance:
        program = programs.find(self._settings.chromium)
        start = Start(program, self._settings, self._environ, self._folder, self._lock)
        return await Instance.started(start)

    def _look_after(self, instance: Instance) -> None:
        """What is to be done when a capture has ended: replace, end, or wait for the next."""
        if instance.is_gone and instance is self._current:
            self._current = None
        if instance is not self._current:
            if not instance.open:
                self._end(instance)
        elif instance.pages >= self._settings.captures:
            self._replace(instance)
        elif instance.pages % LOOK == 0:
            self._run(self._weigh(instance))
        if not instance.open and self._settings.idle and not self._closed:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._settings.idle, self._rest)

    async def _weigh(self, instance: Instance) -> None:
        if await asyncio.to_thread(instance.process.memory) > self._settings.memory:
            self._replace(instance)

    def _replace(self, instance: Instance) -> None:
        """Retire a browser once the next one runs; captures go on meanwhile."""
        if instance.retired:
            return
        instance.retired = True
        self._run(self._succeed(instance))

    async def _succeed(self, instance: Instance) -> None:
        try:
            successor = await self._started()
        except BrowserMissing:  # the old one goes on, and the next capture tries again
            instance.retired = False
            return
        if self._current is not instance or self._closed:
            self._end(successor)
            return
        self._current = successor
        if not instance.open:
            self._end(instance)

    def _rest(self) -> None:
        instance = self._current
        if instance is not None and not instance.open:
            self._current = None
            self._end(instance)

    def _end(self, instance: Instance) -> None:
        if not instance.ended:
            instance.ended = True
            self._run(instance.end())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)
