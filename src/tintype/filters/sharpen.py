"""The filter `sharpen`."""

from pyvips import Image

from tintype.filters.arguments import Radius, Strength, Truth
from tintype.filters.pixels import on_colours


def sharpen(
    image: Image, amount: Strength = 1.0, radius: Radius = 1.0, luminance_only: Truth = True
) -> Image:
    """Unsharp masking: `amount` times the difference to a blur of `radius` pixels is added.
    `luminance_only` leaves the hues alone.
    """
    if not luminance_only or image.bands < 3:
        return on_colours(image, lambda colours: _sharpened(colours, amount, radius))
    return on_colours(image, lambda colours: _lightness_sharpened(colours, amount, radius))


def _sharpened(image: Image, amount: float, radius: float) -> Image:
    return (image + (image - image.gaussblur(radius)) * amount).copy(
        interpretation=image.interpretation
    )


def _lightness_sharpened(image: Image, amount: float, radius: float) -> Image:
    lab = image.colourspace("lab")
    lightness = _sharpened(lab.extract_band(0), amount, radius)
    return (
        lightness.bandjoin(lab.extract_band(1, n=2)).copy(interpretation="lab").colourspace("srgb")
    )
