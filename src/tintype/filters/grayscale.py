"""The filter `grayscale`."""

from pyvips import Image


def grayscale(image: Image) -> Image:
    """Take the colours out; transparency stays."""
    return image.colourspace("b-w")
