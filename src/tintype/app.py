"""The composition root: settings in, a working App out. The only file that imports everything."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tintype.app_browser import PageBrowser, page_browser
from tintype.app_urls import source_reader
from tintype.blob import SpoolLimits
from tintype.browser import Browser
from tintype.errors import InvalidSettings, InvalidSource
from tintype.loaders import Loader, Loaders
from tintype.loaders.file import FileLoader
from tintype.loaders.flickr import FlickrLoader
from tintype.loaders.http import HttpLoader
from tintype.loaders.original import OriginalLoader
from tintype.loaders.sample import SampleLoader
from tintype.loaders.screenshot import ScreenshotLoader
from tintype.loaders.store import StoreLoader, key_of
from tintype.locks import FolderLocks, Locks, StoreLocks
from tintype.pipeline import Pipeline
from tintype.processor import ComparesPictures, Processor
from tintype.renditions.front import Front
from tintype.renditions.masters import Masters
from tintype.renditions.ondemand import Parts, Renditions
from tintype.renditions.purges import FileMark, Mark, Purges, StoreMark
from tintype.renditions.pyramids import Pyramids, Tools
from tintype.renditions.shelf import InFiles, Shelf
from tintype.renditions.sources import KeptSources
from tintype.settings import Settings
from tintype.slots import Slots
from tintype.source import Source
from tintype.stores import Store
from tintype.targets import CONFIGURED
from tintype.transform import Transform
from tintype.uploads import UploadStore

if TYPE_CHECKING:
    from tintype.catalog import Catalog
    from tintype.flickr.photos import FlickrTools
    from tintype.originals.places import Places


@dataclass(frozen=True, slots=True)
class App:
    """Everything, wired. `renditions` is None for work of the person at this machine."""

    settings: Settings
    pipeline: Pipeline
    processor: Processor
    http: HttpLoader
    slots: Slots
    originals: StoreLoader
    browser: PageBrowser
    kept: Renditions | None = None
    locks: Locks | None = None  # between the processes of a service
    flickr: FlickrLoader | None = None

    @property
    def renditions(self) -> Renditions:
        """What is made on demand and kept; only of a service."""
        assert self.kept, "build(settings, trusted=True) keeps no renditions"
        return self.kept

    async def sources_of(self, source: Source) -> AsyncIterator[Source]:
        """The sources behind one: of an album its photos, of all else itself. Raises what the
        loader's `list` does.
        """
        if self.flickr and self.flickr.is_list(source):
            async for each in self.flickr.list(source):
                yield each
        else:
            yield source

    async def close(self) -> None:
        """Finish what is under way; close connections, stores and threads."""
        if self.kept:
            await self.kept.close()
        await self.browser.close()
        await self.http.aclose()
        if self.flickr:
            await self.flickr.aclose()
        await self.originals.close()
        await asyncio.to_thread(self.pipeline.close)


def build(settings: Settings, *, trusted: bool = False, places: "Places | None" = None) -> App:
    """Wire the components, each with its own section of the settings. No I/O.

    `trusted` is for the person at this machine: sources may be files and standard input, and work
    waits as long as it takes. Without it the App is that of a service, which serves strangers: it
    loads neither, refuses what it has no slot for, and keeps renditions. With `places` it loads the
    originals of users.
    """
    from tintype.processor.libvips import VipsProcessor  # libvips is loaded by who needs pixels

    processor = VipsProcessor(settings.image)
    http = HttpLoader(
        settings.http, temporary_folder(settings), may_lead_to=_redirect_rule(settings, trusted)
    )
    originals = StoreLoader(lambda: open_store("", settings), _limits(settings))
    browser = page_browser(settings, http, processor)
    loaders: list[Loader] = [http, originals, SampleLoader()]
    loaders.append(ScreenshotLoader(browser, settings.browser))
    flickr = _flickr(settings, trusted=trusted)
    loaders += [flickr] if flickr else []
    if places is not None:
        loaders.append(OriginalLoader(places.of_original, _limits(settings)))
    if not trusted:
        slots, pipeline, kept, locks = _service(settings, processor, Loaders(loaders))
        return App(
            settings, pipeline, processor, http, slots, originals, browser, kept, locks, flickr
        )
    slots = Slots(settings.image.slots)
    loaders.append(FileLoader(settings.http.max_bytes, temporary_folder(settings)))
    pipeline = Pipeline(Loaders(loaders), processor, slots=slots)
    return App(settings, pipeline, processor, http, slots, originals, browser, flickr=flickr)


def _flickr(settings: Settings, *, trusted: bool) -> FlickrLoader | None:
    """A service loads photos of Flickr's where it has the key of an application."""
    if not (trusted or settings.providers.flickr_key):
        return None

    def opens() -> "FlickrTools":
        from tintype.app_providers import tools_of_loader

        return tools_of_loader(settings, trusted=trusted)

    return FlickrLoader(opens)


