"""What several filters need to know about pixels: bands, alpha, 8 bits a channel."""

from collections.abc import Callable

from pyvips import Image, Interpolate

from tintype.filters.arguments import Colour

LUMA = Image.new_from_array([[0.299, 0.587, 0.114]])  # ITU-R BT.601: how light a colour looks


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
        return work(image).cast("uchar").copy(interpretation=image.interpretation)
    worked = work(colours_of(image)).cast("uchar").copy(interpretation=image.interpretation)
    return worked.bandjoin(image.extract_band(image.bands - 1))


def colours_of(image: Image) -> Image:
    """The image without its alpha band."""
    return image.extract_band(0, n=image.bands - 1) if image.hasalpha() else image


def brightness_of(image: Image) -> Image:
    """How light each pixel looks, 0 to 255. The image has no alpha."""
    return image if image.bands == 1 else image.recomb(LUMA)


def with_alpha(image: Image) -> Image:
    """The image with an alpha band, opaque where it had none."""
    return image if image.hasalpha() else image.bandjoin(255)


def like(image: Image, other: Image) -> Image:
    """The image in colour where the other is; the number of bands may still differ by alpha."""
    return image.colourspace("srgb") if image.bands < 3 <= other.bands else image


def resized(image: Image, width: int, height: int) -> Image:
    """The image at exactly this size, premultiplied where it has alpha.

    libvips' own resize would move what it enlarges by up to half a pixel: here the middle of the
    first pixel stays at the middle of the first.
    """
    across, down = width / image.width, height / image.height
    if min(across, down) < 1:
        image = image.resize(min(across, 1.0), vscale=min(down, 1.0))
    across, down = max(across, 1.0), max(down, 1.0)
    if across == down == 1:
        return image
    return image.affine(
        [across, 0, 0, down],
        interpolate=Interpolate.new("bicubic"),
        oarea=[0, 0, width, height],
        idx=0.5 - 0.5 / across,
        idy=0.5 - 0.5 / down,
        extend="copy",
    )


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


def laid_over(image: Image, over: Image, x: int, y: int) -> Image:
    """`over`, which has alpha, on the image with its corner at x, y; what sticks out is cut off.

    The result has alpha where the image has.
    """
    image = like(image, over)
    both = image.composite2(like(over, image), "over", x=x, y=y)
    if not image.hasalpha():
        both = both.extract_band(0, n=image.bands)
    return both.cast("uchar").copy(interpretation=image.interpretation)
