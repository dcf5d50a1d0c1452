"""The filter `pixelate`."""

from typing import Annotated

from pyvips import Image

from tintype.filters.arguments import whole
from tintype.filters.pixels import on_premultiplied

Pixels = Annotated[int, whole(1, 1000)]


def pixelate(image: Image, size: Pixels) -> Image:
    """Squares of `size` pixels, each in its mean colour; those at the right and the bottom edge are
    cut off.
    """
    if size == 1:
        return image
    return on_premultiplied(image, lambda pixels: _pixelated(pixels, size))


def _pixelated(image: Image, size: int) -> Image:
    across, down = -(-image.width // size), -(-image.height // size)
    # The edge is continued, so that the last squares are means of what is there.
    whole_squares = image.embed(0, 0, across * size, down * size, extend="copy")
    squares = whole_squares.shrink(size, size).cast("uchar").copy_memory()
    return squares.zoom(size, size).crop(0, 0, image.width, image.height)
