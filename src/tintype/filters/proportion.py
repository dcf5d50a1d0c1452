"""The filter `proportion`."""

from typing import Annotated

from pyvips import Image

from tintype.filters.arguments import decimal
from tintype.filters.pixels import on_premultiplied, resized

Part = Annotated[float, decimal(0.0001, 1)]


def proportion(image: Image, factor: Part) -> Image:
    """Make the result smaller by a factor."""
    width, height = int(image.width * factor), int(image.height * factor)
    if width < 1 or height < 1 or (width, height) == (image.width, image.height):
        return image
    return on_premultiplied(image, lambda pixels: resized(pixels, width, height))
