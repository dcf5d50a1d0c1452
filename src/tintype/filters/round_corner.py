"""The filter `round_corner`."""

import re
from typing import Annotated

from pyvips import Image

from tintype.filters.arguments import Argument, Level, Truth
from tintype.filters.pixels import on_colours, with_alpha

Radii = tuple[int, int]


def _read_radii(text: str) -> Radii:
    match = re.fullmatch(r"(\d{1,5})(?:\|(\d{1,5}))?", text, re.ASCII)
    if not match:
        raise ValueError(text)
    return int(match[1]), int(match[2] or match[1])


CornerRadii = Annotated[
    Radii, Argument("a radius in pixels, or two of an ellipse with a bar between", _read_radii)
]


def round_corner(
    image: Image,
    radius: CornerRadii,
    red: Level,
    green: Level,
    blue: Level,
    transparent: Truth = False,
) -> Image:
    """Round the corners; outside of them is the colour, or nothing if `transparent`."""
    across, down = min(radius[0], image.width // 2), min(radius[1], image.height // 2)
    if not (across and down):
        return image
    inside = _inside(image.width, image.height, across, down)
    if transparent:
        return _cut_out(image, inside)
    colour = [red, green, blue]
    if image.bands < 3:
        image, colour = (image, colour[:1]) if len(set(colour)) == 1 else (_coloured(image), colour)
    outside = (1 - inside) * colour + 0.5
    return on_colours(image, lambda colours: colours * inside + outside)


def _coloured(image: Image) -> Image:
    return image.colourspace("srgb")


def _cut_out(image: Image, inside: Image) -> Image:
    """The image with its alpha multiplied by the share of each pixel that is inside."""
    opaque = with_alpha(image)
    alpha = (opaque.extract_band(opaque.bands - 1) * inside + 0.5).cast("uchar")
    joined = opaque.extract_band(0, n=opaque.bands - 1).bandjoin(alpha)
    return joined.copy(interpretation=image.interpretation)


def _inside(width: int, height: int, across: int, down: int) -> Image:
    """0 to 1 for each pixel: its distance from the ellipse, which is q / |∇q| near the edge."""
    place = Image.xyz(width, height)
    x = _into_corner(place.extract_band(0), width, across)
    y = _into_corner(place.extract_band(1), height, down)
    q = (x * x) / across**2 + (y * y) / down**2
    slope = (((x * x) / across**4 + (y * y) / down**4) ** 0.5) * 2
    share = (1 - q) / (slope + 1e-6) + 0.5
    share = (share < 0).ifthenelse(0, share)
    return (share > 1).ifthenelse(1, share)


def _into_corner(place: Image, side: int, radius: int) -> Image:
    """How far each pixel's middle lies beyond the corner's centre, 0 where it does not."""
    from_middle = (place + (0.5 - side / 2)).abs()
    beyond = from_middle - (side / 2 - radius)
    return (beyond < 0).ifthenelse(0, beyond)
