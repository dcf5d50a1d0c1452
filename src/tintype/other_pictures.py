"""The other pictures of transforms, such as watermarks: few, small, and used again and again."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tintype.blob import Blob
from tintype.errors import OtherPictureNotFound, SourceNotFound

AGE = 60.0  # seconds; a changed watermark is seen after that at the latest
MOST = 32
LARGEST = 1 << 20  # bytes; a larger one is loaded each time


@dataclass(frozen=True, slots=True)
class _Entry:
    blob: Blob
    until: float


class Pictures:
    """Blobs by the text that names them, each kept for a minute. Memory: at most 32 MiB."""

    def __init__(self, load: Callable[[str], Awaitable[Blob]]) -> None:
        self._load = load
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def get(self, name: str) -> Blob:
        """The picture of a name; raises what the loader raises, and remembers no failure. One that
        is not there is OtherPictureNotFound: the picture that was asked for may well be.
        """
        found = self._entries.get(name)
        if found and time.monotonic() < found.until:
            self._entries.move_to_end(name)
            return found.blob
        try:
            blob = await self._load(name)
        except SourceNotFound as error:
            raise OtherPictureNotFound(f"A filter names a picture, and {error.message}") from error
        if blob.size <= LARGEST:
            self._entries[name] = _Entry(blob, time.monotonic() + AGE)
            self._entries.move_to_end(name)
        while len(self._entries) > MOST:
            self._entries.popitem(last=False)
        return blob

    def clear(self) -> None:
        """Forget them all: one may have been purged."""
        self._entries.clear()
