"""Renditions: made once, kept, handed out again; the same in a folder, a bucket and memory."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from renditions.kit import JPEG, SMALL, WEB, CountingLoader, CountingProcessor, age, kit
from tintype.blob import Blob
from tintype.errors import (
    CorruptImage,
    KeyNotFound,
    Overloaded,
    SourceNotFound,
    StoreFull,
    StoreUnavailable,
    WorkTimeout,
)
from tintype.renditions import Found
from tintype.settings import S3Settings
from tintype.slots import Slots
from tintype.source import Source
from tintype.stores import Stat, Store
from tintype.stores.local import LocalStore
from tintype.stores.memory import MemoryStore
from tintype.stores.s3 import S3Store
from tintype.transform import FilterCall, Transform


@pytest.fixture(autouse=True)
def long_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the steps of a test may lie further apart than failures are remembered."""
    monkeypatch.setattr("tintype.renditions.sources.REMEMBERED", 600.0)


STORES = ["folder", "bucket", "memory"]


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "bucket":
        settings: S3Settings = request.getfixturevalue("s3_settings")
        yield S3Store.from_url(f"s3://{request.getfixturevalue('s3_bucket')}/r", settings)
    else:
        yield LocalStore(tmp_path / "r") if request.param == "folder" else MemoryStore()


async def test_a_rendition_is_made_once_and_then_found(store: Store) -> None:
    async with kit(store, memory=0) as one:
        made = await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        found = await one.renditions.get(WEB, SMALL)
        assert (made.found, found.found) == (Found.MADE, Found.STORE)
        assert made.content == found.content
        assert made.media_type == found.media_type == "image/jpeg"
        assert made.etag == found.etag
        assert abs(made.modified - found.modified) < timedelta(seconds=5)
        assert one.processor.count == 1


async def test_small_renditions_are_remembered(store: Store) -> None:
    async with kit(store) as one:
        await one.renditions.get(WEB, SMALL)
        assert (await one.renditions.get(WEB, SMALL)).found is Found.MEMORY
        assert one.renditions.peek(WEB, SMALL)
        assert one.renditions.peek(WEB, Transform(width=1)) is None


async def test_however_many_ask_at_once_one_is_made(store: Store) -> None:
    async with kit(store) as one:
        answers = await asyncio.gather(*(one.renditions.get(WEB, SMALL) for _ in range(200)))
        assert len({kept.content for kept in answers}) == 1
        assert one.processor.count == one.loader.count == 1


async def test_two_sizes_at_once_fetch_the_original_once(store: Store) -> None:
    async with kit(store) as one:
        sizes = [Transform(width=width) for width in range(1, 9)]
        await asyncio.gather(*(one.renditions.get(WEB, size) for size in sizes))
        assert (one.loader.count, one.processor.count) == (1, 8)


async def test_a_second_size_later_does_not_fetch_again(store: Store) -> None:
    async with kit(store) as one:
        await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        again = await one.renditions.get(WEB, Transform(width=7))
        assert again.content == JPEG + b"|original|7x0/filters:no_upscale()|"
        assert one.loader.count == 1


async def test_an_original_of_the_store_is_not_kept_twice(store: Store) -> None:
    async with kit(store) as one:
        await one.renditions.get(Source("store", "a.jpg"), SMALL)
        await one.renditions.drained()
        assert [key.partition("/")[0] for key in await one.keys()] == ["renditions"]


async def test_with_an_age_of_zero_nothing_is_kept(store: Store) -> None:
    async with kit(store, age=0, source_age=0) as one:
        for _ in range(2):
            assert (await one.renditions.get(WEB, SMALL)).found is Found.MADE
        await one.renditions.drained()
        assert await one.keys() == []
        assert one.processor.count == one.loader.count == 2


async def test_the_etag_follows_the_bytes(store: Store) -> None:
    async with kit(store) as one:
        first = await one.renditions.get(WEB, SMALL)
        same = await one.renditions.get(Source.parse("https://example.org/b.jpg"), SMALL)
        other = await one.renditions.get(WEB, Transform(width=7))
        assert first.etag == same.etag != other.etag


