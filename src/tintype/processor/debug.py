"""Debug: what a crop would keep, drawn on the picture."""

from collections.abc import Sequence
from dataclasses import replace

from pyvips import Image

from tintype.transform import CropBox, Fit, Transform

LEAST = 10  # pixels: a point is drawn as large as this


def without_resize(transform: Transform) -> Transform:
    """The transform that only trims and crops, as one that draws its focal points does."""
    return replace(
        transform,
        width=None,
        height=None,
        fit=Fit.FILL,
        flip_horizontal=False,
        flip_vertical=False,
        padding=None,
    )


def with_boxes(image: Image, boxes: Sequence[CropBox], crop: CropBox) -> Image:
    """The image, which shows `crop`, with a white line around every focal area."""
    if image.bands < 3:
        image = image.colourspace("srgb")
    ink = [255.0] * image.bands
    for box in boxes:
        width, height = max(box.w, LEAST), max(box.h, LEAST)
        left, top = box.x + (box.w - width) // 2, box.y + (box.h - height) // 2
        image = image.draw_rect(ink, left - crop.x, top - crop.y, width + 1, height + 1)
    return image
