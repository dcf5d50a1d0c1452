"""What is told about an original: its size as it is seen, its colours, what else its bytes say."""

from dataclasses import dataclass, field
from typing import Any

from tintype.blob import Blob
from tintype.errors import ImageError, WorkTimeout
from tintype.formats import by_media_type
from tintype.info import Ask, Info
from tintype.processor import Processor
from tintype.slots import Slots

MOST_COLOURS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`width` is None for what is no picture, or one that cannot be read. `more` is for JSON."""

    width: int | None = None
    height: int | None = None
    colours: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


async def facts_of(blob: Blob, processor: Processor, slots: Slots) -> Facts:
    """The facts of a blob. A damaged picture is told of as far as it can be read, and `trouble` in
    `more` is what is wrong with it: the bytes are kept all the same. Raises Overloaded.
    """
    if by_media_type(blob.media_type) is None:
        return Facts()
    try:
        return _told(await slots.run(lambda: processor.describe(blob)))
    except (ImageError, WorkTimeout) as error:
        trouble = {"trouble": error.code}
    try:
        header = await slots.run(lambda: processor.describe(blob, Ask(pixels=False)))
    except (ImageError, WorkTimeout):
        return Facts(more=trouble)
    told = _told(header)
    return Facts(width=told.width, height=told.height, more=told.more | trouble)


def _told(info: Info) -> Facts:
    seen = info.seen
    more: dict[str, Any] = {
        "format": info.format,
        "frames": info.frames,
        "pages": info.pages,
        "orientation": info.orientation,
        "alpha": info.alpha,
        "color_space": info.color_space,
    }
    if seen is None:
        return Facts(width=info.width, height=info.height, more=more)
    more["average_color"] = seen.average_color
    more["blurhash"], more["thumbhash"] = seen.blurhash, seen.thumbhash
    more["focal"] = {"x": seen.focal[0], "y": seen.focal[1]}
    colours = tuple(swatch.color for swatch in seen.palette[:MOST_COLOURS])
    return Facts(width=info.width, height=info.height, colours=colours, more=more)