async def test_purging_a_source_removes_its_renditions_and_copies(store: Store) -> None:
    async with kit(store) as one:
        other = Source.parse("https://example.org/b.jpg")
        for source, size in [(WEB, SMALL), (WEB, Transform(width=7)), (other, SMALL)]:
            await one.renditions.get(source, size)
        await one.renditions.drained()
        assert await one.renditions.purge_source(WEB, dry_run=True) == 2
        assert await one.renditions.purge_source(WEB) == 2
        assert await one.renditions.purge_source(WEB) == 0
        one.loader.content = b"new"
        assert b"new" in (await one.renditions.get(WEB, SMALL)).content
        assert (await one.renditions.get(other, SMALL)).found is not Found.MADE


async def test_purging_one_rendition_leaves_the_others(store: Store) -> None:
    async with kit(store) as one:
        await one.renditions.get(WEB, SMALL)
        await one.renditions.get(WEB, Transform(width=7))
        await one.renditions.drained()
        assert await one.renditions.purge_rendition(WEB, SMALL, dry_run=True) == 1
        assert await one.renditions.purge_rendition(WEB, SMALL) == 1
        assert await one.renditions.purge_rendition(WEB, SMALL) == 0
        assert (await one.renditions.get(WEB, SMALL)).found is Found.MADE
        assert (await one.renditions.get(WEB, Transform(width=7))).found is not Found.MADE


async def test_purging_a_tag_removes_what_has_it(store: Store) -> None:
    async with kit(store) as one:
        both = Transform(width=5, filters=(FilterCall("tag", ("summer", "a/b ü")),))
        summer = Transform(width=6, filters=(FilterCall("tag", ("summer",)),))
        for transform in (SMALL, both, summer):
            await one.renditions.get(WEB, transform)
        await one.renditions.drained()
        assert await one.renditions.purge_tag("sum") == 0
        assert await one.renditions.purge_tag("a/b ü", dry_run=True) == 1
        assert await one.renditions.purge_tag("a/b ü") == 1
        assert await one.renditions.purge_tag("summer") == 1, "one of the two is gone already"
        assert (await one.renditions.get(WEB, SMALL)).found is not Found.MADE
        assert (await one.renditions.get(WEB, summer)).found is Found.MADE


async def test_purging_everything_leaves_nothing(store: Store) -> None:
    async with kit(store) as one:
        tagged = Transform(width=5, filters=(FilterCall("tag", ("summer",)),))
        await asyncio.gather(*(one.renditions.get(WEB, t) for t in (SMALL, tagged)))
        await one.renditions.drained()
        assert await one.renditions.purge_all() == 2
        assert [key for key in await one.keys() if key != "purged"] == []
        assert (await one.renditions.get(WEB, SMALL)).found is Found.MADE


async def test_what_was_being_made_during_a_purge_is_served_and_not_kept(store: Store) -> None:
    async with kit(store) as one:
        one.processor.gate.clear()
        asking = asyncio.create_task(one.renditions.get(WEB, SMALL))
        await asyncio.to_thread(one.processor.begun.wait)
        await one.renditions.purge_source(WEB)
        one.processor.gate.set()
        assert (await asking).found is Found.MADE
        await one.renditions.drained()
        one.loader.content = b"new"
        assert b"new" in (await one.renditions.get(WEB, SMALL)).content


@pytest.mark.parametrize("store", ["folder", "bucket"], indirect=True)
async def test_a_purge_reaches_the_memory_of_another_process(store: Store) -> None:
    """Two objects on one store; they share nothing else, as two processes do."""
    async with kit(store) as one, kit(store) as other:
        await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        await other.renditions.get(WEB, SMALL)
        assert (await other.renditions.get(WEB, SMALL)).found is Found.MEMORY
        await one.renditions.purge_source(WEB)
        async with asyncio.timeout(20):
            while (await other.renditions.get(WEB, SMALL)).found is Found.MEMORY:
                await asyncio.sleep(0.05)
        assert other.processor.count == 1


async def test_all_who_wait_get_the_error_and_it_is_remembered_for_a_while(store: Store) -> None:
    async with kit(store) as one:
        one.processor.error = CorruptImage("It breaks off.")
        answers = await asyncio.gather(
            *(one.renditions.get(WEB, SMALL) for _ in range(50)), return_exceptions=True
        )
        assert {type(answer) for answer in answers} == {CorruptImage}
        assert len(set(map(id, answers))) == 50, "each has a traceback of its own"
        with pytest.raises(CorruptImage):
            await one.renditions.get(WEB, SMALL)
        assert one.processor.count == 1