def _service(
    settings: Settings, processor: Processor, loaders: Loaders
) -> tuple[Slots, Pipeline, Renditions, Locks]:
    from tintype.processor.master import VipsMasters
    from tintype.processor.pyramid import VipsPyramids

    slots = Slots(
        settings.image.slots,
        queue=settings.server.queue,
        queue_timeout=settings.server.queue_timeout,
        render_timeout=settings.server.render_timeout,
    )
    store, age = open_rendition_store(settings), settings.renditions.source_age
    locks, mark = _between_processes(store)
    purges = Purges(mark)
    sources = KeptSources(loaders, store, purges, _limits(settings), age)
    pipeline = Pipeline(sources, processor, slots=slots, source_of=source_reader(settings))
    shelf = Shelf(store, settings.renditions)
    tools = Tools(
        processor=VipsPyramids(settings.image, temporary_folder(settings)),
        load=pipeline.load,
        measure=processor.measure,
        slots=slots,
        store=store,
        locks=locks,
        purges=purges,
    )
    parts = Parts(
        pipeline=pipeline,
        slots=slots,
        shelf=shelf,
        sources=sources,
        masters=Masters(VipsMasters(settings.image), pipeline.load, slots, store, purges, age),
        locks=locks,
        purges=purges,
        front=Front(shelf.folder.root) if shelf.folder and settings.renditions.front else None,
        tags=_tags_of,
        pyramids=Pyramids(tools, settings.data / "pyramids", age),
    )
    return slots, pipeline, Renditions(parts, settings.renditions), locks


def _tags_of(transform: Transform) -> frozenset[str]:
    """The tags that a transform and those behind it give, by the filter `tag`."""
    from tintype import filters

    tags = filters.parse(transform.filters).delivery.tags
    return tags | _tags_of(transform.then) if transform.then else tags


def _between_processes(store: Store) -> tuple[Locks, Mark]:
    """How the processes that share a rendition store agree with one another."""
    if isinstance(store, InFiles):
        return FolderLocks(store.root / ".tintype" / "locks"), FileMark(
            store.root / ".tintype" / "purged"
        )
    return StoreLocks(store), StoreMark(store)


def _limits(settings: Settings) -> SpoolLimits:
    return SpoolLimits(settings.http.max_bytes, folder=temporary_folder(settings))


def _redirect_rule(settings: Settings, trusted: bool) -> Callable[[str], bool]:
    """Redirects lead nowhere but to what everybody may read."""
    from tintype.urls.images import matches

    patterns = settings.urls.allowed_sources
    if trusted or not patterns:
        return lambda _: True
    return lambda url: matches(Source.parse(url), patterns)


def open_rendition_store(settings: Settings) -> Store:
    """The store for renditions: the set one, else a folder in the data folder. No I/O.

    Raises InvalidSettings for the store of the originals: a purge must not find those.
    """
    address = settings.renditions.store or str(settings.data / "renditions")
    originals = settings.store or str(settings.data / "store")
    if absolute_address(store_address(address, settings)) == absolute_address(originals):
        raise InvalidSettings(
            "TINTYPE_RENDITION_STORE and TINTYPE_STORE are the same place.",
            remedy="Give the renditions a folder or prefix of their own.",
        )
    return open_store(address, settings)


def absolute_address(address: str) -> str:
    """A store's address that is the same in every folder, however it ends."""
    if "://" in address or address == "memory:":
        return address.rstrip("/")
    return str(Path(address).expanduser().absolute())


def open_browser(settings: Settings) -> Browser:
    """The browser of the settings, to be closed by who opens it. It starts with the first capture,
    which raises BrowserMissing where there is none. For one event loop. No I/O.
    """
    from tintype.processor.libvips import VipsProcessor

    http = HttpLoader(settings.http, temporary_folder(settings))
    return page_browser(settings, http, VipsProcessor(settings.image))


