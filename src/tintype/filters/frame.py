"""The filter `frame`."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pyvips import Image

from tintype.errors import ImageTooBig, UnsupportedFormat
from tintype.filters.arguments import PictureName
from tintype.filters.pixels import laid_over, like, on_premultiplied, resized, with_alpha
from tintype.filters.scene import Scene

MOST_PARTS = 32  # on one axis
WHITE = 255
BLACK = (0, 0, 0, 255)


@dataclass(frozen=True, slots=True)
class Part:
    """Some neighbouring columns or rows of a nine-patch, all of which stretch, or none."""

    start: int
    length: int
    stretches: bool


def frame(image: Image, scene: Scene, picture: PictureName) -> Image:
    """Put the picture into a frame: a nine-patch image, whose outer line of pixels says by black
    ones which columns and rows stretch (left, top) and where the picture goes (right, bottom).
    """
    patch = with_alpha(like(scene.pictures[picture], Image.black(1, 1, bands=3)))
    if min(patch.width, patch.height) < 3:
        raise UnsupportedFormat(
            "The frame is too small for a nine-patch image.", remedy="Give one of 3 × 3 or more."
        )
    image = _padded(image, patch)
    columns = _parts(_marks(patch.crop(1, 0, patch.width - 2, 1)))
    rows = _parts(_marks(patch.crop(0, 1, 1, patch.height - 2)))
    inner = patch.crop(1, 1, patch.width - 2, patch.height - 2)
    widths, heights = _lengths(columns, image.width), _lengths(rows, image.height)
    drawn = _drawn(
        inner, list(zip(columns, widths, strict=True)), list(zip(rows, heights, strict=True))
    )
    return laid_over(like(image, inner), drawn, 0, 0)


def _marks(line: Image) -> list[bool]:
    pixels = bytes(line.write_to_memory())
    return [tuple(pixels[i : i + 4]) == BLACK for i in range(0, len(pixels), 4)]


def _parts(marks: Sequence[bool]) -> list[Part]:
    found, start = [], 0
    for stretches, group in groupby(marks):
        length = len(list(group))
        found.append(Part(start, length, stretches))
        start += length
    if len(found) > MOST_PARTS:
        raise ImageTooBig(f"The frame has {len(found)} parts in a row; {MOST_PARTS} are allowed.")
    return found


def _lengths(parts: Sequence[Part], side: int) -> list[int]:
    """How long each part is drawn: those that stretch share what the fixed ones leave."""
    stretchy = sum(part.length for part in parts if part.stretches)
    room = max(0, side - sum(part.length for part in parts if not part.stretches))
    return [
        int(part.length / stretchy * room + 0.5) if part.stretches else part.length
        for part in parts
    ]


def _padded(image: Image, patch: Image) -> Image:
    """The image on white, as much larger as the right and bottom lines of the patch say."""
    left, right = _margins(_marks(patch.crop(1, patch.height - 1, patch.width - 2, 1)))
    top, bottom = _margins(_marks(patch.crop(patch.width - 1, 1, 1, patch.height - 2)))
    if not any((left, top, right, bottom)):
        return image
    width, height = image.width + left + right, image.height + top + bottom
    return image.embed(left, top, width, height, extend="white")


def _margins(marks: Sequence[bool]) -> tuple[int, int]:
    """The pixels before the first mark and behind the last; none where nothing is marked."""
    if True not in marks:
        return 0, 0
    return marks.index(True), list(reversed(marks)).index(True)


Drawn = tuple[Part, int]


def _drawn(inner: Image, columns: Sequence[Drawn], rows: Sequence[Drawn]) -> Image:
    """Every cell at its size, joined."""
    made = [
        _row(
            [inner.crop(c.start, r.start, c.length, r.length) for c, width in columns if width],
            [width for _, width in columns if width],
            height,
        )
        for r, height in rows
        if height
    ]
    return (
        Image.arrayjoin(made, across=1) if len({row.height for row in made}) == 1 else _below(made)
    )


def _row(cells: Sequence[Image], widths: Sequence[int], height: int) -> Image:
    row = None
    for cell, width in zip(cells, widths, strict=True):
        sized = _stretched(cell, width, height)
        row = sized if row is None else row.join(sized, "horizontal")
    assert row is not None
    return row


def _below(rows: Sequence[Image]) -> Image:
    joined = rows[0]
    for row in rows[1:]:
        joined = joined.join(row, "vertical")
    return joined


def _stretched(cell: Image, width: int, height: int) -> Image:
    if (cell.width, cell.height) == (width, height):
        return cell
    return on_premultiplied(cell, lambda pixels: resized(pixels, width, height))
