"""Attributes in a folder: beside the bytes they belong to, and never beside others."""

import asyncio
import json
import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts.store_contract import blob, keys
from tintype.errors import InvalidRequest, KeyExists, StoreError
from tintype.stores import Attributes, UploadOptions
from tintype.stores.local import LocalStore
from tintype.stores.local.reading import open_object

NO_STORE = Attributes(cache_control="no-store")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def sidecars(store: LocalStore) -> list[Path]:
    return [p for p in (store.root / ".tintype" / "attributes").rglob("*") if p.is_file()]


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        (Attributes(acl="public-read"), "public-read"),
        (Attributes(storage_class="GLACIER"), "storage class"),
        (Attributes(encryption="AES256"), "encryption"),
    ],
)
async def test_what_means_nothing_in_a_folder_is_refused(
    store: LocalStore, attributes: Attributes, said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said) as caught:
        await store.put("key", blob("x"), attributes=attributes)
    assert caught.value.remedy
    with pytest.raises(InvalidRequest, match=said):
        store.upload([], UploadOptions(attributes=attributes))
    assert await keys(store) == []


async def test_an_object_without_attributes_has_no_file_beside_it(store: LocalStore) -> None:
    await store.put("key", blob("x"))
    assert sidecars(store) == []


async def test_attributes_are_a_file_that_a_person_can_read(store: LocalStore) -> None:
    await store.put("ü", blob("x"), attributes=Attributes(metadata={"title": "Grüße"}))
    (path,) = sidecars(store)
    assert json.loads(path.read_text("utf-8")) == {"key": "ü", "metadata": {"title": "Grüße"}}


async def test_only_the_attributes_of_the_last_put_are_kept(store: LocalStore) -> None:
    for number in range(3):
        await store.put("key", blob("x"), attributes=Attributes(cache_control=f"max-age={number}"))
        assert len(sidecars(store)) == 1
    await store.put("key", blob("x"))
    assert sidecars(store) == []


async def test_a_refused_put_leaves_the_attributes_that_are_there(store: LocalStore) -> None:
    await store.put("key", blob("x"), attributes=NO_STORE)
    before = sidecars(store)
    results = await asyncio.gather(
        *(store.put("key", blob("y"), attributes=NO_STORE, overwrite=False) for _ in range(4)),
        return_exceptions=True,
    )
    assert all(isinstance(result, KeyExists) for result in results)
    assert sidecars(store) == before


async def test_deletion_takes_the_attributes_along(store: LocalStore) -> None:
    await store.put("key", blob("x"), attributes=NO_STORE)
    await store.delete("key")
    assert sidecars(store) == []


async def test_a_file_changed_by_hand_has_not_the_attributes_of_the_old(store: LocalStore) -> None:
    await store.put("key.txt", blob("x"), attributes=NO_STORE)
    (store.root / "key.txt").write_text("changed by hand")
    found = await store.stat("key.txt")
    assert found is not None
    assert found.attributes == Attributes(content_type="text/plain")


async def test_attributes_survive_a_copy_of_the_folder(store: LocalStore, tmp_path: Path) -> None:
    await store.put("a/key", blob("x"), attributes=NO_STORE)
    shutil.copytree(store.root, tmp_path / "copy")  # keeps times
    found = await LocalStore(tmp_path / "copy").stat("a/key")
    assert found is not None
    assert found.attributes.cache_control == "no-store"


async def test_damaged_attributes_are_told_with_their_place(store: LocalStore) -> None:
    await store.put("key", blob("x"), attributes=NO_STORE)
    (path,) = sidecars(store)
    for damage in ("{", "[1]", '"x"', "null", "\udcff"):
        path.write_bytes(damage.encode(errors="surrogateescape"))
        with pytest.raises(StoreError, match="damaged") as caught:
            await store.stat("key")
        assert str(path) in str(caught.value)


async def test_what_a_dead_writer_left_is_cleared_by_a_later_put(store: LocalStore) -> None:
    await store.put("key", blob("x"), attributes=NO_STORE)
    (current,) = sidecars(store)
    old, fresh = current.with_name("1-1.json"), current.with_name("2-2.json")
    for path in (old, fresh):
        path.write_text("{}")
    hours_ago = time.time() - 2 * 3600
    os.utime(old, (hours_ago, hours_ago))
    await store.put("key", blob("y"), attributes=NO_STORE)
    assert fresh in sidecars(store)  # its writer may yet rename its bytes
    assert len(sidecars(store)) == 2


def test_readers_see_bytes_and_attributes_of_one_put(store: LocalStore) -> None:
    def write(letter: str) -> None:
        given = Attributes(metadata={"letter": letter})
        asyncio.run(store.put("key", blob(letter * 100), attributes=given))

    def look() -> int:
        count = 0
        while not done.is_set():
            opened = open_object(store.root, "key")
            letter = opened.read(0, 1).decode()
            opened.close()
            assert dict(opened.stat.attributes.metadata) == {"letter": letter}
            count += 1
        return count

    done = threading.Event()
    write("a")
    with ThreadPoolExecutor() as pool:
        looks = [pool.submit(look) for _ in range(3)]
        for number in range(150):
            write("ab"[number % 2])
        done.set()
        assert all(one.result() for one in looks)