def open_catalog(settings: Settings) -> "Catalog":
    """The database of the settings, else a file of SQLite in the data folder. No I/O."""
    from tintype.catalog import Catalog  # brings SQLAlchemy, which pictures alone do not need

    if settings.database_url:
        return Catalog.open(settings.database_url)
    return Catalog.in_file(settings.data / "catalog.db")


def temporary_folder(settings: Settings) -> Path | None:
    """Where large downloads lie on their way; None: the system's folder."""
    return Path(settings.temporary) if settings.temporary else None


def store_address(address: str, settings: Settings) -> str:
    """The address without what stands for the set store: "", `store:`, and `store:prefix` in it.

    Raises InvalidSettings where the set store is said to lie in itself.
    """
    root = settings.store or str(settings.data / "store")
    if root.startswith(CONFIGURED):
        raise InvalidSettings(
            "TINTYPE_STORE cannot begin with store:, which stands for that store.",
            remedy="Give a folder or s3://bucket/prefix.",
        )
    if address and not address.startswith(CONFIGURED):
        return address
    prefix = address.removeprefix(CONFIGURED)
    if not prefix or root == "memory:":
        return root
    if "://" in root:
        return f"{root.rstrip('/')}/{prefix}"
    from tintype.stores.local import LocalStore

    store = LocalStore(Path(root).expanduser().absolute())
    return str(store.path(f"{prefix.removesuffix('/')}/a").parent)


def open_store(address: str, settings: Settings) -> Store:
    """The store at an address: a folder, `s3://bucket/prefix`, `memory:`, or `store:` (also "") for
    the set one, with a prefix behind it perhaps.

    Raises InvalidSource for an address of no known kind. No I/O.
    """
    address = store_address(address, settings)
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


def is_original(source: Source, address: str, key: str, settings: Settings) -> bool:
    """Whether a source of the set store is what lies under a key of the store at an address."""
    if source.scheme not in StoreLoader.schemes:
        return False
    here, original = store_address(address, settings), store_address("", settings)
    if "://" in here or "://" in original:
        return f"{here.rstrip('/')}/{key}" == f"{original.rstrip('/')}/{key_of(source)}"
    ours, theirs = open_store(address, settings), open_store("", settings)
    if not (isinstance(ours, InFiles) and isinstance(theirs, InFiles)):
        return False
    with suppress(OSError):
        return ours.path(key).samefile(theirs.path(key_of(source)))
    return False


def open_upload_store(settings: Settings) -> UploadStore:
    """Where uploads lie until they are whole: the set place, else a folder in the data folder.

    Raises InvalidSource for an address of no known kind. No I/O.
    """
    address = settings.uploads.uploads or str(settings.data / "uploads")
    scheme, separator, _ = address.partition("://")
    if scheme == "s3" and separator:
        from tintype.stores.s3 import S3Store
        from tintype.uploads.s3 import S3Uploads

        return S3Uploads(
            S3Store.from_url(address, settings.s3),
            part_size=settings.s3.part_size,
            most_bytes=settings.uploads.max_upload,
            folder=temporary_folder(settings),
        )
    if separator:
        raise InvalidSource(
            f"Uploads cannot lie at {scheme}://.", remedy="Give a folder or s3://bucket/prefix."
        )
    from tintype.uploads.folder import FolderUploads

    return FolderUploads(Path(address).expanduser().absolute())


def open_comparer(settings: Settings) -> ComparesPictures:
    """What compares two pictures. No I/O."""
    from tintype.processor.difference import VipsComparer  # libvips is loaded by who needs pixels

    return VipsComparer(settings.image)


@asynccontextmanager
async def opened_store(address: str, settings: Settings) -> AsyncIterator[Store]:
    """The store at an address for the length of a block, closed at its end."""
    store = open_store(address, settings)
    try:
        yield store
    finally:
        await store.close()


def has_native_decoder() -> bool:
    """Whether large JPEGs are read by our own decoder, which was built here."""
    from tintype.processor.native import built

    return built() is not None


def _public_url_of_folder(path: Path, settings: Settings) -> str:
    """The public URL is that of the set store; a folder in it lies below, any other has none."""
    root = Path(settings.store or settings.data / "store").expanduser().absolute()
    if not settings.public_url or not path.is_relative_to(root):
        return ""
    below = quote(path.relative_to(root).as_posix())
    return settings.public_url.rstrip("/") + (f"/{below}" if below != "." else "")
