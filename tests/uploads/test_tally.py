"""What is reserved for uploads: never more than there is room for, whoever asks at once."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.upload_store_contract import PART, new_record
from tintype.errors import QuotaExceeded, StoreError
from tintype.settings import S3Settings
from tintype.stores.s3 import S3Store
from tintype.uploads import UploadStore
from tintype.uploads.folder import FolderUploads
from tintype.uploads.s3 import S3Uploads
from tintype.uploads.sweeping import sweep
from tintype.uploads.tally import MOST, Claim, Granted, Room, Tally

SOON = datetime.now(UTC) + timedelta(hours=1)


def room(left: int | None) -> Room:
    async def find() -> int | None:
        return left

    return find


def claim(upload_id: str, size: int, *, expires: datetime = SOON, **more: object) -> Claim:
    return Claim(user_id="u", upload_id=upload_id, size=size, expires=expires, **more)  # type: ignore[arg-type]


async def is_refused(tally: Tally, wanted: Claim, left: int) -> str:
    """The sentence with which a claim is refused; empty when it is not."""
    try:
        await tally.reserve(wanted, room(left))
    except QuotaExceeded as error:
        return error.message
    return ""


@pytest.fixture(params=["folder", "s3"])
async def stores(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[UploadStore, UploadStore]]:
    """Two that share one place."""
    opened: list[UploadStore] = []
    if request.param == "folder":
        opened += [FolderUploads(tmp_path) for _ in range(2)]
    else:
        settings: S3Settings = request.getfixturevalue("s3_settings")
        bucket = request.getfixturevalue("s3_bucket")
        for _ in range(2):
            store = S3Store.from_url(f"s3://{bucket}/up", settings)
            opened.append(S3Uploads(store, part_size=PART, most_bytes=1 << 30))
    yield opened[0], opened[1]
    for each in opened:
        await each.close()


async def test_what_is_reserved_counts_for_others_until_it_is_let_go(
    stores: tuple[UploadStore, UploadStore],
) -> None:
    ours, theirs = (store.tally for store in stores)
    assert await ours.reserve(claim("a", 60), room(100)) == Granted(60)
    said = await is_refused(theirs, claim("b", 41), 100)
    for number in ("41 bytes", "room for 40", "60 are reserved"):
        assert number in said
    assert await theirs.reserve(claim("b", 99, least=10), room(100)) == Granted(40)
    assert await ours.held("u") == 100
    assert await ours.reserve(Claim(user_id="v", upload_id="a", size=100, expires=SOON), room(100))
    await ours.release("u", "b", "absent")
    assert await theirs.held("u") == 60
    assert await theirs.reserve(claim("a", 100), room(100)) == Granted(100), "in place of its own"
    await theirs.release("u", "a")
    assert await ours.held("u") == 0
    assert [each async for each in stores[0].ids()] == []


async def test_of_many_that_race_for_the_last_bytes_one_gets_them(
    stores: tuple[UploadStore, UploadStore],
) -> None:
    left = stores[:1] if isinstance(stores[0], FolderUploads) else stores
    asked = [
        is_refused(store.tally, claim(f"{number}{i}", 60), 100)
        for number, store in enumerate(left)
        for i in range(3)
    ]
    refused = [bool(said) for said in await asyncio.gather(*asked)]
    assert refused.count(False) == 1
    assert await stores[1].tally.held("u") == 60


RACER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tintype.errors import QuotaExceeded
from tintype.uploads.folder import FolderUploads
from tintype.uploads.tally import Claim

async def race(root, name):
    tally, won = FolderUploads(Path(root)).tally, 0
    soon = datetime.now(UTC) + timedelta(hours=1)
    async def room():
        return 100
    print("ready", flush=True)
    sys.stdin.readline()
    for i in range(20):
        wanted = Claim(user_id="u", upload_id=f"{name}{i}", size=5, expires=soon)
        try:
            await tally.reserve(wanted, room)
            won += 1
        except QuotaExceeded:
            pass
    print(won, flush=True)

asyncio.run(race(*sys.argv[1:]))
"""


