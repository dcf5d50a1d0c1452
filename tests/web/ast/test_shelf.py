"""What the shelf does where the store is slow, away, or has changed."""

import asyncio
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import pytest

from tintype.blob import Blob
from tintype.catalog import Catalog, site_queue
from tintype.errors import InvalidSettings, StoreUnavailable
from tintype.settings import Settings
from tintype.settings_sites import SiteSettings
from tintype.sites.ast import Asked, Size
from tintype.stores.local import LocalStore
from tintype.web.ast.shelf import Shelf
from web.ast.conftest import JPEG

ASKED = [Asked("a.example", Size.LARGE), Asked("b.example", Size.SMALL), Asked("::", Size.SMALL)]


class SlowStore(LocalStore):
    """A folder that answers when it is told to."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.may_answer = asyncio.Event()
        self.is_away = False

    async def find(self, keys: Collection[str]) -> dict[str, datetime]:
        if self.is_away:
            raise StoreUnavailable("The store is away.")
        await self.may_answer.wait()
        return await super().find(keys)


@pytest.fixture
async def store(tmp_path: Path) -> SlowStore:
    made = SlowStore(tmp_path / "store")
    await made.put("sites/a_example.jpg", Blob.from_bytes(JPEG))
    return made


@pytest.fixture
def shelf(store: SlowStore, catalog: Catalog) -> Shelf:
    return Shelf(store, catalog, Settings())


def queued(catalog: Catalog) -> set[str]:
    known = catalog.read_now(lambda s: site_queue.known(s, "", ["a_example", "b_example"]))
    return {slug for slug, each in known.items() if each.is_queued}


async def test_what_is_there_has_a_key_and_what_is_not_is_queued(
    store: SlowStore, shelf: Shelf, catalog: Catalog
) -> None:
    store.may_answer.set()
    look = await shelf.look(ASKED, "")
    assert look.keys == {ASKED[0]: "sites/a_example.jpg"}
    await shelf.queue(look)
    assert queued(catalog) == {"b_example"}


async def test_a_slow_store_has_nothing_now_and_its_pictures_are_found_behind(
    store: SlowStore, shelf: Shelf, catalog: Catalog
) -> None:
    look = await shelf.look(ASKED, "")
    assert look.keys == {}
    store.may_answer.set()
    await shelf.queue(look)
    assert queued(catalog) == {"b_example"}
    store.may_answer.clear()
    assert (await shelf.look(ASKED[:1], "")).keys == {ASKED[0]: "sites/a_example.jpg"}


async def test_a_store_that_is_away_has_nothing_queued_and_is_asked_again(
    store: SlowStore, shelf: Shelf, catalog: Catalog
) -> None:
    store.is_away = True
    look = await shelf.look(ASKED, "")
    assert (look.keys, look.is_certain) == ({}, False)
    await shelf.queue(look)
    assert queued(catalog) == set()
    store.is_away = False
    store.may_answer.set()
    await shelf.queue(await shelf.look(ASKED, ""))
    assert queued(catalog) == {"b_example"}


async def test_a_picture_that_is_too_old_is_shown_and_queued(
    store: SlowStore, catalog: Catalog, tmp_path: Path
) -> None:
    store.may_answer.set()
    shelf = Shelf(store, catalog, Settings(sites=SiteSettings(max_age=60)))
    assert (await shelf.look(ASKED[:1], "")).due == {}
    os.utime(tmp_path / "store" / "sites" / "a_example.jpg", (1_000, 1_000))
    old = Shelf(store, catalog, Settings(sites=SiteSettings(max_age=60)))
    look = await old.look(ASKED[:1], "")
    assert ASKED[0] in look.keys
    await old.queue(look)
    assert queued(catalog) == {"a_example"}


def test_both_sizes_have_to_be_made(store: SlowStore, catalog: Catalog) -> None:
    settings = Settings(sites=SiteSettings(sizes=("=201x147", "@2x=402x294")))
    with pytest.raises(InvalidSettings, match="111x82"):
        Shelf(store, catalog, settings)
