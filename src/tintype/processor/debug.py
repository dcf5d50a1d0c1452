"""Debug: what a crop would keep, drawn on the picture."""

from collections.abc import Sequence
from dataclasses import replace

from pyvips import Image

from tintype.transform import CropBox, Fit, Transform

LEAST = 10  # pixels: a point is drawn as large as this
THINNEST = 3  # pixels
SMALL = 80  # pixels; a thick line would hide what is to be seen on a smaller picture


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
    """The image, which shows `crop`, with a white line around every focal area, and a dot for one
    that is a point. Both are wide enough to be seen where the picture is shown small.
    """
    if image.bands < 3:
        image = image.colourspace("srgb")
    ink = [255.0] * image.bands
    longest = max(image.width, image.height)
    line = max(THINNEST, round(longest / 200)) if longest > SMALL else 1
    for box in boxes:
        width, height = max(box.w, LEAST), max(box.h, LEAST)
        left, top = box.x + (box.w - width) // 2 - crop.x, box.y + (box.h - height) // 2 - crop.y
        if line > 1 and max(box.w, box.h) <= 2 * line:
            dot = left + width // 2, top + height // 2, 2 * line
            image = image.draw_circle(ink, *dot, fill=True)
        for i in range(line):  # inwards, as long as there is room
            across, down = width + 1 - 2 * i, height + 1 - 2 * i
            if min(across, down) > 0:
                image = image.draw_rect(ink, left + i, top + i, across, down)
    return image
