"""The filter `blur`."""

from pyvips import Image

from tintype.filters.arguments import Radius
from tintype.filters.pixels import on_premultiplied

LARGE = 8.0  # pixels; a kernel beyond this costs more than the detail it could show


def blur(image: Image, radius: Radius, sigma: Radius | None = None) -> Image:
    """A Gaussian blur; its standard deviation in pixels is `sigma`, else `radius`."""
    spread = radius if sigma is None else sigma
    return on_premultiplied(image, lambda pixels: _blurred(pixels, spread))


def _blurred(image: Image, sigma: float) -> Image:
    """A wide blur leaves nothing fine, so it is done on a smaller picture: its cost has a bound."""
    factor = int(sigma / LARGE) + 1 if sigma > LARGE else 1
    factor = max(1, min(factor, image.width, image.height))
    if factor == 1:
        return image.gaussblur(sigma)
    small = image.resize(1 / factor, kernel="linear").gaussblur(sigma / factor)
    return small.resize(
        image.width / small.width, vscale=image.height / small.height, kernel="cubic"
    )
