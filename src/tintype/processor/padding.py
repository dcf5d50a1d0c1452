"""Padding: pixels around a result, transparent; `fill` gives them a colour."""

from pyvips import Image

from tintype.filters.pixels import with_alpha
from tintype.geometry import Size
from tintype.transform import Padding


def padded_size(image: Image, padding: Padding) -> Size:
    """The size of the image with its padding."""
    return Size(
        image.width + padding.left + padding.right, image.height + padding.top + padding.bottom
    )


def padded(image: Image, padding: Padding) -> Image:
    """The image with its padding around it."""
    size = padded_size(image, padding)
    if size == Size(image.width, image.height):
        return image
    return with_alpha(image).embed(padding.left, padding.top, size.width, size.height)
