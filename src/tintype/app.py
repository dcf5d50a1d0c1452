"""The composition root: settings in, a working App out. The only file that imports everything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tintype.errors import InvalidSource
from tintype.loaders import Loaders
from tintype.loaders.file import FileLoader
from tintype.loaders.http import HttpLoader
from tintype.pipeline import Pipeline
from tintype.processor import Processor
from tintype.settings import Settings
from tintype.stores import Store


@dataclass(frozen=True, slots=True)
class App:
    """Everything, wired."""

    settings: Settings
    pipeline: Pipeline
    processor: Processor
    http: HttpLoader

    async def close(self) -> None:
        """Close connections and threads."""
        await self.http.aclose()
        await asyncio.to_thread(self.pipeline.close)


def build(settings: Settings) -> App:
    """Wire the components, each with its own section of the settings. No I/O."""
    from tintype.processor.libvips import VipsProcessor  # libvips is loaded by who needs pixels

    processor = VipsProcessor(settings.image)
    folder = temporary_folder(settings)
    http = HttpLoader(settings.http, folder)
    loaders = Loaders([FileLoader(settings.http.max_bytes, folder), http])
    pipeline = Pipeline(loaders, processor, slots=settings.image.slots)
    return App(settings, pipeline, processor, http)


def temporary_folder(settings: Settings) -> Path | None:
    """Where large downloads lie on their way; None: the system's folder."""
    return Path(settings.temporary) if settings.temporary else None


def open_store(address: str, settings: Settings) -> Store:
    """The store at an address: a folder, `s3://bucket/prefix`, `memory:`, or "" for the set one.

    Raises InvalidSource for an address of no known kind. No I/O.
    """
    address = address or settings.store or str(settings.data / "store")
    scheme, separator, _ = address.partition("://")
    if scheme == "s3" and separator:
        from tintype.stores.s3 import S3Store

        return S3Store.from_url(address, settings.s3, settings.public_url)
    if address == "memory:":
        from tintype.stores.memory import MemoryStore

        return MemoryStore()
    if separator:
        raise InvalidSource(
            f"There is no store of the kind {scheme}://.",
            remedy="Give a folder or s3://bucket/prefix.",
        )
    from tintype.stores.local import LocalStore

    path = Path(address).expanduser().absolute()
    return LocalStore(path, _public_url_of_folder(path, settings))


@asynccontextmanager
async def opened_store(address: str, settings: Settings) -> AsyncIterator[Store]:
    """The store at an address for the length of a block, closed at its end."""
    store = open_store(address, settings)
    try:
        yield store
    finally:
        await store.close()


def _public_url_of_folder(path: Path, settings: Settings) -> str:
    """The public URL is that of the set store; a folder in it lies below, any other has none."""
    root = Path(settings.store or settings.data / "store").expanduser().absolute()
    if not settings.public_url or not path.is_relative_to(root):
        return ""
    below = quote(path.relative_to(root).as_posix())
    return settings.public_url.rstrip("/") + (f"/{below}" if below != "." else "")
