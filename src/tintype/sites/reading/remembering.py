"""Readings: pages that were read lately are not opened again."""

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tintype.browser import Browser, Captured
from tintype.sites.reading import Article, asking
from tintype.sites.visiting import NO_OPTIONS, visit

AGE = 15 * 60.0  # seconds that an article is remembered
MOST = 50  # articles, each of a megabyte at the most


@dataclass(frozen=True, slots=True)
class _Kept:
    article: Article
    until: float


class Readings:
    """Reads articles, and remembers those of the last quarter of an hour. For one event loop.

    Who asks for a page that is being read waits for that. What fails is not remembered.
    """

    def __init__(
        self, browser: Browser, timeout: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._browser, self._timeout, self._clock = browser, timeout, clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._open: dict[str, asyncio.Task[Article]] = {}

    async def read(
        self, url: str, options: Mapping[str, Any] = NO_OPTIONS, *, anyway: bool = False
    ) -> Article:
        """The article at a URL. `options` as a site has them.

        Raises NoArticle, and what `visit` raises.
        """
        key = json.dumps([url, options, anyway], sort_keys=True)
        found = self._kept.get(key)
        if found and found.until > self._clock():
            return found.article
        task = self._open.get(key)
        if task is None:
            task = asyncio.create_task(self._read(key, url, options, anyway))
            self._open[key] = task
            task.add_done_callback(lambda done: self._over(key, done))
        # Whoever gives up waiting does not stop it for the others.
        return await asyncio.shield(task)

    async def _read(self, key: str, url: str, options: Mapping[str, Any], anyway: bool) -> Article:
        captured: Captured = await visit(
            self._browser, url, asking.scripts(), timeout=self._timeout, options=options
        )
        article = await asyncio.to_thread(asking.article_in, captured, anyway=anyway)
        self._kept[key] = _Kept(article, self._clock() + AGE)
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return article

    def _over(self, key: str, task: asyncio.Task[Article]) -> None:
        self._open.pop(key, None)
        if not task.cancelled():
            task.exception()  # known, even if nobody waits for it any longer

    async def close(self) -> None:
        """Let go of what is being read."""
        for task in list(self._open.values()):
            task.cancel()
        await asyncio.gather(*self._open.values(), return_exceptions=True)
