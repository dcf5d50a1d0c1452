"""The filter `background_color`."""

from pyvips import Image

from tintype.filters.arguments import ColourName
from tintype.filters.pixels import flattened


def background_color(image: Image, colour: ColourName) -> Image:
    """The colour behind what is transparent; the result has no transparency."""
    return flattened(image, colour)
