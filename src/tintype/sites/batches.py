"""Batches: many sites captured here and now, in this process, a few at once."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tintype.browser import slots_of
from tintype.errors import BrowserMissing, PageUnavailable, TintypeError
from tintype.sites import Wanted
from tintype.sites.capturing import Order, Parts, Taken, capture_site

PAUSE = 1.0  # seconds until what may pass is tried once more


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a site. Neither `taken` nor `error`: another process has it in work."""

    wanted: Wanted
    taken: Taken | None = None
    error: TintypeError | None = None


async def capture_all(
    parts: Parts,
    wanted: Sequence[Wanted],
    *,
    place: str = "",
    options: Mapping[str, Any],
    secret: Mapping[str, Any],
) -> AsyncIterator[Result]:
    """Capture sites, as many at once as there are slots for pages, and yield each as it ends.

    One that fails stops no other; what may pass is tried twice. Raises BrowserMissing: then none
    can be captured.
    """
    turns = asyncio.Semaphore(slots_of(parts.settings.browser.slots))

    async def one(each: Wanted) -> Result:
        order = Order(wanted=each, place=place, options=options, secret=secret)
        async with turns:
            try:
                with suppress(PageUnavailable):
                    return Result(each, await capture_site(parts, order))
                await asyncio.sleep(PAUSE)
                return Result(each, await capture_site(parts, order))
            except BrowserMissing:
                raise
            except TintypeError as error:
                return Result(each, error=error)

    tasks = [asyncio.create_task(one(each)) for each in wanted]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
