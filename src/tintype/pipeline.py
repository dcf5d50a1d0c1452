"""The story: a source is loaded, becomes a blob, is transformed, is put in a store, has a URL."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tintype.blob import Blob
from tintype.errors import InvalidTransform
from tintype.keys import check_key, original_key
from tintype.other_pictures import Pictures
from tintype.processor import Processor
from tintype.slots import Slots
from tintype.source import Source
from tintype.stores import NO_ATTRIBUTES, Attributes, Store
from tintype.transform import Transform

MAX_PICTURES = 4  # other pictures that one transform may name


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

    Pixels are worked on in `slots`; the others wait in their order. `source_of` reads what a
    filter calls a picture (a watermark), which then comes through the same loader. Memory: that of
    as many pictures being processed as there are slots, the blobs in hand, and `Pictures`.
    """

    def __init__(
        self,
        loader: Loads,
        processor: Processor,
        *,
        slots: Slots | None = None,
        source_of: Callable[[str], Source] = Source.parse,
    ) -> None:
        self._loader = loader
        self._processor = processor
        self._slots = slots or Slots()
        self._source_of = source_of
        self.pictures = Pictures(lambda text: self.load(source_of(text)))

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
        self.check(transforms)
        original = await self.load(source)
        blobs = await self.process(original, transforms)
        return [Rendition(source, t, blob) for t, blob in zip(transforms, blobs, strict=True)]

    def check(self, transforms: Sequence[Transform]) -> None:
        """Raise InvalidTransform for what the processor refuses, or too many other pictures; and
        InvalidSource for a picture that is no address. No I/O.
        """
        for transform in transforms:
            self._processor.check(transform)
        self._named(transforms)

    async def process(
        self,
        original: Blob,
        transforms: Sequence[Transform],
        *,
        begun: Callable[[], object] = lambda: None,
    ) -> list[Blob]:
        """Apply transforms to a blob in hand, in a slot, with the other pictures that they name.

        `begun` is called, from a thread, when the wait for a slot is over. Raises what the loader,
        the processor and `Slots.run` raise.
        """
        pictures = await self._loaded(transforms)

        def work() -> list[Blob]:
            begun()
            return self._processor.process(original, transforms, pictures=pictures)

        return await self._slots.run(work)

    async def _loaded(self, transforms: Sequence[Transform]) -> Mapping[str, Blob]:
        names = self._named(transforms)
        if not names:
            return {}
        blobs = await asyncio.gather(*map(self.pictures.get, names))
        return dict(zip(names, blobs, strict=True))

    def _named(self, transforms: Sequence[Transform]) -> list[str]:
        """The other pictures' texts, each an address that `source_of` takes."""
        found: set[str] = set()
        for transform in transforms:
            names = self._processor.pictures(transform)
            if len(names) > MAX_PICTURES:
                raise InvalidTransform(f"The filters name more than {MAX_PICTURES} pictures.")
            found |= names
        for name in found:
            self._source_of(name)
        return sorted(found)

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
        self._slots.close()
