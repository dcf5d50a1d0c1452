"""Uploads into a folder: copies that are whole, of files that hold still."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from contracts.store_contract import MIB, blob, keys, read
from contracts.uploads_contract import send
from tintype.errors import SourceError, StoreError
from tintype.stores import Upload, UploadOptions
from tintype.stores.local import LocalStore


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


async def test_a_file_is_not_copied_onto_itself(store: LocalStore) -> None:
    await store.put("a", blob("content"))
    results = await send(store, [Upload(store.root / "a", "a")])
    assert results["a"].skipped == "the same file"
    assert await read(store, "a") == b"content"


async def test_another_name_of_the_same_file_counts_as_the_same(
    store: LocalStore, tmp_path: Path
) -> None:
    await store.put("a", blob("content"))
    (tmp_path / "linked").hardlink_to(store.root / "a")
    (tmp_path / "pointing").symlink_to(store.root / "a")
    for name in ("linked", "pointing"):
        results = await send(store, [Upload(tmp_path / name, "a")])
        assert results["a"].skipped == "the same file"
    assert await read(store, "a") == b"content"


async def test_a_file_of_the_store_can_be_copied_within_it(store: LocalStore) -> None:
    await store.put("a", blob("content"))
    await send(store, [Upload(store.root / "a", "b")])
    assert await read(store, "b") == b"content"
    assert not (store.root / "a").samefile(store.root / "b")


async def test_a_copy_does_not_change_with_its_source(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1" * MIB)
    await send(store, [Upload(tmp_path / "file", "key")])
    with (tmp_path / "file").open("r+b") as file:
        file.write(b"2")
    assert await read(store, "key") == b"1" * MIB


@pytest.mark.parametrize("change", ["shrink", "grow", "rewrite"])
async def test_a_file_that_changes_while_it_is_read_is_not_kept(
    store: LocalStore, tmp_path: Path, change: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(20 * MIB))
    os.utime(path, (1, 1))  # long ago, so that the change shows in its time

    def disturb(_: int) -> None:
        with path.open("r+b") as file:
            if change == "shrink":
                file.truncate(MIB)
            elif change == "grow":
                file.seek(0, os.SEEK_END)
            file.write(b"more")

    def upload() -> object:
        (result,) = store.upload([Upload(path, "key")], UploadOptions(), on_bytes=disturb)
        return result.error

    error = await asyncio.to_thread(upload)
    assert isinstance(error, SourceError)
    assert "changed while it was read" in str(error)
    assert await keys(store) == []
    assert not (store.root / ".tintype").exists()


async def test_a_named_pipe_is_read_to_its_end(store: LocalStore, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(bytes(3 * MIB),))
    writer.start()
    results = await send(store, [Upload(tmp_path / "pipe", "key")])
    writer.join()
    assert results["key"].error is None
    assert await read(store, "key") == bytes(3 * MIB)


async def test_a_file_whose_size_is_not_known_is_copied_whole(store: LocalStore) -> None:
    path = Path("/proc/version")
    assert path.stat().st_size == 0
    await send(store, [Upload(path, "key")])
    assert await read(store, "key") == path.read_bytes()


async def test_a_sparse_file_is_copied_whole(store: LocalStore, tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.seek(9 * MIB)
        file.write(b"end")
    await send(store, [Upload(tmp_path / "sparse", "key")])
    assert await read(store, "key") == bytes(9 * MIB) + b"end"


async def test_a_name_that_is_a_folder_here_fails_alone(store: LocalStore, tmp_path: Path) -> None:
    await store.put("a/b", blob("x"))
    (tmp_path / "file").write_text("new")
    uploads = [Upload(tmp_path / "file", key) for key in ("a", "a/b/c", "fine")]
    results = await send(store, uploads, skip_existing=True)
    for key in ("a", "a/b/c"):
        assert isinstance(results[key].error, StoreError)
        assert "cannot both be kept" in str(results[key].error)
    assert await keys(store) == ["a/b", "fine"]


async def test_two_uploads_of_one_key_leave_one_of_them_whole(
    store: LocalStore, tmp_path: Path
) -> None:
    for name in "12":
        (tmp_path / name).write_bytes(name.encode() * 3 * MIB)
    uploads = [Upload(tmp_path / "12"[number % 2], "key") for number in range(6)]
    await send(store, uploads)
    assert await read(store, "key") in (b"1" * 3 * MIB, b"2" * 3 * MIB)
