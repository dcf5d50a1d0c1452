"""What several filters need to know about pixels: bands, alpha, 8 bits a channel."""

from collections.abc import Callable

from pyvips import Image

from tintype.filters.arguments import Colour


def on_premultiplied(image: Image, work: Callable[[Image], Image]) -> Image:
    """Do `work` so that the colour of transparent pixels does not bleed into their neighbours."""
    if not image.hasalpha():
        return work(image).cast("uchar")
    kind = image.interpretation
    return _rounded(work(_rounded(image.premultiply())).unpremultiply()).copy(interpretation=kind)


def _rounded(image: Image) -> Image:
    """To 8 bits; a cast alone would cut off, and darken what is nearly transparent."""
    return (image + 0.5).cast("uchar")


def on_colours(image: Image, work: Callable[[Image], Image]) -> Image:
    """Do `work` on the colour bands; an alpha band stays as it is."""
    if not image.hasalpha():
        return work(image).cast("uchar")
    colours = image.extract_band(0, n=image.bands - 1)
    return work(colours).cast("uchar").bandjoin(image.extract_band(image.bands - 1))


def flattened(image: Image, colour: Colour) -> Image:
    """The image on a background, without alpha; gray stays gray on a gray background."""
    if not image.hasalpha():
        return image
    if image.bands > 2:
        return image.flatten(background=list(colour))
    red, green, blue = colour
    if red == green == blue:
        return image.flatten(background=[red])
    return image.colourspace("srgb").flatten(background=list(colour))
