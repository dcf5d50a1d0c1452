"""Stored masters at work: further small sizes need neither the original nor its load."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

import sample_pictures as samples
from renditions.kit import CountingLoader, Kit, kit
from tintype.blob import Blob
from tintype.processor import MASTER
from tintype.processor.libvips import VipsProcessor
from tintype.processor.master import VipsMasters
from tintype.settings import ImageSettings
from tintype.source import Source
from tintype.stores.local import LocalStore
from tintype.transform import FilterCall, Transform

PHOTO = Source("store", "photo.jpg")
SETTINGS = ImageSettings()


class Watched(VipsProcessor):
    """The real processor; remembers what it was given."""

    def __init__(self) -> None:
        super().__init__(SETTINGS)
        self.given: list[str] = []

    def process(
        self, original: Blob, transforms: Sequence[Transform], **options: object
    ) -> list[Blob]:
        self.given.append(original.media_type)
        return super().process(original, transforms, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def photo() -> bytes:
    return samples.jpeg(samples.scene(2400, 2000)).read()


def real(folder: Path, photo: bytes, **options: object) -> object:
    loader = CountingLoader()
    loader.content = photo
    return kit(
        LocalStore(folder),
        processor=Watched(),
        loader=loader,
        **{"masters": VipsMasters(SETTINGS), **options},
    )


async def get(one: Kit, width: int, *filters: FilterCall) -> None:
    await one.renditions.get(PHOTO, Transform(width=width, filters=filters))


async def test_a_further_small_size_is_made_from_the_master(tmp_path: Path, photo: bytes) -> None:
    async with real(tmp_path, photo) as one:
        await get(one, 300)
        await one.renditions.drained()
        assert len(await one.keys("masters/")) == 1
        await get(one, 200)
        await get(one, 100)
        assert one.processor.given == ["image/jpeg", MASTER, MASTER]
        assert one.loader.count == 1


async def test_what_the_master_has_not_comes_from_the_original(
    tmp_path: Path, photo: bytes
) -> None:
    async with real(tmp_path, photo) as one:
        await get(one, 300)
        await one.renditions.drained()
        await get(one, 2000)
        await get(one, 200, FilterCall("keep", ("exif",)))
        assert one.processor.given == ["image/jpeg"] * 3
        assert one.loader.count == 3


async def test_a_second_size_that_comes_early_makes_the_master_itself(
    tmp_path: Path, photo: bytes
) -> None:
    async with real(tmp_path, photo) as one:
        await get(one, 300)
        one.renditions._parts.masters._seen[PHOTO] = None
        for key in await one.keys("masters/"):
            await one.store.delete(key)
        await get(one, 200)
        assert one.processor.given == ["image/jpeg", MASTER]


async def test_a_purge_removes_the_master(tmp_path: Path, photo: bytes) -> None:
    async with real(tmp_path, photo) as one:
        await get(one, 300)
        await one.renditions.drained()
        await one.renditions.purge_source(PHOTO)
        assert await one.keys("masters/") == []
        await get(one, 200)
        assert one.processor.given == ["image/jpeg"] * 2


class Waiting(VipsMasters):
    """Masters that are not ready before they are let go."""

    def __init__(self) -> None:
        super().__init__(SETTINGS)
        self.begun, self.go = threading.Event(), threading.Event()

    def master(self, original: Blob) -> Blob:
        self.begun.set()
        assert self.go.wait(30)
        return super().master(original)


async def test_a_master_made_while_its_source_is_purged_is_not_kept(
    tmp_path: Path, photo: bytes
) -> None:
    masters = Waiting()
    async with real(tmp_path, photo, masters=masters) as one:
        await get(one, 300)
        assert await asyncio.to_thread(masters.begun.wait, 30)
        await one.renditions.purge_source(PHOTO)
        masters.go.set()
        await one.renditions.drained()
        assert await one.keys("masters/") == []


async def test_many_large_pictures_get_their_masters_one_by_one(
    tmp_path: Path, photo: bytes
) -> None:
    async with real(tmp_path, photo) as one:
        sources = [Source("store", f"{number}.jpg") for number in range(12)]
        await asyncio.gather(*(one.renditions.get(s, Transform(width=100)) for s in sources))
        await one.renditions.drained()
        assert len(await one.keys("masters/")) == 12


async def test_a_master_that_was_damaged_where_it_lay_costs_no_answer(
    tmp_path: Path, photo: bytes
) -> None:
    async with real(tmp_path, photo) as one:
        await get(one, 300)
        await one.renditions.drained()
        (key,) = await one.keys("masters/")
        path = one.store.path(key)
        path.write_bytes(path.read_bytes()[:500])
        await get(one, 200)
        await one.renditions.drained()
        assert one.loader.count == 2
        assert path.stat().st_size > 500, "it is whole again"


@pytest.mark.parametrize("setting", ["age", "source_age"])
async def test_without_keeping_there_is_no_master(
    tmp_path: Path, photo: bytes, setting: str
) -> None:
    async with real(tmp_path, photo, **{setting: 0}) as one:
        await get(one, 300)
        await get(one, 200)
        await one.renditions.drained()
        assert await one.keys("masters/") == []


async def test_a_small_picture_has_no_master(tmp_path: Path) -> None:
    async with real(tmp_path, samples.jpeg(samples.scene(800, 600)).read()) as one:
        for width in (300, 200):
            await get(one, width)
            await one.renditions.drained()
        assert await one.keys("masters/") == []
