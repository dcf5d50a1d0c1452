"""What every place for uploads keeps: the contract of `UploadStore`, as tests."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tintype.errors import KeyExists, TintypeError, UploadConflict, UploadNotFound
from tintype.uploads import UploadRecord, UploadStore, new_id
from tintype.uploads.sweeping import Swept, sweep

PART = 5 << 20  # bytes of a part where there are parts
SMALL = bytes(range(256)) * 5
LARGE = hashlib.sha256(b"large").digest() * (13 << 15)  # 13 MiB: two parts and a rest


class BrokenOff(Exception):
    """What ends a stream of chunks in these tests."""


async def chunks(*parts: bytes, then: BaseException | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        for start in range(0, len(part), 64 << 10):
            yield part[start : start + (64 << 10)]
    if then is not None:
        raise then


def new_record(length: int | None = None, **members: str) -> UploadRecord:
    now = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    return UploadRecord(
        id=members.pop("id", new_id()),
        user_id=members.pop("user_id", "user-1"),
        length=length,
        created=now,
        expires=now + timedelta(days=1),
        **members,
    )


def not_cut() -> None:
    raise AssertionError("nobody else wants it")


async def content(store: UploadStore, record: UploadRecord, length: int | None = None) -> bytes:
    return b"".join([part async for part in store.read(record, length)])


class UploadStoreContract:
    """Subclasses give `store`, and `other`: the same place, as another process sees it."""

    async def begun(self, store: UploadStore, length: int | None = None) -> UploadRecord:
        record = new_record(length)
        await store.create(record)
        return record

    async def test_what_is_known_of_an_upload_is_what_was_said(
        self, store: UploadStore, other: UploadStore
    ) -> None:
        record = new_record(12, metadata="filename YQ==,flag", concat="partial", user_id="ü/..")
        await store.create(record)
        for each in (store, other):
            assert await each.find(record.id) == record
        changed = replace(record, length=13, result="/originals/1", expires=datetime.now(UTC))
        await store.save(changed)
        assert await other.find(record.id) == replace(changed, offset=13)

    async def test_an_upload_begins_once(self, store: UploadStore) -> None:
        record = await self.begun(store, 3)
        with pytest.raises(KeyExists):
            await store.create(replace(record, length=4))
        assert (await store.find(record.id)).length == 3

    @pytest.mark.parametrize(
        "upload_id",
        ["", "..", "../" + "a" * 29, "A" * 32, "a" * 31, "a" * 33, "a" * 31 + "\n", "é" * 32],
    )
    async def test_an_id_is_no_path(self, store: UploadStore, upload_id: str) -> None:
        record = new_record(1, id=upload_id)
        with pytest.raises(UploadNotFound):
            await store.find(upload_id)
        with pytest.raises(UploadNotFound):
            await store.create(record)
        with pytest.raises(UploadNotFound):
            await store.delete(upload_id)
        with pytest.raises(UploadNotFound):
            store.hold(upload_id, not_cut)

    async def test_what_never_began_is_not_found(self, store: UploadStore) -> None:
        with pytest.raises(UploadNotFound):
            await store.find(new_id())
        await store.delete(new_id())

    async def test_bytes_are_added_piece_by_piece_and_read_back(
        self, store: UploadStore, other: UploadStore
    ) -> None:
        record = await self.begun(store, len(SMALL) + len(LARGE) + 1)
        record = await store.append(record, chunks(SMALL))
        assert record.offset == len(SMALL) == (await other.find(record.id)).offset
        record = await other.append(record, chunks(LARGE))
        record = await store.append(record, chunks())
        assert record.offset == (await other.find(record.id)).offset
        record = await store.append(record, chunks(b"!"))
        assert record.is_whole
        await store.finish(record)
        await other.finish(record)
        whole = SMALL + LARGE + b"!"
        assert await content(other, record) == whole
        assert await content(store, record, 700) == whole[:700]
        blob = await store.blob(record)
        assert (blob.size, blob.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
        assert (await store.find(record.id)).offset == len(whole)

    async def test_an_upload_of_no_bytes_is_whole(self, store: UploadStore) -> None:
        record = await self.begun(store, 0)
        await store.finish(record)
        assert await content(store, record) == b""
        assert (await store.blob(record)).size == 0

    async def test_many_small_chunks_are_kept(self, store: UploadStore) -> None:
        async def bytewise() -> AsyncIterator[bytes]:
            for number in range(3000):
                yield bytes([number % 256])

        record = await store.append(await self.begun(store, 3000), bytewise())
        await store.finish(record)
        assert await content(store, record) == bytes(n % 256 for n in range(3000))

    @pytest.mark.parametrize("sent", [SMALL, LARGE], ids=["small", "large"])
    @pytest.mark.parametrize("ended", [BrokenOff(), asyncio.CancelledError()], ids=repr)
    async def test_what_came_is_kept_when_the_rest_does_not(
        self, store: UploadStore, other: UploadStore, sent: bytes, ended: BaseException
    ) -> None:
        record = await store.append(await self.begun(store, 2 * len(sent)), chunks(b"a"))
        with pytest.raises(type(ended)):
            await store.append(record, chunks(sent, then=ended))
        found = await other.find(record.id)
        assert found.offset == 1 + len(sent)
        found = await other.append(found, chunks(sent[1:]))
        await other.finish(found)
        assert await content(store, found) == b"a" + sent + sent[1:]

    @pytest.mark.parametrize("sent", [SMALL, LARGE], ids=["small", "large"])
    async def test_all_or_nothing_is_nothing_when_it_fails(
        self, store: UploadStore, other: UploadStore, sent: bytes
    ) -> None:
        record = await store.append(await self.begun(store), chunks(b"before"))
        for _ in range(2):
            with pytest.raises(BrokenOff):
                await store.append(record, chunks(sent, then=BrokenOff()), all_or_nothing=True)
            assert (await other.find(record.id)).offset == 6
        right = sent[::-1]
        record = await other.append(record, chunks(right), all_or_nothing=True)
        assert (await store.find(record.id)).offset == 6 + len(sent)
        record = await store.append(record, chunks(b"after"))
        record = replace(record, length=record.offset)
        await store.save(record)
        await store.finish(record)
        assert await content(other, record) == b"before" + right + b"after"

    async def test_bytes_are_added_only_where_the_upload_stands(self, store: UploadStore) -> None:
        record = await store.append(await self.begun(store), chunks(SMALL))
        for offset in (0, len(SMALL) - 1, len(SMALL) + 1):
            with pytest.raises(UploadConflict):
                await store.append(replace(record, offset=offset), chunks(b"x"))
        assert await store.find(record.id) == record

    async def test_an_upload_that_is_over_has_no_bytes_and_is_still_known(
        self, store: UploadStore
    ) -> None:
        record = await store.append(await self.begun(store, len(LARGE)), chunks(LARGE))
        await store.finish(record)
        record = replace(record, result="/originals/7")
        await store.save(record)
        await store.clear(record)
        await store.clear(record)
        assert await store.find(record.id) == record
        with pytest.raises(TintypeError):
            await content(store, record)

    @pytest.mark.parametrize("finished", [False, True])
    async def test_what_is_deleted_is_gone(self, store: UploadStore, finished: bool) -> None:
        record = await store.append(await self.begun(store, len(LARGE)), chunks(LARGE))
        if finished:
            await store.finish(record)
        await store.delete(record.id)
        await store.delete(record.id)
        with pytest.raises(UploadNotFound):
            await store.find(record.id)
        assert record.id not in [each async for each in store.ids()]
        assert await self.left(store, record.id) == []

    async def left(self, store: UploadStore, upload_id: str) -> Iterable[str]:
        """Everything in the place that belongs to an upload."""
        raise NotImplementedError

    async def test_all_uploads_are_listed(self, store: UploadStore, other: UploadStore) -> None:
        assert [each async for each in store.ids()] == []
        records = [await self.begun(store) for _ in range(3)]
        await store.append(records[0], chunks(SMALL))
        assert sorted([each async for each in other.ids()]) == sorted(r.id for r in records)

    async def test_the_newest_request_gets_the_upload(self, store: UploadStore) -> None:
        record = await self.begun(store)
        cut, order = asyncio.Event(), []

        async def hold(name: str) -> None:
            async with store.hold(record.id, lambda: order.append(f"{name} is cut")):
                order.append(name)

        async with store.hold(record.id, cut.set):
            waiting = [asyncio.create_task(hold("second"))]
            await cut.wait()
            waiting.append(asyncio.create_task(hold("third")))
            await asyncio.sleep(0)
            assert order == ["second is cut"], "who waits is told, too"
            async with store.hold(new_id(), not_cut):
                pass
        await asyncio.gather(*waiting)
        assert order == ["second is cut", "second", "third"]

    async def test_an_upload_is_handed_over_when_who_has_it_fails(self, store: UploadStore) -> None:
        record = await self.begun(store)
        with pytest.raises(BrokenOff):
            async with store.hold(record.id, not_cut):
                raise BrokenOff
        async with store.hold(record.id, not_cut):
            pass

    async def test_what_is_over_is_swept(self, store: UploadStore, other: UploadStore) -> None:
        over, done, going_on = [await self.begun(store) for _ in range(3)]
        await store.append(over, chunks(LARGE))
        await store.save(replace(done, length=0, result="/originals/1"))
        await store.save(replace(going_on, expires=going_on.expires + timedelta(seconds=1)))
        before = over.expires - timedelta(seconds=1)
        assert await sweep(other, before) == Swept(3, 0)
        assert await sweep(other, over.expires) == Swept(3, 2)
        assert [each async for each in store.ids()] == [going_on.id]
        assert await self.left(store, over.id) == []
