"""What the service does for users: their uploads, their originals, the REST API; wired."""

import asyncio
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from tintype.app import App, open_comparer
from tintype.app_urls import source_reader
from tintype.app_users import keeping_parts
from tintype.catalog import Catalog
from tintype.originals.keeping import Keeping
from tintype.originals.places import Places
from tintype.originals.publishing import Publishing
from tintype.sites.opening import open_site_stores
from tintype.sites.places import Stores as SiteStores
from tintype.sites.sizes import sizes_of
from tintype.stores import Store
from tintype.urls.images import SourceRules
from tintype.web.answers import Answer
from tintype.web.errors import Trouble
from tintype.web.exchange import Exchange
from tintype.web.reading import Reading
from tintype.web.uploads.wiring import Joined, reception_of, uploads_of

if TYPE_CHECKING:
    from tintype.web.api.callers import Callers
    from tintype.web.api.entry import Api
    from tintype.web.api.site_visits import Visits
    from tintype.web.api.works import Works
    from tintype.web.app import Web


class OfUsers:
    """The part of the service that knows its users. `store` is the service's own."""

    def __init__(
        self,
        web: "Web",
        app: App,
        catalog: Catalog,
        places: Places,
        store: Store,
        reading: Reading,
    ) -> None:
        self._web, self._app, self._catalog = web, app, catalog
        self._places, self._reading = places, reading
        parts = replace(keeping_parts(app, catalog, places), forget=web.hot.clear)
        self._keeping, self._publishing = Keeping(parts), Publishing(parts)
        joined = Joined(web, store, self._keeping, self._callers)
        self._reception = reception_of(web, joined)
        self.uploads, self._direct = uploads_of(web, store, joined, self._reception)
        self._known: Callers | None = None
        self._api: Api | None = None
        self._site_stores: SiteStores | None = None
        self._visits: Visits | None = None

    async def rest(self, exchange: Exchange) -> Answer | Trouble | None:
        """The REST API."""
        exchange.speaks_json = True
        return await (await self._opened()).answer(exchange)

    async def close(self) -> None:
        """Let go of what is open."""
        await self.uploads.close()
        await self._places.close()
        if self._site_stores:
            await self._site_stores.close()
        if self._visits:
            await self._visits.close()

    async def _callers(self) -> "Callers":
        """Who asks, for the API and for uploads, which do without FastAPI and its memory."""
        if self._known is None:
            module = await asyncio.to_thread(import_module, "tintype.web.api.callers")
            self._known = self._known or module.Callers.of(self._web.settings, self._catalog)
        return self._known

    async def _opened(self) -> "Api":
        """The API, which takes half a second to load: when it is first asked for."""
        if self._api is None:
            entry = await asyncio.to_thread(import_module, "tintype.web.api.entry")
            settings, cors = self._web.settings, self._web.cors
            works, callers = self._works(), await self._callers()
            self._api = self._api or entry.Api.of(settings, self._catalog, cors, works, callers)
        return self._api

    def _works(self) -> "Works":
        from tintype.web.api.site_visits import Visits
        from tintype.web.api.site_works import SiteWorks
        from tintype.web.api.works import Works

        self._site_stores = self._site_stores or open_site_stores(self._web.settings)
        site_works = SiteWorks(
            stores=self._site_stores,
            sizes=sizes_of(self._web.settings),
            comparer=open_comparer(self._web.settings),
        )
        self._visits = self._visits or Visits(self._web.settings, self._app.browser)
        urls = self._web.settings.urls
        return Works(
            keeping=self._keeping,
            publishing=self._publishing,
            places=self._places,
            reception=self._reception,
            web=self._app.http,
            rules=SourceRules(urls.allowed_sources),
            source_of=source_reader(self._web.settings),
            grammar=self._reading.grammar,
            sign=self._reading.sign,
            register=self._direct.register,
            sites=site_works,
            visits=self._visits,
        )
