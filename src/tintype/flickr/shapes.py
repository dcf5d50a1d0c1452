"""Flickr's JSON, read: numbers that are texts, texts that are objects, and sizes.

Types are unstable: the same field is 75 here and "150" there. Whatever is read is read through
`number` and `text`; the raw JSON stays with who wants it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tintype.errors import ProviderRefused

ORIGINAL = "Original"
# What plays, the best first; "Video Player" is a page or a program, and no file.
_VIDEOS = ("Video Original", "orig")
_NO_FILE = frozenset({"Video Player"})


def number(value: Any, default: int = 0) -> int:
    """An int, whether it is one, a text, or nothing."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return default


def text(value: Any) -> str:
    """A text, whether it is one, a number, or the content of an object."""
    if isinstance(value, Mapping):
        value = value.get("_content", "")
    return "" if value is None else str(value)


def entries(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; one that stands alone is a list of it."""
    if isinstance(value, Mapping):
        value = [value]
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Size:
    """A size of a photo, or a file of a video. Its label is its only name.

    Width and height are 0 where Flickr does not tell them, as of videos.
    """

    label: str
    width: int
    height: int
    source: str
    is_video: bool

    @property
    def pixels(self) -> int:
        """How large it is."""
        return self.width * self.height

    @property
    def slug(self) -> str:
        """The label as an address has it: `large-1600`."""
        return slug(self.label)


def slug(label: str) -> str:
    """A label in small letters, with hyphens for blanks."""
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")


def sizes(said: Mapping[str, Any]) -> list[Size]:
    """The files in an answer of `flickr.photos.getSizes`, in its order: small to large."""
    found = said.get("sizes")
    rows = entries(found.get("size")) if isinstance(found, Mapping) else []
    every = (
        Size(
            label=text(row.get("label")),
            width=number(row.get("width")),
            height=number(row.get("height")),
            source=text(row.get("source")),
            is_video=text(row.get("media")) == "video",
        )
        for row in rows
    )
    return [size for size in every if size.label and size.source and size.label not in _NO_FILE]


def best(every: Sequence[Size]) -> Size:
    """The original, or the largest that there is: of a video what plays, not its still.

    Raises ProviderRefused where there is nothing.
    """
    videos = [size for size in every if size.is_video]
    if videos:
        return max(videos, key=_video_rank)
    if not every:
        raise ProviderRefused("Flickr gives no size of this photo.")
    return max(every, key=lambda size: (size.label == ORIGINAL, size.pixels))


def _video_rank(size: Size) -> tuple[int, int]:
    if size.label in _VIDEOS:
        return len(_VIDEOS) - _VIDEOS.index(size.label), 0
    lines = re.search(r"(\d{3,4})p?$", size.label)
    named = {"HD MP4": 720, "Site MP4": 360, "Mobile MP4": 240}
    return 0, int(lines[1]) if lines else named.get(size.label, 0)


def chosen(every: Sequence[Size], wanted: str) -> Size:
    """The size of a label, however that is written; `best` for "" and "largest".

    Raises ProviderRefused, with the labels that there are.
    """
    if wanted in ("", "largest"):
        return best(every)
    for size in every:
        if slug(wanted) == size.slug:
            return size
    known = ", ".join(size.label for size in every) or "none"
    raise ProviderRefused(
        f"There is no size {wanted[:40]!r} of this photo.", remedy=f"There are: {known}."
    )
