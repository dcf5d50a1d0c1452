"""The filter `watermark`."""

import math
import re
from dataclasses import dataclass
from typing import Annotated

from pyvips import Image

from tintype.errors import InvalidTransform
from tintype.filters.arguments import Argument, PictureName, Share, either, whole
from tintype.filters.pixels import laid_over, on_premultiplied, resized, with_alpha
from tintype.filters.scene import Scene
from tintype.filters.tables import table
from tintype.transform import MAX_SIDE

GAP = 10  # pixels between two that would not both fit
MOST_REPEATED = 100  # above this the number is cut down
FEWER = 6

_WORDS = {"left": "0", "top": "0", "right": "-0", "bottom": "-0"}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a watermark lies on one axis; `number` is in pixels or percent of the picture's side,
    from the far edge when `far`.
    """

    word: str = ""  # center, repeat
    number: int = 0
    percent: bool = False
    far: bool = False

    def starts(self, side: int, mark: int) -> tuple[int, int, int]:
        """The first pixel, the gap after each, and how many there are."""
        if self.word == "repeat":
            count, gap = _repeated(side, mark)
            return 0, gap, count
        if self.word == "center":
            return int((side - mark) / 2), 0, 1
        place = round(side * self.number / 100 + 1e-5) if self.percent else self.number
        return (side - mark - place if self.far else place), 0, 1


def _repeated(side: int, mark: int) -> tuple[int, int]:
    """As many as fit, the rest of the side spread between them; at least one and a part."""
    count, rest = divmod(side, mark)
    if count < 2:
        count, rest = math.ceil(side / mark), GAP
    return count, rest // (max(count, 2) - 1)


def _read_position(text: str) -> Position:
    word = text.lower()
    if word in ("center", "repeat"):
        return Position(word=word)
    match = re.fullmatch(r"(-?)(\d{1,6})(p?)", _WORDS.get(word, word), re.ASCII)
    if not match:
        raise ValueError(text)
    return Position(number=int(match[2]), percent=bool(match[3]), far=bool(match[1]))


Place = Annotated[
    Position,
    Argument(
        "pixels or percent (10p), from the other edge when negative; or center, repeat, left,"
        " right, top, bottom",
        _read_position,
    ),
]
Ratio = Annotated[int | None, either("none", whole(0, 1000))]


def watermark(
    image: Image,
    scene: Scene,
    picture: PictureName,
    x: Place,
    y: Place,
    alpha: Share,
    w_ratio: Ratio = None,
    h_ratio: Ratio = None,
) -> Image:
    """Lay another picture over this one. `alpha` is its transparency, from 0, opaque; `w_ratio` and
    `h_ratio` are the most it takes of the width and height, in percent.
    """
    mark = _sized(scene.pictures[picture], image, w_ratio or 0, h_ratio or 0)
    left, gap_x, columns = x.starts(image.width, mark.width)
    top, gap_y, rows = y.starts(image.height, mark.height)
    if "repeat" in (x.word, y.word):
        if x.word == y.word and columns * rows > MOST_REPEATED:
            columns, gap_x = _fewer(columns, image.width, mark.width)
            rows, gap_y = _fewer(rows, image.height, mark.height)
        mark = _pattern(mark, (gap_x, gap_y), (columns, rows))
    if left >= image.width or top >= image.height or left <= -mark.width or top <= -mark.height:
        return image
    return laid_over(image, _seen(_faded(mark, alpha), image, left, top), max(0, left), max(0, top))


def _fewer(count: int, side: int, mark: int) -> tuple[int, int]:
    count = min(FEWER, count)
    return count, (side - count * mark) // (max(count, 2) - 1)


def _sized(mark: Image, image: Image, w_ratio: int, h_ratio: int) -> Image:
    """The mark as large as the ratios allow, proportions kept."""
    if not (w_ratio or h_ratio):
        return mark
    width, height = image.width * w_ratio / 100, image.height * h_ratio / 100
    width = width or mark.width * height / mark.height
    height = height or mark.height * width / mark.width
    if mark.width / width >= mark.height / height:
        height = mark.height * width / mark.width
    else:
        width = mark.width * height / mark.height
    size = max(1, round(width)), max(1, round(height))
    if max(size) > 10 * MAX_SIDE:
        raise InvalidTransform(
            "The watermark would be far larger than the picture.", remedy="Give smaller ratios."
        )
    return on_premultiplied(mark, lambda pixels: resized(pixels, *size))


def _pattern(mark: Image, gaps: tuple[int, int], counts: tuple[int, int]) -> Image:
    """The mark again and again, with gaps that are transparent."""
    mark = with_alpha(mark)
    width, height = mark.width + gaps[0], mark.height + gaps[1]
    return mark.embed(0, 0, width, height).replicate(*counts)


def _faded(mark: Image, alpha: int) -> Image:
    """The mark with its opacity reduced: by a step, not by a factor, as thumbor does."""
    mark = with_alpha(mark)
    step = 255 * alpha // 100
    last = mark.bands - 1
    lut = Image.new_from_memory(table(lambda value: value - step), 256, 1, 1, "uchar")
    opacity = mark.extract_band(last).maplut(lut)
    joined = mark.extract_band(0, n=last).bandjoin(opacity)
    return joined.copy(interpretation=mark.interpretation)


def _seen(mark: Image, image: Image, left: int, top: int) -> Image:
    """The part of the mark that lies on the image."""
    x, y = max(0, -left), max(0, -top)
    width = min(mark.width - x, image.width - max(0, left))
    return mark.crop(x, y, width, min(mark.height - y, image.height - max(0, top)))
