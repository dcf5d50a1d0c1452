"""Uploads in a folder keep the contract, and some things that only a folder can."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.upload_store_contract import UploadStoreContract, chunks, new_record
from tintype.errors import StoreError, UploadBusy
from tintype.uploads import UploadStore
from tintype.uploads.folder import FolderUploads
from tintype.uploads.sweeping import Swept, sweep


class TestFolderUploads(UploadStoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[FolderUploads]:
        store = FolderUploads(tmp_path / "uploads")
        yield store
        await store.close()

    @pytest.fixture
    async def other(self, tmp_path: Path) -> AsyncIterator[FolderUploads]:
        store = FolderUploads(tmp_path / "uploads")
        yield store
        await store.close()

    async def left(self, store: UploadStore, upload_id: str) -> list[str]:
        assert isinstance(store, FolderUploads)
        return [path.name for path in store.root.iterdir() if upload_id in path.name]


HOLDER = """
import asyncio, sys
from pathlib import Path
from tintype.uploads.folder import FolderUploads
async def main():
    store, cut = FolderUploads(Path(sys.argv[1])), asyncio.Event()
    async with store.hold(sys.argv[2], cut.set if sys.argv[3] == "willing" else lambda: None):
        print("held", flush=True)
        await cut.wait()
    print("let go", flush=True)
    await store.close()
asyncio.run(main())
"""


def holder(root: Path, upload_id: str, kind: str) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, root, upload_id, kind], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


async def test_another_process_is_asked_to_let_go(tmp_path: Path) -> None:
    store, record = FolderUploads(tmp_path), new_record()
    await store.create(record)
    with holder(tmp_path, record.id, "willing") as process:
        async with store.hold(record.id, lambda: None):
            assert process.communicate()[0] == "let go\n"
    await store.close()


async def test_an_upload_of_a_process_that_is_killed_is_free_at_once(tmp_path: Path) -> None:
    store, record = FolderUploads(tmp_path, patience=0.3), new_record()
    await store.create(record)
    with holder(tmp_path, record.id, "unwilling") as process:
        with pytest.raises(UploadBusy):
            async with store.hold(record.id, lambda: None):
                pass
        process.kill()
        process.wait()
        async with store.hold(record.id, lambda: None):
            pass
    await store.close()


async def test_bytes_that_were_not_verified_when_a_process_died_do_not_count(
    tmp_path: Path,
) -> None:
    store, record = FolderUploads(tmp_path), new_record()
    await store.create(record)
    record = await store.append(record, chunks(b"before"))
    # What such a process leaves: more bytes, and the mark where they begin.
    with (tmp_path / f"{record.id}.bytes").open("ab") as file:
        file.write(b"doubtful")
    (tmp_path / f"{record.id}.doubtful").write_text("6")
    assert (await store.find(record.id)).offset == 6
    record = await store.append(record, chunks(b"after"))
    assert b"".join([part async for part in store.read(record)]) == b"beforeafter"
    assert (await store.find(record.id)).offset == 11
    await store.close()


async def test_a_folder_that_cannot_be_used_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = FolderUploads(tmp_path / "file")
    with pytest.raises(StoreError) as caught:
        await store.create(new_record())
    assert "file" not in caught.value.public
    with pytest.raises(StoreError):
        await store.find(new_record().id)
    await store.close()


async def test_what_is_known_of_an_upload_and_cannot_be_read_harms_no_other(
    tmp_path: Path,
) -> None:
    store, broken, over = FolderUploads(tmp_path), new_record(), new_record()
    await store.create(over)
    (tmp_path / f"{broken.id}.json").write_text("{")
    with pytest.raises(StoreError):
        await store.find(broken.id)
    assert await sweep(store, over.expires) == Swept(2, 1)
    await store.close()


async def test_files_that_a_dead_process_left_half_written_go_in_time(tmp_path: Path) -> None:
    store = FolderUploads(tmp_path)
    old, new = tmp_path / ".tmp-1", tmp_path / ".tmp-2"
    for path in (old, new):
        path.write_text("")
    os.utime(old, (time.time() - 90_000,) * 2)
    assert await sweep(store, datetime.now(UTC)) == Swept(0, 0)
    assert not old.exists()
    assert new.exists()
    await store.close()


async def test_nobody_else_of_this_machine_reads_what_is_sent(tmp_path: Path) -> None:
    store, record = FolderUploads(tmp_path / "uploads"), new_record()
    await store.create(record)
    await store.append(record, chunks(b"secret"))
    assert store.root.stat().st_mode & 0o077 == 0
    assert (store.root / f"{record.id}.bytes").stat().st_mode & 0o077 == 0
    await store.close()
