"""One photo: its sizes, which of them is meant, and what its file is called."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tintype.blob import Blob
from tintype.flickr.addresses import Place
from tintype.flickr.client import Flickr
from tintype.flickr.fetching import Fetcher
from tintype.flickr.listing import Listing
from tintype.flickr.shapes import Size, sizes, text
from tintype.formats import OCTET_STREAM, by_media_type

_SUFFIXES = {"video/mp4": ".mp4", "video/quicktime": ".mov", "video/x-matroska": ".webm"}


@dataclass(frozen=True, slots=True)
class FlickrTools:
    """What talks to Flickr: its API, and the servers that have the files."""

    api: Flickr
    files: Fetcher

    async def sizes(self, photo_id: str) -> list[Size]:
        """The sizes of a photo, small to large; of a video its stills first, then what plays."""
        return sizes(await self.api.call("flickr.photos.getSizes", photo_id=photo_id))

    async def fetch(self, size: Size) -> Blob:
        """The file of a size."""
        return await self.files.fetch(size.source, is_video=size.is_video)

    async def ids(self, place: Place, listing: Listing | None = None) -> AsyncIterator[str]:
        """The ids of the photos of a place: of a single photo its own."""
        if place.kind == "photo":
            yield place.id
            return
        async for entry in (listing or Listing(self.api, place)).photos():
            yield text(entry["id"])

    async def close(self) -> None:
        """Let go of connections."""
        await self.api.close()
        await self.files.close()


def file_name(size: Size, photo_id: str, media_type: str) -> str:
    """`Large Square_53000000001.jpg`: the label is Flickr's word, and so made harmless."""
    label = re.sub(r"[^A-Za-z0-9 ._-]", "_", size.label).strip(" .")[:60] or "Size"
    return f"{label}_{photo_id}{suffix_of(media_type)}"


def suffix_of(media_type: str) -> str:
    """The suffix for what a file is."""
    if media_type == OCTET_STREAM:
        return ""
    found = by_media_type(media_type)
    return found.suffix if found else _SUFFIXES.get(media_type, ".mp4")
