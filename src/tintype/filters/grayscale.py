"""The filter `grayscale`."""

from pyvips import Image

from tintype.filters.pixels import brightness_of, on_colours


def grayscale(image: Image) -> Image:
    """Take the colours out; transparency stays."""
    if image.bands < 3:
        return image
    gray = on_colours(image, lambda colours: brightness_of(colours) + 0.5)
    return gray.copy(interpretation="b-w")
