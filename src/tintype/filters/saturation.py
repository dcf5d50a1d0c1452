"""The filter `saturation`."""

from typing import Annotated

from pyvips import Image

from tintype.filters.arguments import decimal
from tintype.filters.pixels import LUMA, on_colours

Factor = Annotated[float, decimal(-100, 100)]


def saturation(image: Image, factor: Factor) -> Image:
    """Multiply the distance of each colour from gray: 0 takes the colours out, 1 leaves
    them.
    """
    if image.bands < 3:
        return image
    return on_colours(image, lambda colours: _saturated(colours, factor))


def _saturated(colours: Image, factor: float) -> Image:
    """Gray is the perceived brightness of HSP: the root of the weighted squares."""
    gray = (colours * colours).recomb(LUMA) ** 0.5
    return gray + (colours - gray) * factor
