"""The IIIF Image API's description of a picture, info.json, versions 3.0 and 2.1."""

from collections.abc import Callable
from typing import Any

from tintype.geometry import Size
from tintype.urls.iiif import FORMATS, QUALITIES, Limits, Version

TILE = 512  # pixels; the side of the tiles that are offered


def info(base: str, picture: Size, limits: Limits, version: Version) -> dict[str, Any]:
    """The image information document, section 5; `base` is the address that ends with the id."""
    return _INFO[version](base, picture, limits)


_FEATURES = (  # beyond level 2
    "canonicalLinkHeader",
    "mirroring",
    "profileLinkHeader",
    "rotationArbitrary",
)


def _info_3(base: str, picture: Size, limits: Limits) -> dict[str, Any]:
    return {
        "@context": context(3),
        "id": base,
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level2",
        **_numbers(picture, limits),
        "maxWidth": limits.max_side,
        "maxHeight": limits.max_side,
        "maxArea": limits.max_area,
        "preferredFormats": ["webp", "jpg"],
        "extraFormats": [name for name in FORMATS if name not in ("jpg", "png")],
        "extraQualities": list(QUALITIES[1:]),
        "extraFeatures": sorted((*_FEATURES, "sizeUpscaling")),
    }


def _info_2(base: str, picture: Size, limits: Limits) -> dict[str, Any]:
    profile = {
        "formats": [name for name in FORMATS if name not in ("jpg", "png")],
        "qualities": list(QUALITIES[1:]),
        "supports": sorted((*_FEATURES, "regionSquare", "sizeAboveFull")),
        "maxWidth": limits.max_side,
        "maxHeight": limits.max_side,
        "maxArea": limits.max_area,
    }
    return {
        "@context": context(2),
        "@id": base,
        "protocol": "http://iiif.io/api/image",
        "profile": [level(2), profile],
        **_numbers(picture, limits),
    }


_INFO: dict[int, Callable[[str, Size, Limits], dict[str, Any]]] = {2: _info_2, 3: _info_3}


def context(version: Version) -> str:
    """The URI of the JSON-LD context."""
    return f"http://iiif.io/api/image/{version}/context.json"


def level(version: Version) -> str:
    """The URI of the compliance level's profile document."""
    return f"http://iiif.io/api/image/{version}/level2.json"


def _numbers(picture: Size, limits: Limits) -> dict[str, Any]:
    """Size, preferred smaller sizes, and tiles up to the factor at which one shows everything."""
    factors = [1]
    while max(picture.width, picture.height) > TILE * factors[-1]:
        factors.append(factors[-1] * 2)
    sizes = [Size(-(-picture.width // f), -(-picture.height // f)) for f in reversed(factors)]
    return {
        "width": picture.width,
        "height": picture.height,
        "sizes": [{"width": s.width, "height": s.height} for s in sizes if limits.allow(s)],
        "tiles": [{"width": TILE, "height": TILE, "scaleFactors": factors}],
    }
