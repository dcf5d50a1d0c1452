"""The filter `fill`."""

from typing import Annotated

from pyvips import Image

from tintype.filters.arguments import COLOUR, Argument, Colour, Truth
from tintype.filters.blur import blurred
from tintype.filters.pixels import (
    colours_of,
    laid_over,
    like,
    on_premultiplied,
    resized,
    with_alpha,
)
from tintype.filters.scene import Scene
from tintype.transform import Padding

BLUR = 50.0  # pixels
NO_PADDING = Padding(0, 0, 0, 0)
_WORDS = ("auto", "blur", "transparent")


def _read_ground(text: str) -> Colour | str:
    return text.lower() if text.lower() in _WORDS else COLOUR.read(text)


Ground = Annotated[Colour | str, Argument(f"{COLOUR.wants}; or {', '.join(_WORDS)}", _read_ground)]


def fill(image: Image, scene: Scene, colour: Ground, fill_transparent: Truth = False) -> Image:
    """Pad the picture to the size asked for, in the middle of a colour: `auto` is its mean, `blur`
    the picture itself, enlarged and blurred. `fill_transparent` fills what is transparent, too.
    """
    pad = scene.padding or NO_PADDING
    width = (scene.box[0] or image.width) + pad.left + pad.right
    height = (scene.box[1] or image.height) + pad.top + pad.bottom
    x, y = (
        (width - image.width + pad.left - pad.right) // 2,
        (height - image.height + pad.top - pad.bottom) // 2,
    )
    if (width, height) == (image.width, image.height):
        x = y = 0
    ground = _ground(image, colour, width, height)
    if fill_transparent or not image.hasalpha():
        return laid_over(ground, with_alpha(image), x, y)
    return _put(image, ground, x, y)


def _ground(image: Image, colour: Colour | str, width: int, height: int) -> Image:
    if colour == "blur":
        return on_premultiplied(
            image, lambda pixels: resized(blurred(pixels, BLUR, BLUR), width, height)
        )
    if colour == "transparent":
        flat = Image.black(width, height, bands=min(image.bands, 3) if image.bands > 2 else 1)
        kind = "srgb" if image.bands > 2 else "b-w"
        return flat.copy(interpretation=kind).bandjoin(0)
    level = _mean(image) if colour == "auto" else colour
    assert not isinstance(level, str)
    gray = image.bands < 3 and len(set(level)) == 1
    flat = Image.black(width, height) + (list(level[:1]) if gray else list(level))
    return flat.cast("uchar").copy(interpretation="b-w" if gray else "srgb")


def _mean(image: Image) -> Colour:
    colours = colours_of(image)
    means = [int(colours.extract_band(band).avg()) for band in range(colours.bands)]
    red, green, blue = means * 3 if len(means) == 1 else means
    return red, green, blue


def _put(image: Image, ground: Image, x: int, y: int) -> Image:
    """The image in place of the ground, with its own transparency."""
    ground = with_alpha(like(ground, image))
    image = like(image, ground)
    left, top = max(0, -x), max(0, -y)
    seen = image.crop(
        left,
        top,
        min(image.width - left, ground.width - max(0, x)),
        min(image.height - top, ground.height - max(0, y)),
    )
    return ground.insert(seen, max(0, x), max(0, y)).copy(interpretation=image.interpretation)
