"""Opening: the parts of the service that sites need, wired."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tintype.app import App, open_comparer, open_store
from tintype.browser import Browser
from tintype.catalog import Catalog
from tintype.settings import Settings
from tintype.sites.capturing import Parts
from tintype.sites.places import Stores
from tintype.sites.platforms.looking import Looking
from tintype.sites.sizes import Size, sizes_of


def open_site_stores(settings: Settings) -> Stores:
    """The stores that the pictures of sites lie in. No I/O."""
    return Stores(settings, lambda address: open_store(address, settings))


def site_parts(
    app: App, catalog: Catalog, browser: Browser, stores: Stores, sizes: Sequence[Size] = ()
) -> Parts:
    """What captures sites. `sizes`: those of the settings, unless given. No I/O."""
    settings = app.settings
    return Parts(
        settings=settings,
        catalog=catalog,
        browser=browser,
        pipeline=app.pipeline,
        processor=app.processor,
        comparer=open_comparer(settings),
        stores=stores,
        sizes=tuple(sizes) or sizes_of(settings),
        looking=Looking.of(settings),
    )


@asynccontextmanager
async def opened_sites(settings: Settings) -> AsyncIterator[Stores]:
    """The stores of sites for the length of a block."""
    stores = open_site_stores(settings)
    try:
        yield stores
    finally:
        await stores.close()
