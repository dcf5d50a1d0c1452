"""From bytes to frames: lazily, no larger than needed, upright, in 8 bits a channel."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

from pyvips import Image

from tintype.blob import Blob
from tintype.filters.pixels import on_premultiplied
from tintype.geometry import Plan
from tintype.processor import NeedsOriginal, engine, gif, heif
from tintype.processor.colour import in_8_bits
from tintype.processor.container import Master
from tintype.processor.eighth import decoded_eighth
from tintype.processor.header import Header, opened


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it is seen, `shrink` times smaller than in the file."""

    image: Image
    shrink: int

    def in_memory(self) -> "Frame":
        """The same frame, to be read any number of times and in any order."""
        return Frame(engine.in_memory(self.image), self.shrink)

    def shrunk_to(self, shrink: int) -> "Frame":
        """The same frame, made smaller by averaging, as a decoder would have."""
        factor = shrink // self.shrink
        if factor <= 1:
            return self
        small = on_premultiplied(self.image, lambda image: image.shrink(factor, factor, ceil=True))
        return Frame(small, shrink)


class Levels:
    """One frame in memory at several shrinks, each made once, from the one before; for threads."""

    def __init__(self, frame: Frame) -> None:
        self._by_shrink = {frame.shrink: frame}
        self._lock = threading.Lock()

    def at(self, shrink: int) -> Frame:
        """The frame at this shrink; the largest there is when it was decoded smaller than that."""
        with self._lock:
            return self._at(shrink)

    def _at(self, shrink: int) -> Frame:
        made = self._by_shrink
        before = max((step for step in made if step <= shrink), default=min(made))
        if before < shrink:
            made[shrink] = made[before].shrunk_to(shrink).in_memory()
            return made[shrink]
        return made[before]


def shrink_for(plan: Plan) -> int:
    """How much smaller the decoder may make the picture: 8, 4, 2 or 1 (libjpeg's steps).

    A fifth is left to the resize at least, because the decoder's own shrinking is a little soft.
    """
    return next((step for step in (8, 4, 2) if plan.shrink >= 1.2 * step), 1)


def decoded(blob: Blob, header: Header, shrink: int, *, moving: bool) -> Iterator[Frame]:
    """The frames in their order: all when `moving`, else the first.

    Each is read from top to bottom once unless it is taken into memory; a frame is read before the
    next is asked for. Not every decoder can shrink: `Frame.shrink` says what it did. Raises
    NeedsOriginal for more pixels or frames than a master has.
    """
    if header.master is not None:
        yield _frame_of_master(header.master, header.image, shrink, moving=moving)
        return
    _check_whole(blob, header)
    if moving:
        yield from _every_frame(blob, header)
        return
    image, shrink = _first_frame(blob, header, shrink)
    yield Frame(_upright(in_8_bits(image), header.orientation), shrink)


def _frame_of_master(master: Master, image: Image, shrink: int, *, moving: bool) -> Frame:
    if moving or shrink < master.shrink:
        raise NeedsOriginal
    further = shrink // master.shrink
    if further > 1 and master.shrinks_further and master.format.name == "jpeg":
        return Frame(opened(master.blob, master.format, shrink=further), shrink)
    return Frame(image, master.shrink)


def _check_whole(blob: Blob, header: Header) -> None:
    if header.format.name == "gif":
        with blob.open() as file:
            if gif.breaks_off(file):
                raise engine.damaged()


def _first_frame(blob: Blob, header: Header, shrink: int) -> tuple[Image, int]:
    if header.format.name == "heic" and header.image.get("heif-compression") != "av1":
        return heif.decoded(blob, header.image), 1
    if shrink > 1 and header.format.name == "jpeg":
        if shrink == 8 and (image := decoded_eighth(blob, header)) is not None:
            return image, shrink
        return opened(blob, header.format, shrink=shrink), shrink
    if shrink > 2 and header.format.name == "webp":
        shrink //= 2  # this decoder's shrinking is softer than libjpeg's: the resize does more
        return opened(blob, header.format, scale=1 / shrink), shrink
    return header.image, 1


def _every_frame(blob: Blob, header: Header) -> Iterator[Frame]:
    """The loader gives an animation as one high picture, its frames below one another."""
    roll = opened(blob, header.format, n=-1)
    width, height = header.stored.width, header.stored.height
    for top in range(0, roll.height, height):
        image = roll.crop(0, top, width, height)
        yield Frame(_upright(in_8_bits(image), header.orientation), 1)


def _upright(image: Image, orientation: int) -> Image:
    """Apply the orientation. Turning reads out of order, so it needs the pixels in memory."""
    if orientation == 1:
        return image
    return engine.in_memory(image).autorot()
