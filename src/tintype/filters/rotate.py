"""The filter `rotate`."""

from pyvips import Image, Interpolate

from tintype.filters.arguments import ColourName, Degrees
from tintype.filters.pixels import flattened, on_premultiplied


def rotate(image: Image, degrees: Degrees, background: ColourName | None = None) -> Image:
    """Turn counter-clockwise, as thumbor does. Multiples of 90 move the pixels and change none;
    other angles make the picture larger, with corners of `background`, else transparent.
    """
    turn = degrees % 360
    if turn % 90 == 0:
        return image.rot(f"d{(360 - int(turn)) % 360}") if turn else image
    turned = _turned(image, turn)
    return turned if background is None else flattened(turned, background)


def _turned(image: Image, degrees: float) -> Image:
    """libvips turns clockwise."""
    opaque = image if image.hasalpha() else image.addalpha()
    bicubic = Interpolate.new("bicubic")
    return on_premultiplied(
        opaque, lambda pixels: pixels.rotate(-degrees, interpolate=bicubic, background=[0])
    )
