"""The filter `blur`."""

import math

from pyvips import Image

from tintype.filters.arguments import Radius
from tintype.filters.pixels import on_premultiplied, resized

LARGE = 8.0  # pixels; a kernel beyond this costs more than the detail it could show
MOST = 150.0


def blur(image: Image, radius: Radius, sigma: Radius | None = None) -> Image:
    """A Gaussian blur over `radius` pixels each way (150 at most); its standard deviation is
    `sigma`, else `radius`.
    """
    spread = radius if sigma is None else sigma
    return on_premultiplied(image, lambda pixels: blurred(pixels, min(radius, MOST), spread))


def blurred(image: Image, radius: float, sigma: float) -> Image:
    """A wide blur leaves nothing fine, so it is done on a smaller picture: its cost has a bound."""
    factor = int(min(radius, 3 * sigma) / LARGE)
    factor = max(1, min(factor, image.width, image.height))
    if factor == 1:
        return _convolved(image, radius, sigma)
    small = _convolved(image.resize(1 / factor, kernel="linear"), radius / factor, sigma / factor)
    return resized(small, image.width, image.height)


def _convolved(image: Image, radius: float, sigma: float) -> Image:
    """The bell is cut off at the radius, as thumbor does; at the edges the last pixel goes on."""
    reach = max(1, math.ceil(min(radius, 4 * sigma) - 1e-9))
    weights = [math.exp(-(x * x) / (2 * sigma * sigma)) for x in range(-reach, reach + 1)]
    mask = Image.new_from_array([weights], scale=sum(weights))
    return image.convsep(mask, precision="float")
