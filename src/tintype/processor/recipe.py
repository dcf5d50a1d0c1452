"""A transform, read: the links of its chain, and how the last result is written."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from tintype import filters
from tintype.errors import InvalidTransform
from tintype.filters import Encoding, Keep
from tintype.filters.syntax import Step
from tintype.processor.encode import result_format
from tintype.transform import Transform

MOST_LINKS = 8


@dataclass(frozen=True, slots=True)
class Link:
    """One transform of a chain, with its steps on pixels. The first is of the original, each other
    of what the one before has made.
    """

    transform: Transform
    pixels: tuple[Step, ...]

    @property
    def reads_freely(self) -> bool:
        """Whether a step reads the pixels out of order, or several times."""
        return bool(self.transform.flip_vertical or self.transform.debug or self.pixels)

    @property
    def fills(self) -> bool:
        """Whether a step pads to the size asked for."""
        return any(step.filter.name == "fill" for step in self.pixels)


@dataclass(frozen=True, slots=True)
class Recipe:
    """All links of a transform. Of what they say about the file, the last word counts."""

    links: tuple[Link, ...]
    encoding: Encoding

    @classmethod
    def of(cls, transform: Transform) -> "Recipe":
        """Read a transform; InvalidTransform for an unknown filter or a wrong argument, and for a
        format that cannot be written as asked.
        """
        return _read(transform)

    @property
    def pictures(self) -> frozenset[str]:
        """The texts of the other pictures that the filters name."""
        names = (step.pictures for link in self.links for step in link.pixels)
        return frozenset().union(*names)

    @property
    def still(self) -> bool:
        """Whether only the first frame is wanted."""
        return any(link.transform.first_frame for link in self.links)

    @property
    def keeps_profile(self) -> bool:
        """Whether the colours stay as they are, with their profile."""
        return Keep.ICC in self.encoding.keep


@lru_cache(maxsize=256)  # on its way to the pixels a request asks for it four times
def _read(transform: Transform) -> Recipe:
    chain = list(_chain(filters.absorbed(transform)))
    links = (Link(each, filters.parse(each.filters).pixels) for each in chain)
    calls = [call for each in chain for call in each.filters]
    encoding = filters.parse(calls).encoding
    if encoding.format:
        result_format(encoding, encoding.format)
    return Recipe(tuple(links), encoding)


def _chain(transform: Transform) -> Iterator[Transform]:
    link: Transform | None = transform
    for _ in range(MOST_LINKS):
        if link is None:
            return
        yield replace(link, then=None)
        link = link.then
    if link is not None:
        raise InvalidTransform(
            f"More than {MOST_LINKS} transforms follow one another.",
            remedy="Make the picture in fewer steps.",
        )
