"""The processor applies a transform to a blob."""

from collections.abc import Sequence
from typing import Protocol

from tintype.blob import Blob
from tintype.transform import Transform


class Processor(Protocol):
    """Pixels, and nothing else: no network, no store. Sync; the caller gives it a thread."""

    def check(self, transform: Transform) -> None:
        """Raise InvalidTransform for an unknown filter or a wrong argument, before any I/O."""
        ...

    def process(self, original: Blob, transforms: Sequence[Transform]) -> list[Blob]:
        """Make one rendition for each transform, from one decode where that is cheaper.

        Limits are checked by the header, before any pixel is decoded. Raises an ImageError for
        bytes that are no picture, break off, or are too many; all renditions are made or none.
        """
        ...

    def measure(self, blob: Blob) -> tuple[int, int]:
        """Width and height in pixels as it is seen, from the header; an ImageError else."""
        ...
