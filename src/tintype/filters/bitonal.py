"""The filter `bitonal`."""

from pyvips import Image

from tintype.filters.pixels import on_colours

THRESHOLD = 128


def bitonal(image: Image) -> Image:
    """Black and white, nothing between. The threshold is the same everywhere, so that the tiles of
    a large picture fit together.
    """
    grey = image.colourspace("b-w")
    return on_colours(grey, lambda level: (level >= THRESHOLD).copy(interpretation="b-w"))
