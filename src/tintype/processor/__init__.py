"""The processor applies a transform to a blob."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tintype.blob import Blob
from tintype.info import ASK, Ask, Info
from tintype.transform import Transform

NO_PICTURES: Mapping[str, Blob] = {}
MASTER = "application/x-tintype-master"  # the media type of what `MakesMasters.master` gives


class NeedsOriginal(Exception):
    """A master has not all that a transform needs. Never leaves the renditions."""


class Processor(Protocol):
    """Pixels, and nothing else: no network, no store. Sync; the caller gives it a thread."""

    def check(self, transform: Transform) -> None:
        """Raise InvalidTransform for an unknown filter or a wrong argument, before any I/O."""
        ...

    def pictures(self, transform: Transform) -> frozenset[str]:
        """The other pictures that the filters name (a watermark, a frame), as the URL has them."""
        ...

    def process(
        self,
        original: Blob,
        transforms: Sequence[Transform],
        *,
        pictures: Mapping[str, Blob] = NO_PICTURES,
    ) -> list[Blob]:
        """Make one rendition for each transform, from one decode where that is cheaper.

        `pictures` has what `pictures()` named, for all transforms. Limits are checked by the
        header, before any pixel is decoded. Raises an ImageError for bytes that are no picture,
        break off, or are too many; all renditions are made or none. Work inside a `stop.Stop` that
        is active ends when that is set, with WorkTimeout, as soon as it can be cut off.
        """
        ...

    def measure(self, blob: Blob) -> tuple[int, int]:
        """Width and height in pixels as it is seen, from the header; an ImageError else."""
        ...

    def describe(self, blob: Blob, ask: Ask = ASK) -> Info:
        """All that can be told about a picture; an ImageError for what is none or too large."""
        ...


class MakesMasters(Protocol):
    """Makes a smaller copy of a large picture, to make small renditions from.

    A master is a blob of the type `MASTER`, which `Processor.process` takes in place of the
    original for transforms that it `suits`: the result has the same geometry. For others that
    raises NeedsOriginal.
    """

    def may_suit(self, transform: Transform) -> bool:
        """Whether there can be a master that suits this transform. Costs next to nothing."""
        ...

    def suits(self, master: Blob, transform: Transform) -> bool:
        """Whether the rendition can be made from this master. No pixels are decoded."""
        ...

    def merits_master(self, original: Blob) -> bool:
        """Whether the picture is still and large enough, by its header; False for no picture."""
        ...

    def master(self, original: Blob) -> Blob:
        """The master of a picture that merits one. Raises an ImageError."""
        ...


class MakesPyramids(Protocol):
    """Makes a very large picture into tiles at several sizes, and cuts windows out of them.

    A pyramid is a blob of a file. It serves transforms that say crop, size and format in full.
    """

    def merits_pyramid(self, original: Blob) -> bool:
        """Whether the picture is still and very large, by its header; False for no picture."""
        ...

    def make_pyramid(self, original: Blob, path: Path) -> None:
        """Write the pyramid of a picture into a new file. Raises an ImageError."""
        ...

    def measure_pyramid(self, pyramid: Blob) -> tuple[int, int]:
        """Width and height of the original in pixels as it is seen. CorruptImage for no pyramid."""
        ...

    def may_cut(self, transform: Transform) -> bool:
        """Whether the rendition can be cut from a pyramid. Costs next to nothing."""
        ...

    def cut(self, pyramid: Blob, transform: Transform) -> Blob:
        """The rendition of a transform that may be cut. Raises an ImageError."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """How two pictures of a page differ.

    `share` of the picture, from 0 to 1, differs so that one sees it at a glance: by more than 6 in
    CIEDE2000. `mean` is the mean of that distance over all of it, from 0 to about 100. `picture` is
    the later one, faded, with what differs in red.
    """

    share: float
    mean: float
    picture: Blob


class ComparesPictures(Protocol):
    """Sees what has changed between two pictures of the same thing. Sync; for a thread."""

    def compare(self, before: Blob, after: Blob) -> Difference:
        """The difference, at the width of the narrower; the shorter is continued in white.

        Raises an ImageError.
        """
        ...
