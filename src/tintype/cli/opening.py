"""Stores and the catalog for commands that block: opened for a block, closed at its end."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tintype.app import open_catalog, open_store
from tintype.settings import Settings
from tintype.stores import Store

if TYPE_CHECKING:
    from tintype.catalog import Catalog


@contextmanager
def opened(address: str) -> Iterator[Store]:
    """The store at an address, with the settings of the environment."""
    store = open_store(address, Settings.from_env())
    try:
        yield store
    finally:
        asyncio.run(store.close())


@contextmanager
def opened_catalog(*, prepared: bool = True) -> "Iterator[Catalog]":
    """The catalog of the settings, with this version's tables unless told otherwise."""
    with closing(open_catalog(Settings.from_env())) as catalog:
        if prepared:
            catalog.prepare()
        yield catalog
