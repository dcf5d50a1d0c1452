"""Screenshots from Python, for a web view: the store is asked, and what is missing is queued.

for site in tintype.screenshots([("https://kelvinism.com/", "kelvinism_com")]):
    site.exists, site.image, site.urls["SM"]

In async code: `await tintype.ascreenshots(…)`. Neither waits for a page: a running service, or
`tintype worker`, captures what is missing.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from tintype.app import open_catalog
from tintype.catalog import Session, site_queue, sites
from tintype.errors import CatalogError, StoreError, TintypeError
from tintype.settings import Settings
from tintype.sites import Wanted
from tintype.sites.asking import Found, Question, State, ask
from tintype.sites.capturing import urls_of
from tintype.sites.opening import open_site_stores
from tintype.sites.places import place_at
from tintype.sites.queueing import queue
from tintype.sites.sizes import sizes_of
from tintype.sites.slugs import check_slug, normal_url, slug_of

R = TypeVar("R")
Named = str | tuple[str, str]
REFUSED, UNKNOWN = "refused", "unknown"
PATIENCE = 1.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenshot:
    """A site, and the URLs of its pictures by what stands behind the slug ("" and "SM").

    `exists`: they are there, however old. `state`: fresh, old, missing, queued, failed; `refused`
    for a URL or slug that is none, `unknown` where neither store nor database has answered in time.
    `reason` says why it has failed or was refused.
    """

    url: str
    slug: str
    exists: bool
    state: str
    urls: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def image(self) -> str:
        """The URL of the first size; "" for what was refused."""
        return next(iter(self.urls.values()), "")


def screenshots(
    sites: Iterable[Named],
    *,
    to: str = "",
    max_age: timedelta | None = None,
    patience: float = PATIENCE,
    settings: Settings | None = None,
) -> list[Screenshot]:
    """Ask for the screenshots of sites: URLs, or pairs of URL and slug; in their order.

    What is missing, or older than `max_age` (TINTYPE_SITE_MAX_AGE), is queued, each site once. No
    page is waited for, and the store and the database for no longer than `patience` seconds each;
    then what is known is told, and queued another time. `to`: a folder, s3://bucket/prefix/ or
    store:prefix/ in place of TINTYPE_SITE_PREFIX. Raises InvalidSettings.
    """
    view = _view_of(settings)
    return view.wait(view.ask(list(sites), to, max_age, patience))


async def ascreenshots(
    sites: Iterable[Named],
    *,
    to: str = "",
    max_age: timedelta | None = None,
    patience: float = PATIENCE,
    settings: Settings | None = None,
) -> list[Screenshot]:
    """`screenshots` for async code."""
    view = _view_of(settings)
    asked = view.begin(view.ask(list(sites), to, max_age, patience))
    return await asyncio.wrap_future(asked)


class _View:
    """An event loop in a thread of its own, with the stores and the catalog open in it."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self._sizes = settings, sizes_of(settings)
        self._catalog = open_catalog(settings)
        self._stores = open_site_stores(settings)
        self._loop = asyncio.new_event_loop()
        self._prepared = False
        self._left: set[asyncio.Task[Any]] = set()
        threading.Thread(target=self._loop.run_forever, name="tintype-sites", daemon=True).start()

    def begin(self, work: Coroutine[Any, Any, R]) -> "asyncio.Future[R] | Any":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait(self, work: Coroutine[Any, Any, R]) -> R:
        result: R = self.begin(work).result()
        return result

    async def ask(
        self, named: Sequence[Named], to: str, max_age: timedelta | None, patience: float
    ) -> list[Screenshot]:
        place = place_at(to)
        where = self._stores.at(place)
        age = self.settings.sites.max_age
        max_age = max_age or (timedelta(seconds=age) if age else None)
        question = Question(where=where, sizes=self._sizes, place=place, max_age=max_age)
        read = [self._read(each) for each in named]
        wanted = [each for each in read if isinstance(each, Wanted)]
        found = await self._found(question, wanted, patience)
        shown = iter(found)
        return [
            self._shown(question, next(shown)) if isinstance(each, Wanted) else each
            for each in read
        ]

    def _read(self, named: Named) -> Wanted | Screenshot:
        url, slug = (named, "") if isinstance(named, str) else named
        try:
            url = normal_url(url)
            suffixes = [size.suffix for size in self._sizes]
            return Wanted(url, check_slug(slug or slug_of(url), suffixes))
        except TintypeError as error:
            return Screenshot(url=url, slug=slug, exists=False, state=REFUSED, reason=str(error))

    def _shown(self, question: Question, found: Found | Wanted) -> Screenshot:
        wanted = found.wanted if isinstance(found, Found) else found
        urls = urls_of(question.where, question.sizes, wanted.slug)
        if isinstance(found, Wanted):
            return Screenshot(
                url=wanted.url, slug=wanted.slug, exists=False, state=UNKNOWN, urls=urls
            )
        return Screenshot(
            url=wanted.url,
            slug=wanted.slug,
            exists=found.exists,
            state=found.state.value,
            urls=urls,
            reason=found.reason,
        )

    async def _found(
        self, question: Question, wanted: Sequence[Wanted], patience: float
    ) -> Sequence[Found | Wanted]:
        try:
            await self._within(patience, asyncio.to_thread(self._prepare))
            found = await self._within(patience, ask(self._catalog, question, wanted))
        except (TimeoutError, StoreError, CatalogError):
            return await self._remembered(question, wanted, patience)
        with suppress(TimeoutError, CatalogError):  # it is queued when it is asked for again
            await self._within(patience, queue(self._catalog, question, found))
        return found

    async def _remembered(
        self, question: Question, wanted: Sequence[Wanted], patience: float
    ) -> Sequence[Found | Wanted]:
        """What the catalog says of them, where the store does not answer."""

        def known(session: Session) -> list[Found | Wanted]:
            result: list[Found | Wanted] = []
            facts = site_queue.known(session, question.place, [each.slug for each in wanted])
            for each in wanted:
                site = sites.find(session, question.place, each.slug)
                if each.slug not in facts or site is None or site.captured_at is None:
                    result.append(each)
                else:
                    result.append(Found(each, State.FRESH, site.captured_at))
            return result

        try:
            return await self._within(patience, self._catalog.read(known))
        except (TimeoutError, CatalogError):
            return wanted

    async def _within(self, patience: float, work: Coroutine[Any, Any, R]) -> R:
        """The result, if it comes in time; what is late is let go of, and not waited for."""
        task = asyncio.create_task(work)
        done, _ = await asyncio.wait({task}, timeout=patience)
        if done:
            return task.result()
        self._left.add(task)
        task.add_done_callback(self._let_go)
        task.cancel()
        raise TimeoutError

    def _let_go(self, task: asyncio.Task[Any]) -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()

    def _prepare(self) -> None:
        if not self._prepared:
            self._catalog.prepare()
            self._prepared = True


_views: dict[tuple[int, Settings | None], _View] = {}
_lock = threading.Lock()


def _view_of(settings: Settings | None) -> _View:
    """One for each process and settings: a web server may have forked since the last call."""
    name = (os.getpid(), settings)
    with _lock:
        if name not in _views:
            _views[name] = _View(settings or Settings.from_env())
        return _views[name]