def test_processes_that_race_in_a_folder_get_no_more_than_there_is(tmp_path: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "abc"
    ]
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("\n")
        racer.stdin.flush()
    assert sum(int(racer.communicate()[0]) for racer in racers) == 20


async def test_what_nobody_lets_go_is_void_with_its_time(tmp_path: Path) -> None:
    store = FolderUploads(tmp_path)
    over = datetime.now(UTC) - timedelta(seconds=1)
    await store.tally.reserve(claim("a", 100, expires=over), room(100))
    assert await store.tally.held("u") == 0
    assert not await is_refused(store.tally, claim("b", 100), 100)
    await store.close()


async def test_what_is_asked_for_again_stays_and_is_made_longer_in_time(tmp_path: Path) -> None:
    store = FolderUploads(tmp_path)
    await store.tally.reserve(claim("a", 100), room(100))
    assert not await is_refused(store.tally, claim("a", 100), 0), "there was room when it began"
    later = SOON + timedelta(hours=9)
    assert await is_refused(store.tally, claim("a", 100, expires=later), 0)
    assert not await is_refused(store.tally, claim("a", 100, expires=later), 100)
    await store.close()


async def test_parts_and_the_upload_that_is_made_of_them_need_room_once(tmp_path: Path) -> None:
    store = FolderUploads(tmp_path)
    tally = store.tally
    for each in ("a", "b"):
        await tally.reserve(claim(each, 50), room(100))
    assert await is_refused(tally, claim("whole", 100), 100)
    covered = frozenset({"a", "b"})
    assert not await is_refused(tally, claim("whole", 100, covered=covered), 100)
    assert await is_refused(tally, claim("again", 100, covered=covered), 100)
    await tally.release("u", "whole")
    await tally.spend("u", ["a", "b"])
    assert await tally.held("u") == 0
    granted = await tally.reserve(claim("c", 60), room(150))
    assert granted == Granted(60, spent=("a",)), "as many go as need to"
    await tally.release("u", "c")
    assert not await is_refused(tally, claim("third", 50, covered=frozenset({"b"})), 100)
    assert await tally.held("u") == 100, "what is made use of again counts again"
    await store.close()


async def test_who_has_no_quota_is_not_counted(tmp_path: Path) -> None:
    store = FolderUploads(tmp_path)
    assert await store.tally.reserve(claim("a", 1 << 60), room(None)) == Granted(1 << 60)
    assert await store.tally.held("u") == 0
    await store.close()


async def test_a_user_has_no_more_than_2000_unfinished_uploads(tmp_path: Path) -> None:
    store = FolderUploads(tmp_path)
    await store.tally.reserve(claim("first", 0), room(100))
    (note,) = tmp_path.glob(".note-*")
    (entry,) = note.read_text().removeprefix('{"first": ').split("}")[:1]
    many = ", ".join(f'"{i}": {entry}' for i in range(MOST))
    note.write_text(f"{{{many}}}")
    assert "2,000 unfinished uploads" in await is_refused(store.tally, claim("b", 0), 100)
    assert not await is_refused(store.tally, claim("7", 1), 100)
    note.write_text("[]")
    with pytest.raises(StoreError):
        await store.tally.held("u")
    await store.close()


async def test_a_sweep_lets_go_what_it_removes(tmp_path: Path) -> None:
    store = FolderUploads(tmp_path)
    record = new_record(5)
    await store.create(record)
    held = Claim(user_id=record.user_id, upload_id=record.id, size=5, expires=record.expires)
    await store.tally.reserve(held, room(5))
    await sweep(store, record.expires)
    assert await store.tally.held(record.user_id) == 0
    assert not list(tmp_path.glob(".note-*"))
    await store.close()