async def test_a_broken_source_is_fetched_once_for_all_sizes(store: Store) -> None:
    async with kit(store) as one:
        nothing = Source("https", "nothing")
        for width in range(1, 20):
            with pytest.raises(SourceNotFound):
                await one.renditions.get(nothing, Transform(width=width))
        assert one.loader.count == 1


async def test_other_pictures_come_through_the_same_loader_and_are_kept(store: Store) -> None:
    async with kit(store) as one:
        for width in (1, 2):
            mark = FilterCall("watermark", ("https://example.org/mark.png",))
            kept = await one.renditions.get(WEB, Transform(width=width, filters=(mark,)))
            assert kept.content.endswith(b"|original")
        assert one.loader.count == 2, "the picture and the mark, once each"


class Failing(MemoryStore):
    """A store that is down, or full."""

    down = full = False

    async def put(self, key: str, blob: Blob, **options: object) -> Stat:  # type: ignore[override]
        if self.full or self.down:
            raise StoreFull("No room.") if self.full else StoreUnavailable("It is down.")
        return await super().put(key, blob)

    def get(self, key: str, **options: object) -> object:  # type: ignore[override]
        if self.down:
            raise StoreUnavailable("It is down.")
        return super().get(key)

    async def stat(self, key: str) -> Stat | None:
        if self.down:
            raise StoreUnavailable("It is down.")
        return await super().stat(key)


@pytest.mark.parametrize("fault", ["full", "down"])
async def test_a_store_that_fails_costs_no_answer(fault: str) -> None:
    store = Failing()
    setattr(store, fault, True)
    async with kit(store, memory=0) as one:
        for _ in range(2):
            assert (await one.renditions.get(WEB, SMALL)).found is Found.MADE
            await one.renditions.drained()
        setattr(store, fault, False)
        await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        assert (await one.renditions.get(WEB, SMALL)).found is Found.STORE


async def test_a_folder_that_may_not_be_written_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    async with kit(LocalStore(tmp_path / "file" / "below")) as one:
        assert (await one.renditions.get(WEB, SMALL)).found is Found.MADE


