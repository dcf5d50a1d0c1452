"""The filters of thumbor's grammar that are fields of the transform."""

import re
from dataclasses import replace
from typing import Annotated

from tintype.errors import InvalidTransform
from tintype.filters.arguments import Argument
from tintype.transform import CropEdges, Fit, Transform

_NUMBER = r"(\d{1,7}(?:\.\d{1,7})?)"
_EDGES = re.compile(f"{_NUMBER}x{_NUMBER}:{_NUMBER}x{_NUMBER}", re.ASCII)


def _read_edges(text: str) -> CropEdges:
    match = _EDGES.fullmatch(text)
    if not match:
        raise ValueError(text)
    return CropEdges(*map(float, match.groups()))


Edges = Annotated[
    CropEdges,
    Argument("a box by its edges: left, top, right, bottom as in 10x20:300x200", _read_edges),
]


def upscale(transform: Transform) -> Transform:
    """Enlarge a smaller picture, too: with `fit-in`, up to the box."""
    return replace(transform, upscale=True)


def no_upscale(transform: Transform) -> Transform:
    """Never enlarge. URLs do unless told, the command line does not."""
    return replace(transform, upscale=False)


def stretch(transform: Transform) -> Transform:
    """Make it exactly the size, proportions lost, instead of cropping. Not with `fit-in`."""
    return replace(transform, fit=Fit.STRETCH) if transform.fit is Fit.FILL else transform


def cover(transform: Transform) -> Transform:
    """The first frame of an animation, as a still picture."""
    return replace(transform, first_frame=True)


def focal(transform: Transform, box: Edges) -> Transform:
    """What a crop keeps, in pixels of the original. Several: their mean, weighted by their area."""
    if box.left >= box.right or box.top >= box.bottom:
        return transform
    return replace(transform, focal=(*transform.focal, box))


def extract_focal(_transform: Transform) -> Transform:
    """Take the crop of the thumbor URL that the picture's own address is for a focal point."""
    raise InvalidTransform(
        "The filter extract_focal reads the picture's own address, so it works in URLs only.",
        remedy="Write focal(LEFTxTOP:RIGHTxBOTTOM).",
    )
