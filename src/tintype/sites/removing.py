"""Removing a site: its pictures, then its record."""

from collections.abc import Callable, Sequence

from tintype.catalog import Catalog, Session, sites
from tintype.catalog.tables import Site
from tintype.sites import history
from tintype.sites.places import Stores
from tintype.sites.sizes import Size


async def remove_site(
    catalog: Catalog,
    stores: Stores,
    sizes: Sequence[Size],
    find: Callable[[Session], Site],
    *,
    leave_pictures: bool = False,
) -> None:
    """Remove the site that `find` finds, held. Raises what `find` does; a StoreError leaves the
    record, so that it can be tried again.
    """
    site = await catalog.run(find)
    if not leave_pictures:
        where = stores.at(site.place)
        for size in sizes:
            await where.store.delete(where.key(size, site.slug))
    keys = await catalog.run(lambda s: sites.remove(s, find(s)))
    await history.forget(stores.kept, keys)
