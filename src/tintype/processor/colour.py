"""Colours: 8 bits a channel, gray or sRGB, converted only where there is a need."""

import pyvips
from pyvips import Image

_PROFILE = "icc-profile-data"
_SRGB = ("sRGB".encode("ascii"), "sRGB".encode("utf-16-be"))  # as a profile's description has it


def in_8_bits(image: Image) -> Image:
    """Gray, RGB or CMYK in 8 bits a channel, alpha kept. Nothing to do for nearly every picture."""
    if image.format == "uchar" and image.interpretation in ("srgb", "b-w", "cmyk"):
        return image
    if image.interpretation in ("multiband", "rgb", "histogram", "matrix"):
        image = _named(image)
    if image.interpretation == "cmyk":
        return (image >> 8).cast("uchar").copy(interpretation="cmyk")
    return image.colourspace("b-w" if image.bands < 3 else "srgb").cast("uchar")


def in_srgb(image: Image, *, keep_profile: bool) -> Image:
    """Apply an embedded profile other than sRGB; gray stays gray. CMYK is converted in any case,
    without a profile by libvips' built-in one. A profile that does not fit is as good as none.
    """
    if image.interpretation == "cmyk":
        return _converted(image, "cmyk")
    if keep_profile or not _is_foreign(image):
        return image
    try:
        converted = _converted(image, "srgb" if image.bands > 2 else "")
    except pyvips.Error:
        return image
    return converted if image.bands > 2 else converted.colourspace("b-w")


def _converted(image: Image, without: str) -> Image:
    if not without:
        return image.icc_transform("srgb", embedded=True, intent="perceptual")
    return image.icc_transform("srgb", embedded=True, intent="perceptual", input_profile=without)


def _is_foreign(image: Image) -> bool:
    if not image.get_typeof(_PROFILE):
        return False
    profile = image.get(_PROFILE)
    assert isinstance(profile, bytes)
    return not any(name in profile for name in _SRGB)


def _named(image: Image) -> Image:
    """Bands without a meaning are taken for gray or RGB, and for alpha where there is one more."""
    bands = min(image.bands, 4)
    wide = image.format not in ("uchar", "char")
    kind = ("grey16" if wide else "b-w") if bands < 3 else ("rgb16" if wide else "srgb")
    return image.extract_band(0, n=bands).copy(interpretation=kind)
