"""Sizes in, crop box and result size out: numbers only, no pixels.

The rules are thumbor's, so that a thumbor URL gives a picture of the same size here: which side is
cropped, where the window lies, how halves are rounded. Two departures: a crop box that lies wholly
outside the picture is an error instead of being ignored; and where only one side is given, the
result has exactly that side and nothing is cropped (thumbor may fit twice and lose a pixel, or cut
off rows to match a rounded ratio).
"""

from dataclasses import dataclass

from tintype.errors import InvalidTransform
from tintype.transform import MAX_SIDE, CropBox, Fit, HAlign, Transform, VAlign


@dataclass(frozen=True, slots=True)
class Size:
    """A width and a height in whole pixels, both from 1."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width:,} × {self.height:,}"


@dataclass(frozen=True, slots=True)
class FocalPoint:
    """What must survive a crop: a point in the pixels of the picture as it is seen."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Cut `crop` out of the picture as it is seen, resize that to `result`, then flip.

    `crop` lies inside the picture. No side of `result` is above `MAX_SIDE`.
    """

    crop: CropBox
    result: Size

    @property
    def horizontal_scale(self) -> float:
        """Pixels of the result for each pixel of the crop box, across."""
        return self.result.width / self.crop.w

    @property
    def vertical_scale(self) -> float:
        """Pixels of the result for each pixel of the crop box, down."""
        return self.result.height / self.crop.h

    @property
    def shrink(self) -> float:
        """How many times the crop box is larger than the result, on the axis that shrinks less."""
        return min(self.crop.w / self.result.width, self.crop.h / self.result.height)


def plan(picture: Size, transform: Transform, focal: FocalPoint | None = None) -> Plan:
    """Where to cut and how large to make it.

    `picture` is the size as it is seen: after the orientation is applied. `focal` is what a crop
    keeps, in place of the alignment; outside the transform's own crop box it is ignored. Raises
    InvalidTransform for a crop box outside the picture and for a result with a side above MAX_SIDE.
    """
    box = manual_box(picture, transform)
    target = _target(box, transform)
    if transform.fit in (Fit.INSIDE, Fit.COVER):
        result = _fitted(Size(box.w, box.h), target, transform)
    else:
        result = target
        if transform.fit is Fit.FILL and transform.width and transform.height:
            box = _auto_crop(box, target, transform, focal)
    return Plan(box, _checked(result))


def manual_box(picture: Size, transform: Transform) -> CropBox:
    """The transform's crop box cut off at the picture's edges; without one, the whole picture."""
    crop = transform.crop
    if crop is None:
        return CropBox(0, 0, picture.width, picture.height)
    if crop.x >= picture.width or crop.y >= picture.height:
        raise InvalidTransform(
            f"The crop box {crop} lies outside the picture, which has {picture} pixels.",
            remedy="Give x,y,w,h in the pixels of the original.",
        )
    width = min(crop.w, picture.width - crop.x)
    return CropBox(crop.x, crop.y, width, min(crop.h, picture.height - crop.y))


def _target(box: CropBox, transform: Transform) -> Size:
    """The size asked for; a missing side follows the proportions of the box."""
    width, height = transform.width, transform.height
    if not transform.upscale and transform.fit is not Fit.INSIDE:
        width, height = _at_most(width, box.w), _at_most(height, box.h)
    if width is None and height is None:
        return Size(box.w, box.h)
    if width is None:
        assert height is not None
        return Size(max(1, round(height * box.w / box.h)), height)
    if height is None:
        return Size(width, max(1, round(width * box.h / box.w)))
    return Size(width, height)


def _at_most(side: int | None, limit: int) -> int | None:
    return None if side is None else min(side, limit)


def _fitted(box: Size, target: Size, transform: Transform) -> Size:
    """INSIDE: all of the box within the target. COVER: the target within the result."""
    if transform.width is None or transform.height is None:
        # The target has the proportions already; fitting it again would round a second time.
        enlarges = target.width > box.width or target.height > box.height
        return box if transform.fit is Fit.INSIDE and enlarges else target
    wider = box.width * target.height >= box.height * target.width
    if transform.fit is Fit.COVER:
        return _by_height(box, target.height) if wider else _by_width(box, target.width)
    if (
        target.width >= box.width
        and target.height >= box.height
        and not _grows(box, target, transform)
    ):
        return box
    return _by_width(box, target.width) if wider else _by_height(box, target.height)


def _grows(box: Size, target: Size, transform: Transform) -> bool:
    """A fit inside enlarges when that is asked and the picture is smaller on both axes."""
    return transform.upscale and box.width < target.width and box.height < target.height


def _by_width(box: Size, width: int) -> Size:
    return Size(width, _half_up(box.height * width, box.width))


def _by_height(box: Size, height: int) -> Size:
    return Size(_half_up(box.width * height, box.height), height)


def _half_up(numerator: int, denominator: int) -> int:
    """The quotient to the nearest whole number, halves upwards, never below 1."""
    return max(1, (2 * numerator + denominator) // (2 * denominator))


def _auto_crop(
    box: CropBox, target: Size, transform: Transform, focal: FocalPoint | None
) -> CropBox:
    """Cut the box to the target's proportions, on one axis; nothing if they agree to 1/100."""
    if round(box.w / box.h, 2) == round(target.width / target.height, 2):
        return box
    width, height = box.w, box.h
    if target.width * box.h > target.height * box.w:
        height = max(1, round(box.w * target.height / target.width))
    else:
        width = -(-target.width * box.h // target.height)
    x, y = _centre(box, transform, focal)
    return CropBox(box.x + _start(x, width, box.w), box.y + _start(y, height, box.h), width, height)


def _centre(box: CropBox, transform: Transform, focal: FocalPoint | None) -> tuple[int, int]:
    """What the window is centred on, in whole pixels from the box's corner."""
    if focal and 0 <= focal.x - box.x <= box.w and 0 <= focal.y - box.y <= box.h:
        return int(focal.x - box.x), int(focal.y - box.y)
    across = {HAlign.LEFT: 0, HAlign.CENTER: box.w // 2, HAlign.RIGHT: box.w}
    down = {VAlign.TOP: 0, VAlign.MIDDLE: box.h // 2, VAlign.BOTTOM: box.h}
    return across[transform.halign], down[transform.valign]


def _start(centre: int, window: int, side: int) -> int:
    """The first pixel of a window around `centre`, pushed back inside 0…side."""
    return round(min(max(centre - window / 2, 0), side - window))


def _checked(result: Size) -> Size:
    if max(result.width, result.height) > MAX_SIDE:
        raise InvalidTransform(
            f"The result would have {result} pixels; no side may be above {MAX_SIDE:,}.",
            remedy="Give a smaller width or height.",
        )
    return result
