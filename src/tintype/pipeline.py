"""The story: a source is loaded, becomes a blob, is transformed, is put in a store, has a URL."""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from tintype.blob import Blob
from tintype.keys import check_key, original_key
from tintype.processor import Processor
from tintype.source import Source
from tintype.stores import NO_ATTRIBUTES, Attributes, Store
from tintype.transform import Transform


class Loads(Protocol):
    """Whatever turns a source into a blob: one loader, or all of them."""

    async def load(self, source: Source) -> Blob:
        """Fetch the whole original; raises a SourceError."""
        ...


@dataclass(frozen=True, slots=True)
class Original:
    """The untouched bytes we keep, and where."""

    source: Source
    blob: Blob
    key: str


@dataclass(frozen=True, slots=True)
class Rendition:
    """The derived image, with what it was made from and how."""

    source: Source
    transform: Transform
    blob: Blob


class Pipeline:
    """Loads, transforms, stores. Knows no scheme, no image library, no kind of store.

    Pixels are worked on in threads, at most `slots` pictures at once (0: one a core); the others
    wait in their order. Memory: that of `slots` pictures being processed, and the blobs in hand.
    """

    def __init__(self, loader: Loads, processor: Processor, *, slots: int = 0) -> None:
        self._loader = loader
        self._processor = processor
        self._slots = ThreadPoolExecutor(slots or os.cpu_count() or 1, "pixels")

    async def load(self, source: Source) -> Blob:
        """The untouched bytes of a source."""
        return await self._loader.load(source)

    async def ingest(self, source: Source, store: Store) -> Original:
        """Load a source and keep its untouched bytes in a store; the same bytes are kept once."""
        return await self.add(await self.load(source), source, store)

    async def add(self, blob: Blob, source: Source, store: Store) -> Original:
        """Keep bytes that were brought to us: an upload is pushed, so it is not a loader's."""
        key = original_key(await asyncio.to_thread(lambda: blob.sha256))
        if await store.stat(key) is None:
            await store.put(key, blob)
        return Original(source, blob, key)

    async def render(self, source: Source, transforms: Sequence[Transform]) -> list[Rendition]:
        """Make renditions of one source, one for each transform, from one load and one decode.

        The transforms are checked before anything is fetched. Raises what the loader and the
        processor raise; all renditions are made or none.
        """
        for transform in transforms:
            self._processor.check(transform)
        original = await self.load(source)
        loop = asyncio.get_running_loop()
        blobs = await loop.run_in_executor(
            self._slots, self._processor.process, original, transforms
        )
        return [Rendition(source, t, blob) for t, blob in zip(transforms, blobs, strict=True)]

    async def publish(
        self,
        rendition: Rendition,
        store: Store,
        key: str,
        *,
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
    ) -> str:
        """Put a rendition under the name the user chose; its public URL."""
        await store.put(check_key(key), rendition.blob, attributes=attributes, overwrite=overwrite)
        return store.url(key)

    def close(self) -> None:
        """End the threads: what is in work is finished first, what waits is not begun."""
        self._slots.shutdown(cancel_futures=True)
