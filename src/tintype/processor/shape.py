"""Crop, resize, flip: what a plan says, done to a frame."""

from pyvips import Image

from tintype.filters.pixels import on_premultiplied, resized
from tintype.geometry import Plan
from tintype.processor.decode import Frame
from tintype.processor.window import window
from tintype.transform import Transform


def cut_and_resized(frame: Frame, plan: Plan) -> Image:
    """The plan's crop box at the plan's size; without scaling, exactly the file's pixels."""
    if frame.shrink > 1:
        return _resized_and_cut(frame, plan)
    image = _cut(frame.image, plan.crop.x, plan.crop.y, plan.crop.w, plan.crop.h)
    width, height = plan.result.width, plan.result.height
    if (image.width, image.height) == (width, height):
        return image
    return on_premultiplied(image, lambda pixels: resized(pixels, width, height))


def _resized_and_cut(frame: Frame, plan: Plan) -> Image:
    """A window a little larger than the box is resized, and the result is cut out of that."""
    image, box, result = frame.image, plan.crop, plan.result
    across = window(
        box.x / frame.shrink, plan.horizontal_scale * frame.shrink, result.width, image.width
    )
    down = window(
        box.y / frame.shrink, plan.vertical_scale * frame.shrink, result.height, image.height
    )
    image = _cut(image, across.start, down.start, across.length, down.length)
    scales = across.scale, down.scale
    image = on_premultiplied(image, lambda pixels: pixels.resize(scales[0], vscale=scales[1]))
    return _cut(image, across.skip, down.skip, result.width, result.height)


def _cut(image: Image, left: int, top: int, width: int, height: int) -> Image:
    if (left, top, width, height) == (0, 0, image.width, image.height):
        return image
    return image.crop(left, top, width, height)


def flipped(image: Image, transform: Transform) -> Image:
    """Mirror as the transform says. A vertical flip reads out of order: the image is in memory."""
    if transform.flip_horizontal:
        image = image.fliphor()
    if transform.flip_vertical:
        image = image.flipver()
    return image
