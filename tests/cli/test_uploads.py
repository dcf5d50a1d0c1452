"""tintype uploads: what is on its way, listed, removed, swept."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.running import Run, assert_one_line
from contracts.upload_store_contract import chunks, new_record
from tintype.uploads import UploadRecord
from tintype.uploads.folder import FolderUploads


def begun(folder: Path, *, over: bool = False) -> UploadRecord:
    """An upload of which three of twelve bytes are there."""

    async def begin() -> UploadRecord:
        store = FolderUploads(folder)
        expires = datetime.now(UTC) + timedelta(hours=-1 if over else 1)
        record = replace(new_record(12), expires=expires)
        await store.create(record)
        record = await store.append(record, chunks(b"abc"))
        await store.close()
        return record

    return asyncio.run(begin())


def test_uploads_are_listed_removed_and_swept(run: Run, tmp_path: Path) -> None:
    place = {"TINTYPE_UPLOADS": str(tmp_path / "up")}
    assert run("uploads", "list", **place).stdout == ""
    first, second, over = (begun(tmp_path / "up", over=over) for over in (False, False, True))
    lines = run("uploads", "list", **place).stdout.splitlines()
    assert {line.split()[0] for line in lines} == {first.id, second.id, over.id}
    assert all("3 of 12 bytes  user-1" in line for line in lines)
    told = [
        json.loads(line)
        for line in run("uploads", "list", "--json", **place).stdout.split("\n")[:-1]
    ]
    assert {(each["offset"], each["length"]) for each in told} == {(3, 12)}
    swept = run("uploads", "sweep", **place)
    assert (swept.returncode, swept.stdout) == (0, "1 of 3 uploads removed\n")
    assert run("uploads", "rm", first.id, **place).returncode == 0
    assert [line.split()[0] for line in run("uploads", "list", **place).stdout.splitlines()] == [
        second.id
    ]
    assert json.loads(run("uploads", "sweep", "--json", **place).stdout) == {
        "seen": 1,
        "removed": 0,
    }


def test_what_has_become_an_original_is_not_listed(run: Run, tmp_path: Path) -> None:
    left, done = begun(tmp_path), begun(tmp_path)

    async def end() -> None:
        store = FolderUploads(tmp_path)
        await store.save(replace(done, result="/api/v1/originals/1"))
        await store.close()

    asyncio.run(end())
    listed = run("uploads", "list", TINTYPE_UPLOADS=str(tmp_path)).stdout.splitlines()
    assert [line.split()[0] for line in listed] == [left.id]


def test_what_is_no_upload_is_not_removed(run: Run, tmp_path: Path) -> None:
    for name in ("0" * 32, "../../etc"):
        done = run("uploads", "rm", name, TINTYPE_UPLOADS=str(tmp_path))
        assert_one_line(done, 2, "There is no such upload.")
