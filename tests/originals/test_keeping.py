"""Keeping: whatever a record says is there, also after failures in between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text

from originals.conftest import Kept
from sample_pictures import quadrants, saved
from tintype.addresses import original_address
from tintype.blob import Blob
from tintype.catalog import Session, originals
from tintype.catalog.tables import Original
from tintype.errors import (
    CatalogUnavailable,
    RecordNotFound,
    RecordStale,
    SourceNotFound,
    UploadTypeRefused,
)
from tintype.originals.facts import facts_of
from tintype.originals.keeping import Told, source_of
from tintype.originals.publishing import Wanted
from tintype.settings_web import UploadSettings
from tintype.transform import Transform
from tintype.uploads.folder import FolderUploads
from tintype.uploads.metadata import format_metadata
from tintype.web.api.callers import Caller
from tintype.web.uploads.reception import Reception, nothing
from tintype.web.uploads.seams import FinishedUpload, no_quota
from tintype.web.uploads.wiring import tags_in

PICTURE = saved(quadrants(), "PNG")
SMALL = Wanted(transform=Transform(width=20), key="small.png")


def anyone(_: Original) -> None:
    """Whoever asks has seen it."""


async def count(kept: Kept) -> int:
    return (await kept.keeping.room(kept.user_id)).originals


async def test_bytes_that_are_gone_are_put_again_when_they_come_again(kept: Kept) -> None:
    """As after a removal that broke off between the bytes and the record."""
    original, is_new = await kept.keeping.keep(kept.user_id, PICTURE, Told(name="a"))
    assert is_new
    (kept.store / original.key).unlink()
    again, is_new = await kept.keeping.keep(kept.user_id, PICTURE, Told(name="b"))
    assert (again.id, again.name, is_new) == (original.id, "a", False)
    assert (kept.store / original.key).read_bytes() == PICTURE.read()


async def test_a_database_that_fails_loses_nothing_that_it_has_told_of(kept: Kept) -> None:
    def fail(session: Session, _: Original, __: bool) -> None:
        assert session.execute(text("SELECT 1"))
        raise CatalogUnavailable("The database failed.")

    with pytest.raises(CatalogUnavailable):
        await kept.keeping.keep(kept.user_id, PICTURE, Told(), fail)
    assert await count(kept) == 0
    original, is_new = await kept.keeping.keep(kept.user_id, PICTURE, Told())
    assert is_new
    assert (kept.store / original.key).exists()


async def test_what_is_refused_leaves_no_bytes(kept: Kept) -> None:
    def refuse(_: Session, __: Original, ___: bool) -> None:
        raise RecordStale("Somebody was faster.")

    with pytest.raises(RecordStale):
        await kept.keeping.keep(kept.user_id, PICTURE, Told(), refuse)
    assert kept.files() == []
    assert await count(kept) == 0


async def test_a_removal_that_the_store_refuses_can_be_tried_again(kept: Kept) -> None:
    original, _ = await kept.keeping.keep(kept.user_id, PICTURE, Told())
    await kept.publishing.publish(kept.user_id, original.id, kept.publishing.check(SMALL))

    def stale(_: Original) -> None:
        raise RecordStale("Somebody was faster.")

    with pytest.raises(RecordStale):
        await kept.keeping.remove(kept.user_id, original.id, stale)
    assert len(kept.files()) == 2
    await kept.keeping.remove(kept.user_id, original.id, anyone)
    assert kept.files() == []
    with pytest.raises(RecordNotFound):
        await kept.keeping.remove(kept.user_id, original.id, anyone)
    with pytest.raises(SourceNotFound):
        await kept.app.pipeline.load(source_of(original.id))


async def test_nothing_that_was_kept_on_the_way_is_left(kept: Kept) -> None:
    original, _ = await kept.keeping.keep(kept.user_id, PICTURE, Told())
    await kept.app.renditions.get(source_of(original.id), Transform(width=30))
    await kept.app.renditions.drained()
    folder = kept.settings.data / "renditions"
    assert [path for path in folder.glob("renditions/*/*/*") if path.is_file()]
    await kept.keeping.remove(kept.user_id, original.id, anyone)
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert all(".tintype" in path.parts for path in left), left


async def test_a_rendition_of_an_original_that_went_meanwhile_is_not_left(kept: Kept) -> None:
    original, _ = await kept.keeping.keep(kept.user_id, PICTURE, Told())
    wanted = kept.publishing.check(SMALL)
    done = await asyncio.gather(
        kept.publishing.publish(kept.user_id, original.id, wanted),
        kept.keeping.remove(kept.user_id, original.id, anyone),
        return_exceptions=True,
    )
    assert done[1] is None
    assert kept.files() == []


async def test_facts_of_what_is_no_picture_or_half_of_one(kept: Kept) -> None:
    processor, slots = kept.app.processor, kept.app.slots
    assert (await facts_of(Blob.from_bytes(b"text"), processor, slots)).width is None
    whole = saved(quadrants(640, 480), "JPEG")
    half = Blob.from_bytes(whole.read()[: whole.size // 2])
    facts = await facts_of(half, processor, slots)
    assert (facts.width, facts.height, facts.colours) == (640, 480, ())
    assert facts.more["trouble"] == "corrupt-image"


class Receiver:
    """Uploads in a folder, and what becomes of them: as in the service, but for the end of it."""

    def __init__(self, kept: Kept, store: FolderUploads, types: str = "pictures") -> None:
        self.kept, self.caller = kept, Caller(
            user_id=kept.user_id, scopes=frozenset({"uploads:write"}), how="key", key_id="k"
        )  # fmt: skip
        self.settings = UploadSettings(types=types)
        self.store = store

    def reception(self, finished: Callable[[Caller, FinishedUpload], Awaitable[str]]) -> Reception:
        return Reception(self.store, self.settings, no_quota, finished)

    async def finished(self, caller: Caller, upload: FinishedUpload) -> str:
        told = Told(name=upload.name, tags=tags_in(upload.values))
        original, _ = await self.kept.keeping.keep(caller.user_id, upload.blob, told)
        return original_address(original.id)


async def test_a_crash_between_the_original_and_the_upload_makes_no_second_one(kept: Kept) -> None:
    store = FolderUploads(kept.settings.data / "uploads")
    receiver = Receiver(kept, store)

    async def dies(caller: Caller, upload: FinishedUpload) -> str:
        await receiver.finished(caller, upload)
        raise MemoryError("The process ends here.")

    first = receiver.reception(dies)
    metadata = format_metadata({"filename": "Zoë.png", "tags": "a, b,,\x07"})
    record = await first.begin(receiver.caller, PICTURE.size, metadata=metadata)
    async with store.hold(record.id, nothing):
        record = await first.take_in(receiver.caller, record, chunks())
        with pytest.raises(MemoryError):
            await first.complete(receiver.caller, record)
    assert await count(kept) == 1
    second = receiver.reception(receiver.finished)
    async with store.hold(record.id, nothing):
        record = await second.find(receiver.caller, record.id)
        record = await second.complete(receiver.caller, record)
    assert await count(kept) == 1
    original_id = record.result.rpartition("/")[2]
    found = await kept.keeping.parts.catalog.read(
        lambda session: originals.get(session, kept.user_id, original_id)
    )
    assert (found.name, found.tags) == ("Zoë.png", ["a", "b"])
    await store.close()


async def chunks() -> AsyncIterator[bytes]:
    yield PICTURE.read()


async def test_files_of_any_kind_are_kept_where_the_settings_take_them(kept: Kept) -> None:
    original, _ = await kept.keeping.keep(kept.user_id, Blob.from_bytes(b"%PDF-1.7 x"), Told())
    assert original.width is None
    wanted = kept.publishing.check(SMALL)
    with pytest.raises(Exception, match="is application/pdf"):
        await kept.publishing.publish(kept.user_id, original.id, wanted)
    assert UploadTypeRefused.status == 415
