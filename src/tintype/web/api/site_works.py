"""What the endpoints of sites work with."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tintype.catalog.tables import Site
from tintype.errors import StoreError
from tintype.processor import ComparesPictures
from tintype.sites.asking import Question
from tintype.sites.places import Stores, prefixes_of
from tintype.sites.sizes import Size
from tintype.stores import HasPublicUrl, Store
from tintype.web.addresses import FILES

log = logging.getLogger("tintype.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteWorks:
    """Where the pictures of sites lie, which there are of each, and what compares them."""

    stores: Stores
    sizes: Sequence[Size]
    comparer: ComparesPictures

    def question(self, place: str) -> Question:
        """What is asked of a place."""
        return Question(where=self.stores.at(place), sizes=self.sizes, place=place)

    def pictures(self, site: Site, base: str) -> dict[str, str]:
        """The URL of each picture, by its suffix: that of the store where it is public, else one of
        the service, whose address is `base`.
        """
        where = self.stores.at(site.place)
        store = where.store
        is_public = isinstance(store, HasPublicUrl) and store.is_public
        return {
            size.suffix: store.url(where.key(size, site.slug))
            if is_public
            else f"{base}{FILES}/sites/{site.id}/{size.key(site.slug)}"
            for size in self.sizes
        }

    @asynccontextmanager
    async def opened(self, place: str) -> AsyncIterator[Store]:
        """The store of a place, which stays open."""
        yield self.stores.at(place).store

    @asynccontextmanager
    async def opened_history(self) -> AsyncIterator[Store]:
        """The store that pictures of before are kept in."""
        yield self.stores.kept

    async def forget(self, user_id: str) -> None:
        """Remove the pictures of all sites of a user who is gone. What the store does not remove
        now is in the log.
        """
        for prefix in prefixes_of(user_id):
            try:
                await self.stores.kept.delete_prefix(prefix)
            except StoreError as error:
                log.warning("Pictures of sites are left below %s: %s", prefix, error)
