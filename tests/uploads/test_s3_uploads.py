"""Uploads straight to S3 keep the contract, against a real server."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from contracts.upload_store_contract import PART, UploadStoreContract, chunks, new_record
from tintype.blob import Blob
from tintype.s3.body import BytesBody
from tintype.settings import S3Settings
from tintype.stores.s3 import S3Store
from tintype.uploads import UploadRecord, UploadStore
from tintype.uploads.s3 import S3Uploads
from tintype.uploads.s3_parts import PartWriter
from tintype.uploads.s3_state import States


def opened(settings: S3Settings, bucket: str) -> S3Uploads:
    store = S3Store.from_url(f"s3://{bucket}/up", settings)
    return S3Uploads(store, part_size=PART, most_bytes=1 << 30)


class TestS3Uploads(UploadStoreContract):
    @pytest.fixture
    async def store(self, s3_settings: S3Settings, s3_bucket: str) -> AsyncIterator[S3Uploads]:
        store = opened(s3_settings, s3_bucket)
        yield store
        await store.close()

    @pytest.fixture
    async def other(self, s3_settings: S3Settings, s3_bucket: str) -> AsyncIterator[S3Uploads]:
        store = opened(s3_settings, s3_bucket)
        yield store
        await store.close()

    @pytest.fixture(autouse=True)
    def _bucket(self, s3_settings: S3Settings, s3_bucket: str) -> None:
        self.bucket = S3Store.from_url(f"s3://{s3_bucket}", s3_settings)

    async def left(self, store: UploadStore, upload_id: str) -> list[str]:
        pending = self.bucket.client.list_multipart_uploads()
        return [
            *[stat.key async for stat in self.bucket.list() if upload_id in stat.key],
            *[each.key for each in pending if upload_id in each.key],
        ]


@pytest.fixture
async def store(s3_settings: S3Settings, s3_bucket: str) -> AsyncIterator[S3Uploads]:
    store = opened(s3_settings, s3_bucket)
    yield store
    await store.close()


def states(settings: S3Settings, bucket: str) -> States:
    """What a process works with that dies in the middle of it."""
    return States(S3Store.from_url(f"s3://{bucket}/up", settings).client, "up/")


async def begun(store: S3Uploads, *content: bytes) -> UploadRecord:
    record = new_record(sum(map(len, content)))
    await store.create(record)
    return await store.append(record, chunks(*content))


async def test_a_part_counts_once_when_its_process_dies_before_it_has_tidied_up(
    store: S3Uploads, s3_settings: S3Settings, s3_bucket: str
) -> None:
    record = await begun(store, b"tail")
    dying = states(s3_settings, s3_bucket)
    state = dying.read(record.id)
    dying.begin_parts(state)
    dying.send(state, BytesBody(b"tail" + bytes(PART)))
    found = await store.find(record.id)
    assert found.offset == 4 + PART, "the part, and not what it was made of once more"
    found = replace(await store.append(found, chunks(b"end")), length=7 + PART)
    await store.save(found)
    await store.finish(found)
    assert (await store.blob(found)).read() == b"tail" + bytes(PART) + b"end"


async def test_parts_that_were_not_verified_when_their_process_died_are_left_out(
    store: S3Uploads, s3_settings: S3Settings, s3_bucket: str
) -> None:
    first, more = bytes(PART), b"x" * PART
    record = await begun(store, first, b"tail")
    dying = states(s3_settings, s3_bucket)
    writer = PartWriter(dying, dying.read(record.id), PART, doubtful=True)
    writer.write([b"wrong" * (PART // 2)])
    assert (await store.find(record.id)).offset == PART + 4
    record = await store.append(record, chunks(more, b"end"))
    record = replace(record, length=record.offset)
    await store.save(record)
    await store.finish(record)
    assert (await store.blob(record)).read() == first + b"tail" + more + b"end"


async def test_an_upload_that_was_made_whole_and_not_noted_so_is_whole(
    store: S3Uploads, s3_settings: S3Settings, s3_bucket: str
) -> None:
    record = await begun(store, bytes(PART), b"end")
    dying = states(s3_settings, s3_bucket)
    dying.write = lambda state: None  # type: ignore[method-assign]
    dying.finish(dying.read(record.id))
    assert (await store.find(record.id)).offset == PART + 3
    await store.finish(record)
    assert (await store.blob(record)).read() == bytes(PART) + b"end"


async def test_an_upload_of_a_process_that_died_is_free_after_a_while(
    s3_settings: S3Settings, s3_bucket: str
) -> None:
    url = f"s3://{s3_bucket}/up"
    dead, alive = (
        S3Uploads(S3Store.from_url(url, s3_settings), part_size=PART, most_bytes=PART, lease=0.5)
        for _ in range(2)
    )
    record = new_record()
    await dead.create(record)
    lock = S3Store.from_url(url, s3_settings)
    digest = hashlib.sha256(record.id.encode()).hexdigest()[:40]
    await lock.put(f"locks/{digest}", Blob.from_bytes(b"of a process that died"))
    async with alive.hold(record.id, lambda: None):
        pass
    for each in (dead, alive, lock):
        await each.close()


def test_parts_are_as_large_as_the_longest_upload_needs(s3_settings: S3Settings) -> None:
    store = S3Store.from_url("s3://bucket", s3_settings)
    uploads = S3Uploads(store, part_size=8 << 20, most_bytes=5 << 40)
    assert uploads.part_size * 10_000 > 5 << 40
    assert S3Uploads(store, part_size=8 << 20, most_bytes=1 << 30).part_size == 8 << 20
