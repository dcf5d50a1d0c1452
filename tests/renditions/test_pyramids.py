"""Pyramids are made once, however many ask, kept, brought here, and gone after a purge."""

import asyncio
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tintype.blob import Blob
from tintype.errors import CorruptImage, SourceNotFound, StoreUnavailable
from tintype.keys import pyramid_key
from tintype.locks import NoLocks
from tintype.renditions.purges import FileMark, Purges
from tintype.renditions.pyramids import Pyramids, Tools
from tintype.slots import Slots
from tintype.source import Source
from tintype.stores import Store
from tintype.stores.local import LocalStore
from tintype.stores.memory import MemoryStore
from tintype.transform import Transform

LARGE, SMALL = Source("store", "large.jpg"), Source("store", "small.jpg")
TILE = Transform(width=512, height=512)


class Made:
    """A pyramid here is the text `pyramid of`, the original, and its size; and all is counted."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.original = b"5000x5000"
        self.is_broken = False

    async def load(self, source: Source) -> Blob:
        self.counts["load"] += 1
        await asyncio.sleep(0)
        if source.locator == "nothing":
            raise SourceNotFound("There is nothing.")
        return Blob.from_bytes(b"10x10" if source == SMALL else self.original)

    def measure(self, blob: Blob) -> tuple[int, int]:
        width, _, height = blob.read().decode().rpartition(" ")[2].partition("x")
        return int(width), int(height)

    def merits_pyramid(self, original: Blob) -> bool:
        return self.measure(original)[0] > 1000

    def make_pyramid(self, original: Blob, path: Path) -> None:
        self.counts["make"] += 1
        if self.is_broken:
            raise CorruptImage("It is broken.")
        path.write_bytes(b"pyramid of " + original.read())

    def measure_pyramid(self, pyramid: Blob) -> tuple[int, int]:
        if not pyramid.read().startswith(b"pyramid of "):
            raise CorruptImage("It is no pyramid.")
        return self.measure(pyramid)

    def may_cut(self, transform: Transform) -> bool:
        return transform.width is not None

    def cut(self, pyramid: Blob, transform: Transform) -> Blob:
        self.counts["cut"] += 1
        return Blob.from_bytes(b"tile of " + pyramid.read())


class Failing(MemoryStore):
    async def put(self, *_: object, **__: object) -> object:  # type: ignore[override]
        raise StoreUnavailable("It is down.")


@pytest.fixture
def made() -> Made:
    return Made()


def pyramids(made: Made, store: Store, folder: Path, age: int = 3600) -> tuple[Pyramids, Purges]:
    purges = Purges(FileMark(folder / "mark"))
    tools = Tools(
        processor=made,
        load=made.load,
        measure=made.measure,
        slots=Slots(2),
        store=store,
        locks=NoLocks(),
        purges=purges,
    )
    return Pyramids(tools, folder / "copies", age), purges


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return LocalStore(tmp_path / "store") if request.param == "folder" else MemoryStore()


async def tile(of: Pyramids, source: Source = LARGE) -> bytes | None:
    blob = await of.rendition(source, TILE, lambda: None)
    return blob.read() if blob else None


async def test_a_large_picture_is_measured_and_cut(
    made: Made, store: Store, tmp_path: Path
) -> None:
    ours, _ = pyramids(made, store, tmp_path)
    assert await ours.measure(LARGE) == (5000, 5000)
    assert await tile(ours) == b"tile of pyramid of 5000x5000"
    assert await tile(ours) == b"tile of pyramid of 5000x5000"
    assert made.counts == {"load": 1, "make": 1, "cut": 2}
    assert await store.stat(pyramid_key(LARGE))
    assert not list((tmp_path / "copies").glob("new-*"))


async def test_however_many_ask_it_is_made_once(made: Made, store: Store, tmp_path: Path) -> None:
    ours, _ = pyramids(made, store, tmp_path)
    sizes = await asyncio.gather(*(ours.measure(LARGE) for _ in range(10)))
    tiles = await asyncio.gather(*(tile(ours) for _ in range(20)))
    assert set(sizes) == {(5000, 5000)}
    assert set(tiles) == {b"tile of pyramid of 5000x5000"}
    assert (made.counts["load"], made.counts["make"]) == (1, 1)


async def test_another_process_finds_it(made: Made, store: Store, tmp_path: Path) -> None:
    first, _ = pyramids(made, store, tmp_path)
    await first.measure(LARGE)
    await first.drained()
    second, _ = pyramids(made, store, tmp_path / "other")
    assert await second.measure(LARGE) == (5000, 5000)
    assert await tile(second) == b"tile of pyramid of 5000x5000"
    assert (made.counts["load"], made.counts["make"]) == (1, 1)


async def test_a_small_picture_has_none(made: Made, store: Store, tmp_path: Path) -> None:
    ours, _ = pyramids(made, store, tmp_path)
    assert await ours.measure(SMALL) == (10, 10)
    assert await tile(ours, SMALL) is None
    assert await ours.measure(SMALL) == (10, 10)
    assert made.counts == {"load": 1}


async def test_none_is_made_for_a_picture_that_nobody_has_measured(
    made: Made, store: Store, tmp_path: Path
) -> None:
    ours, _ = pyramids(made, store, tmp_path)
    assert await tile(ours) is None
    await ours.measure(LARGE)
    assert await ours.rendition(LARGE, Transform(), lambda: None) is None


async def test_without_an_age_none_is_made(made: Made, store: Store, tmp_path: Path) -> None:
    ours, _ = pyramids(made, store, tmp_path, age=0)
    assert await ours.measure(LARGE) == (5000, 5000)
    assert await tile(ours) is None
    assert made.counts["make"] == 0


async def test_after_a_purge_it_is_made_anew(made: Made, store: Store, tmp_path: Path) -> None:
    ours, purges = pyramids(made, store, tmp_path)
    await ours.measure(LARGE)
    await tile(ours)
    made.original = b"6000x6000"
    await store.delete(pyramid_key(LARGE))
    await purges.announce()
    assert await ours.measure(LARGE) == (6000, 6000)
    assert await tile(ours) == b"tile of pyramid of 6000x6000"


async def test_a_pyramid_that_was_made_during_a_purge_is_not_kept(
    made: Made, store: Store, tmp_path: Path
) -> None:
    ours, purges = pyramids(made, store, tmp_path)
    await ours.measure(LARGE)  # what was loaded here is old after the purge
    await purges.announce()
    await ours.drained()
    assert await store.stat(pyramid_key(LARGE)) is None


async def test_one_that_is_too_old_is_made_anew(made: Made, tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    ours, _ = pyramids(made, store, tmp_path)
    await ours.measure(LARGE)
    await ours.drained()
    path = store.path(pyramid_key(LARGE))
    old = path.stat().st_mtime - timedelta(hours=2).total_seconds()
    os.utime(path, (old, old))
    again, _ = pyramids(made, store, tmp_path)
    await again.measure(LARGE)
    assert await tile(again)
    assert made.counts["make"] == 2


async def test_one_whose_file_is_gone_is_made_anew(made: Made, tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    ours, _ = pyramids(made, store, tmp_path)
    await ours.measure(LARGE)
    await tile(ours)
    store.path(pyramid_key(LARGE)).unlink()
    assert await tile(ours) == b"tile of pyramid of 5000x5000"
    assert made.counts["make"] == 2


async def test_one_that_is_damaged_is_made_anew(made: Made, store: Store, tmp_path: Path) -> None:
    await store.put(pyramid_key(LARGE), Blob.from_bytes(b"something else"))
    ours, _ = pyramids(made, store, tmp_path)
    assert await ours.measure(LARGE) == (5000, 5000)
    assert await tile(ours) == b"tile of pyramid of 5000x5000"


async def test_a_store_that_is_down_is_no_error(made: Made, tmp_path: Path) -> None:
    ours, _ = pyramids(made, Failing(), tmp_path)
    assert await ours.measure(LARGE) == (5000, 5000)
    assert await tile(ours) == b"tile of pyramid of 5000x5000"


async def test_a_picture_that_breaks_off_is_an_error_for_who_asks(
    made: Made, store: Store, tmp_path: Path
) -> None:
    ours, _ = pyramids(made, store, tmp_path)
    made.is_broken = True
    await ours.measure(LARGE)
    with pytest.raises(CorruptImage):
        await tile(ours)
    with pytest.raises(SourceNotFound):
        await ours.measure(Source("store", "nothing"))
    assert not list((tmp_path / "copies").iterdir())


async def test_few_copies_of_a_bucket_lie_here(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tintype.renditions.pyramids.MOST_FILES", 3)
    store = MemoryStore()
    sources = [Source("store", f"{number}.jpg") for number in range(6)]
    first, _ = pyramids(made, store, tmp_path / "first")
    for source in sources:
        await first.measure(source)
    await first.drained()
    second, _ = pyramids(made, store, tmp_path / "second")
    for source in sources:
        await second.measure(source)
        assert await tile(second, source)
    for name in ("first", "second"):
        assert len(list((tmp_path / name / "copies").iterdir())) == 3
    assert await tile(second, sources[0])  # brought once more
    assert made.counts["make"] == 6
