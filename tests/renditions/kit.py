"""What the tests of renditions share: a loader and a processor that count, and the whole wired."""

import asyncio
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tintype.blob import Blob, SpoolLimits
from tintype.errors import SourceNotFound, TintypeError
from tintype.locks import FolderLocks, NoLocks, StoreLocks
from tintype.pipeline import Pipeline
from tintype.processor import NO_PICTURES
from tintype.renditions.front import Front
from tintype.renditions.masters import Masters
from tintype.renditions.ondemand import Parts, Renditions
from tintype.renditions.purges import FileMark, Purges, StoreMark
from tintype.renditions.shelf import Shelf
from tintype.renditions.sources import KeptSources
from tintype.settings_web import RenditionSettings
from tintype.slots import Slots
from tintype.source import Source
from tintype.stores import Store
from tintype.stores.local import LocalStore
from tintype.stores.memory import MemoryStore
from tintype.transform import Transform

WEB = Source.parse("https://example.org/a.jpg")
SMALL = Transform(width=100)
JPEG = b"\xff\xd8\xff\xe0"
SETTINGS = RenditionSettings()


class CountingLoader:
    """Loads the bytes that it was given, and counts."""

    def __init__(self) -> None:
        self.count = 0
        self.content = b"original"
        self.error: TintypeError | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.cancelled = 0

    async def load(self, source: Source) -> Blob:
        self.count += 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        if source.locator == "nothing":
            raise SourceNotFound("There is nothing.")
        return Blob.from_bytes(self.content)


class CountingProcessor:
    """ "Renders" a few bytes that name the original and the transform, and counts."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Event()
        self.error: Exception | None = None
        self.magic = JPEG
        self.padding = 0

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def check(self, transform: Transform) -> None:
        pass

    def pictures(self, transform: Transform) -> frozenset[str]:
        calls = [call for call in transform.filters if call.name == "watermark"]
        return frozenset(call.arguments[0] for call in calls)

    def process(
        self,
        original: Blob,
        transforms: Sequence[Transform],
        *,
        pictures: Mapping[str, Blob] = NO_PICTURES,
    ) -> list[Blob]:
        self.counts.update(transform.path() for transform in transforms)
        self.begun.set()
        assert self.gate.wait(30)
        if self.error:
            raise self.error
        names = b",".join(sorted(blob.read() for blob in pictures.values()))
        return [
            Blob.from_bytes(
                b"|".join([self.magic, original.read(), t.path().encode(), names])
                + bytes(self.padding)
            )
            for t in transforms
        ]

    def measure(self, blob: Blob) -> tuple[int, int]:
        return 1, 1

    def describe(self, blob: Blob) -> Any:
        raise NotImplementedError


class NoMasters:
    """A processor whose pictures merit no master."""

    def may_suit(self, transform: Transform) -> bool:
        return False

    def suits(self, master: Blob, transform: Transform) -> bool:
        return False

    def merits_master(self, original: Blob) -> bool:
        return False

    def master(self, original: Blob) -> Blob:
        raise AssertionError


class Kit:
    """Renditions, and all that they are made of at hand."""

    def __init__(
        self,
        store: Store,
        settings: RenditionSettings = SETTINGS,
        slots: Slots | None = None,
        *,
        processor: Any = None,
        loader: Any = None,
        masters: Any = None,
        lease: float = 2.0,
    ) -> None:
        self.store, self.settings = store, settings
        self.slots = slots or Slots(2, queue=50, queue_timeout=20, render_timeout=20)
        self.loader: Any = loader or CountingLoader()
        self.processor: Any = processor or CountingProcessor()
        folder = store.root if isinstance(store, LocalStore) else None
        near = folder / ".tintype" if folder else None
        shelf = Shelf(store, settings)
        purges = Purges(FileMark(near / "purged") if near else StoreMark(store))
        sources = KeptSources(self.loader, store, purges, SpoolLimits(1 << 26), settings.source_age)
        self.pipeline = Pipeline(sources, self.processor, slots=self.slots)
        others = StoreLocks(store, lease) if not isinstance(store, MemoryStore) else NoLocks()
        parts = Parts(
            pipeline=self.pipeline,
            slots=self.slots,
            shelf=shelf,
            sources=sources,
            masters=Masters(
                masters or NoMasters(),
                self.pipeline.load,
                self.slots,
                store,
                purges,
                settings.source_age,
            ),
            locks=FolderLocks(near / "locks") if near else others,
            purges=purges,
            front=Front(folder) if folder and settings.front else None,
            tags=lambda t: frozenset(a for c in t.filters if c.name == "tag" for a in c.arguments),
        )
        self.renditions = Renditions(parts, settings)

    async def close(self) -> None:
        await self.renditions.close()
        self.slots.close()

    async def keys(self, prefix: str = "") -> list[str]:
        return [stat.key async for stat in self.store.list(prefix)]


@asynccontextmanager
async def kit(store: Store, **options: Any) -> Any:
    """A kit for a block; settings may be given one by one."""
    names = RenditionSettings.__dataclass_fields__
    given = {name: options.pop(name) for name in list(options) if name in names}
    made = Kit(store, replace(RenditionSettings(), **given), **options)
    try:
        yield made
    finally:
        made.processor.gate.set() if hasattr(made.processor, "gate") else None
        await made.close()


def age(folder: Path, seconds: float) -> None:
    """Make every file in a folder that much older, as if time had passed."""
    import os
    import time

    old = time.time() - seconds
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and ".tintype" not in path.parts:
            os.utime(path, (old, old))
