"""The work of `tintype sites capture`: the store is asked, then others or we do the rest."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING

from tintype.app import build
from tintype.background import go_to_background
from tintype.catalog import Catalog, Session, site_queue, sites, workers
from tintype.catalog.columns import now
from tintype.catalog.tables import Site
from tintype.cli.sites_lines import Summary
from tintype.errors import BrowserMissing
from tintype.jobs.queues import CAPTURES
from tintype.jobs.seats import is_taken
from tintype.settings import Settings
from tintype.sites import Wanted
from tintype.sites.asking import Found, Question, State, ask
from tintype.sites.batches import capture_all
from tintype.sites.capturing import reason_of, urls_of
from tintype.sites.opening import site_parts
from tintype.sites.places import Stores
from tintype.sites.queueing import PERSON, queue
from tintype.sites.sizes import Size

if TYPE_CHECKING:
    from tintype.cli.sites_capture import Run

ALIVE = timedelta(seconds=30)
LOOK = 0.5  # seconds between two looks at what others capture
MISSING = "browser-missing"


class Capturing:
    """One run of the command."""

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        stores: Stores,
        sizes: Sequence[Size],
        run: "Run",
        summary: Summary,
    ) -> None:
        self._settings, self._catalog, self._stores = settings, catalog, stores
        self._sizes, self._run, self._summary = sizes, run, summary
        self._where = stores.at(run.to)
        age = timedelta(0) if run.force else run.max_age
        self._question = Question(where=self._where, sizes=sizes, place=run.to, max_age=age)

    async def all(self, wanted: Sequence[Wanted]) -> None:
        """See to all of the sites. Raises BrowserMissing where none can be captured."""
        begun = now()
        found = await ask(self._catalog, self._question, wanted)
        due: list[Found] = []
        here = self._run.how != "later" and not (self._may_queue and await self._is_served())
        for each in found:
            if each.state is State.FRESH:
                self._say("fresh", each.wanted)
            # Whether there is a browser now is seen at once, and pages are not to blame.
            elif (
                each.state is State.FAILED
                and not self._run.force
                and not (here and each.code == MISSING)
            ):
                again = "It has failed a while ago, and is left alone for now (see --force)."
                reason = f"{each.reason} {again}"
                self._summary.failure(each.wanted.url, each.wanted.slug, each.code, reason)
            else:
                due.append(each)
        if not due:
            return
        if here:
            await self._here([each.wanted for each in due])
        else:
            await self._queue(due, begun)

    @property
    def _may_queue(self) -> bool:
        return not self._run.how and not self._run.secret

    async def _is_served(self) -> bool:
        """Whether there is somebody who would work such a job off."""
        living = await self._catalog.read(lambda s: workers.living(s, ALIVE))
        if any(CAPTURES in worker.queues for worker in living):
            return True
        return await asyncio.to_thread(is_taken, self._settings.data)

    async def _here(self, due: Sequence[Wanted]) -> None:
        """Capture in this process."""
        go_to_background()
        app = build(self._settings, trusted=True)
        parts = site_parts(app, self._catalog, app.browser, self._stores, self._sizes)
        run = self._run
        results = capture_all(parts, due, place=run.to, options=run.options, secret=run.secret)
        try:
            async with aclosing(results):  # type: ignore[type-var]
                async for each in results:
                    if each.error:
                        reason = str(each.error)
                        code = reason_of(each.error)
                        self._summary.failure(each.wanted.url, each.wanted.slug, code, reason)
                    elif each.taken:
                        self._say("captured", each.wanted)
                    else:
                        self._say("queued", each.wanted)
        finally:
            await app.close()

    async def _queue(self, due: Sequence[Found], begun: object) -> None:
        """Let others capture; unless it is for later, watch them."""
        args = {"options": self._run.options} if self._run.options else {}
        if self._run.sizes:
            args["sizes"] = list(self._run.sizes)  # type: ignore[assignment]
        await queue(
            self._catalog,
            self._question,
            due,
            args=args,
            priority=PERSON,
            force=self._run.force,
        )
        if self._run.how == "later":
            for each in due:
                self._say("queued", each.wanted)
            return
        await self._watch({each.wanted.slug: each.wanted for each in due}, begun)

    async def _watch(self, waiting: dict[str, Wanted], begun: object) -> None:
        while waiting:
            started = time.monotonic()
            for slug, site in (await self._settled(list(waiting))).items():
                self._tell(waiting.pop(slug), site, begun)
            await asyncio.sleep(max(LOOK, 5 * (time.monotonic() - started)))

    async def _settled(self, slugs: list[str]) -> dict[str, Site | None]:
        """Those that wait no more."""

        def work(session: Session) -> dict[str, Site | None]:
            known = site_queue.known(session, self._run.to, slugs)
            over = [slug for slug in slugs if slug not in known or not known[slug].is_queued]
            return {slug: sites.find(session, self._run.to, slug) for slug in over}

        return await self._catalog.read(work)

    def _tell(self, wanted: Wanted, site: Site | None, begun: object) -> None:
        if site is not None and site.captured_at and site.captured_at >= begun:  # type: ignore[operator]
            self._say("captured", wanted)
            return
        code, reason = "removed", "It was removed, or its job cancelled."
        if site is not None and site.failures:
            code, reason = site.code, site.reason
        if code == MISSING and not self._summary.captured:
            raise BrowserMissing(reason)
        self._summary.failure(wanted.url, wanted.slug, code, reason)

    def _say(self, state: str, wanted: Wanted) -> None:
        urls = urls_of(self._where, self._sizes, wanted.slug)
        self._summary.found(state, wanted.url, wanted.slug, urls)
