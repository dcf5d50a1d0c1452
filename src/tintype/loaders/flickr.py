"""flickr: sources: photos of Flickr by their ids, and lists of photos."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from tintype.blob import Blob
from tintype.errors import (
    InvalidSource,
    NotConnected,
    ProviderError,
    ProviderNotFound,
    ProviderUnavailable,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    SourceUnavailable,
)
from tintype.flickr.addresses import Place, parse
from tintype.flickr.shapes import chosen
from tintype.source import Source

if TYPE_CHECKING:
    from tintype.flickr.photos import FlickrTools  # brings httpx2


class FlickrLoader:
    """Loads `flickr:123`, the original or the largest, and `flickr:123/large-1600`, one size of it;
    lists `flickr:album:456` and all else that stands for many photos.

    `opens` makes what talks to Flickr; it may raise InvalidSettings.
    """

    schemes: ClassVar[frozenset[str]] = frozenset({"flickr"})

    def __init__(self, opens: "Callable[[], FlickrTools]") -> None:
        self._opens = opens
        self._tools: FlickrTools | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def load(self, source: Source) -> Blob:
        """Fetch a photo. Of a video comes what plays. Raises InvalidSource for a list of photos."""
        place, size = _read(source.locator)
        if place.kind != "photo":
            raise InvalidSource(
                f"{str(source)[:100]} is a list of photos, and no photo.",
                remedy="See its photos: tintype flickr list …",
            )
        tools = self._opened()
        with _translating():
            return await tools.fetch(chosen(await tools.sizes(place.id), size))

    def is_list(self, source: Source) -> bool:
        """Whether it is an album, a user, a search, and no photo. Raises InvalidSource."""
        return source.scheme in self.schemes and _read(source.locator)[0].kind != "photo"

    async def list(self, source: Source) -> AsyncIterator[Source]:
        """The photos of an album, of a user, of a search, each as a source."""
        place, _ = _read(source.locator)
        with _translating():
            async for photo_id in self._opened().ids(place):
                yield Source("flickr", photo_id)

    async def aclose(self) -> None:
        """Let go of connections; the loader may be used again."""
        tools, self._tools = self._tools, None
        if tools is not None and self._loop is asyncio.get_running_loop():
            await tools.close()

    def _opened(self) -> "FlickrTools":
        """Those of this event loop: connections do not outlive the loop they are from."""
        loop = asyncio.get_running_loop()
        if self._tools is None or self._loop is not loop:
            self._tools, self._loop = self._opens(), loop
        return self._tools


def _read(locator: str) -> tuple[Place, str]:
    """The place, and the size behind a photo's id."""
    photo, slash, size = locator.partition("/")
    if slash and photo.isascii() and photo.isdigit():
        return parse(photo), size
    return parse(locator), ""


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except ProviderError as error:
        raise _translated(error) from error


def _translated(error: ProviderError) -> SourceError:
    kinds = (
        (ProviderNotFound, SourceNotFound),
        (NotConnected, SourceForbidden),
        (ProviderUnavailable, SourceUnavailable),
    )
    wrong = next((ours for theirs, ours in kinds if isinstance(error, theirs)), SourceError)
    return wrong(error.message, remedy=error.remedy)
