"""Stores for commands that block: opened for a block, closed at its end."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from tintype.app import open_store
from tintype.settings import Settings
from tintype.stores import Store


@contextmanager
def opened(address: str) -> Iterator[Store]:
    """The store at an address, with the settings of the environment."""
    store = open_store(address, Settings.from_env())
    try:
        yield store
    finally:
        asyncio.run(store.close())