async def test_a_stale_rendition_is_served_while_one_is_made_anew(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    async with kit(store, age=100, stale_age=100, memory=0, source_age=0) as one:
        await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        age(tmp_path, 150)
        one.loader.content = b"new"
        answers = [await one.renditions.get(WEB, SMALL) for _ in range(20)]
        assert answers[0].found is Found.STALE
        assert b"original" in answers[0].content
        await one.renditions.drained()
        fresh = await one.renditions.get(WEB, SMALL)
        assert (fresh.found, one.processor.count) == (Found.STORE, 2)
        assert b"new" in fresh.content


async def test_a_stale_rendition_is_served_when_no_other_can_be_made(tmp_path: Path) -> None:
    async with kit(LocalStore(tmp_path), age=100, stale_age=100, memory=0, source_age=0) as one:
        await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        age(tmp_path, 150)
        one.loader.error = SourceNotFound("It has gone.")
        for _ in range(3):
            assert (await one.renditions.get(WEB, SMALL)).found is Found.STALE
            await one.renditions.drained()
        assert one.loader.count == 2
        age(tmp_path, 250)
        with pytest.raises(SourceNotFound):
            await one.renditions.get(WEB, SMALL)


async def test_a_stale_rendition_in_memory_is_made_anew_too(tmp_path: Path) -> None:
    async with kit(MemoryStore(), age=1, stale_age=1000) as one:
        await one.renditions.get(WEB, SMALL)
        await asyncio.sleep(1.1)
        assert (await one.renditions.get(WEB, SMALL)).found is Found.STALE
        await one.renditions.drained()
        assert (await one.renditions.get(WEB, SMALL)).found is Found.MEMORY
        assert one.processor.count == 2


async def test_a_large_rendition_is_read_from_the_folder_each_time(tmp_path: Path) -> None:
    processor = CountingProcessor()
    processor.padding = 3 << 20
    async with kit(LocalStore(tmp_path), processor=processor) as one:
        first = await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        again = await one.renditions.get(WEB, SMALL)
        assert (again.found, again.content) == (Found.STORE, first.content)
        assert one.renditions.remembered_bytes == 0


async def test_memory_is_bounded_and_the_oldest_goes_first(tmp_path: Path) -> None:
    processor = CountingProcessor()
    processor.padding = 50_000
    async with kit(MemoryStore(), processor=processor, memory=1 << 20) as one:
        for width in range(1, 60):
            await one.renditions.get(WEB, Transform(width=width))
        assert 900_000 < one.renditions.remembered_bytes <= 1 << 20
        assert one.renditions.peek(WEB, Transform(width=59))
        assert not one.renditions.peek(WEB, Transform(width=1))


async def test_work_that_nobody_waits_for_is_dropped_before_it_begins() -> None:
    loader = CountingLoader()
    async with kit(MemoryStore(), loader=loader) as one:
        loader.gate.clear()
        tasks = [asyncio.create_task(one.renditions.get(WEB, SMALL)) for _ in range(3)]
        while not loader.count:
            await asyncio.sleep(0.001)
        for task in tasks[:2]:
            task.cancel()
        await asyncio.sleep(0.01)
        assert one.renditions.under_way == 1, "one still waits"
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await one.renditions.drained()
        assert (loader.cancelled, one.renditions.under_way, one.processor.count) == (1, 0, 0)
        loader.gate.set()
        assert (await one.renditions.get(WEB, SMALL)).found is Found.MADE


async def test_who_waits_for_a_slot_and_goes_away_frees_the_place() -> None:
    async with kit(MemoryStore(), slots=Slots(1, queue=5)) as one:
        one.processor.gate.clear()
        first = asyncio.create_task(one.renditions.get(WEB, SMALL))
        await asyncio.to_thread(one.processor.begun.wait)
        second = asyncio.create_task(one.renditions.get(WEB, Transform(width=2)))
        while not one.slots.waiting:
            await asyncio.sleep(0.001)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        await asyncio.sleep(0.01)
        assert one.slots.waiting == 0
        one.processor.gate.set()
        await first
        assert one.processor.count == 1


async def test_work_that_has_begun_is_finished_and_kept() -> None:
    async with kit(MemoryStore()) as one:
        one.processor.gate.clear()
        task = asyncio.create_task(one.renditions.get(WEB, SMALL))
        await asyncio.to_thread(one.processor.begun.wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        one.processor.gate.set()
        await one.renditions.drained()
        assert (await one.renditions.get(WEB, SMALL)).found is Found.MEMORY
        assert one.processor.count == 1


async def test_more_than_the_queue_holds_is_refused_at_once() -> None:
    async with kit(MemoryStore(), slots=Slots(1, queue=2, queue_timeout=20)) as one:
        one.processor.gate.clear()
        sizes = [Transform(width=width) for width in range(1, 11)]
        tasks = [asyncio.create_task(one.renditions.get(WEB, size)) for size in sizes]
        done, waiting = await asyncio.wait(tasks, timeout=1)
        assert (len(done), len(waiting)) == (7, 3)
        assert all(isinstance(task.exception(), Overloaded) for task in done)
        one.processor.gate.set()
        await asyncio.gather(*waiting)
        assert (await one.renditions.get(WEB, sizes[9])).found is Found.MADE, "not remembered"


async def test_work_that_takes_too_long_is_answered() -> None:
    async with kit(MemoryStore(), slots=Slots(1, render_timeout=0.1)) as one:
        one.processor.gate.clear()
        with pytest.raises(WorkTimeout):
            await one.renditions.get(WEB, SMALL)
        assert one.slots.stuck == 1


async def test_an_object_that_is_no_rendition_of_use_is_made_anew(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    async with kit(store, memory=0) as one:
        await one.renditions.get(WEB, SMALL)
        await one.renditions.drained()
        (key,) = await one.keys("renditions/")
        store.path(key).write_bytes(b"")
        assert (await one.renditions.get(WEB, SMALL)).found is Found.MADE
        with pytest.raises(KeyNotFound):
            async with store.get("renditions/none"):
                pass
