"""Where to look: libvips' attention search (edges, skin tones, saturated colours)."""

from typing import Any

from pyvips import Image

from tintype.geometry import FocalPoint, Plan
from tintype.processor.decode import Frame
from tintype.transform import CropBox


def focal_point(frame: Frame, box: CropBox, plan: Plan) -> FocalPoint:
    """The centre of attention within `box`, for a window as large as the plan's crop.

    The frame is in memory. The point is in pixels of the whole picture as it is seen.
    """
    shrink = frame.shrink
    part = _part(frame.image, box, shrink)
    width = max(1, min(plan.crop.w // shrink, part.width))
    height = max(1, min(plan.crop.h // shrink, part.height))
    answer: Any = part.smartcrop(
        width, height, interesting="attention", attention_x=True, attention_y=True
    )
    found = answer[1]
    return FocalPoint(box.x + found["attention_x"] * shrink, box.y + found["attention_y"] * shrink)


def _part(image: Image, box: CropBox, shrink: int) -> Image:
    left, top = min(box.x // shrink, image.width - 1), min(box.y // shrink, image.height - 1)
    width = max(1, min(box.w // shrink, image.width - left))
    return image.crop(left, top, width, max(1, min(box.h // shrink, image.height - top)))
