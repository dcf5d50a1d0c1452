"""Tools: the parts of the service that tasks work with, opened when they are first needed."""

import asyncio
import contextlib
from functools import cached_property

from tintype.app import App, build, open_store
from tintype.browser import Browser
from tintype.credentials.sealing import Sealing
from tintype.jobs.rates import read_rates
from tintype.settings import Settings
from tintype.sites.opening import open_site_stores
from tintype.sites.places import Stores as SiteStores
from tintype.stores import Store


class Tools:
    """For one event loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rates = read_rates(settings.jobs.rates)
        self._opened: list[App] = []
        self._stores: list[Store] = []
        self._site_stores: list[SiteStores] = []

    @cached_property
    def app(self) -> App:
        """Loads, makes and publishes, and waits as long as it takes; files are sources, too."""
        return self._kept(build(self.settings, trusted=True))

    @cached_property
    def service(self) -> App:
        """What the service itself has: renditions on demand, and what is kept of them."""
        return self._kept(build(self.settings))

    @cached_property
    def store(self) -> Store:
        """The store of the settings."""
        self._stores.append(open_store("", self.settings))
        return self._stores[-1]

    @cached_property
    def sealing(self) -> Sealing:
        """What opens secrets in the catalog."""
        return Sealing.of_settings(self.settings.api.sealing_key, self.settings.data)

    @property
    def browser(self) -> Browser:
        """Opens pages."""
        return self.app.browser

    @cached_property
    def site_stores(self) -> SiteStores:
        """Where the pictures of sites lie."""
        self._site_stores.append(open_site_stores(self.settings))
        return self._site_stores[-1]

    async def close(self) -> None:
        """Finish what is under way, and close."""
        for stores in self._site_stores:
            await stores.close()
        for app in self._opened:
            await app.close()
        for store in self._stores:
            with contextlib.suppress(asyncio.CancelledError):
                await store.close()

    def _kept(self, app: App) -> App:
        self._opened.append(app)
        return app
