"""Sizes in, crop box and result size out: numbers only, no pixels.

The rules are thumbor's, so that a thumbor URL gives a picture of the same size here: which side is
cropped, where the window lies, how halves are rounded. The departures: a `CropBox` that lies wholly
outside the picture is an error (`CropEdges` are ignored then, as in thumbor); where a fill has only
one side, nothing is cropped (thumbor cuts rows off to match a rounded ratio); focal areas are in
the pixels of the original even behind a trim; and without enlarging, the picture that counts is
what a crop has left of it.
"""

from dataclasses import dataclass

from tintype.errors import InvalidTransform
from tintype.transform import MAX_SIDE, CropBox, CropEdges, Fit, HAlign, Transform, VAlign


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


def plan(
    picture: Size,
    transform: Transform,
    focal: FocalPoint | None = None,
    *,
    trimmed: CropBox | None = None,
) -> Plan:
    """Where to cut and how large to make it.

    `picture` is the size as it is seen: after the orientation is applied. `focal` is what a crop
    keeps, in place of the alignment, unless the transform names areas of its own; outside the
    transform's crop box it is ignored. `trimmed` is what is left of the picture without its border.
    Raises InvalidTransform for a crop box outside the picture and for a result with a side above
    MAX_SIDE.
    """
    box = manual_box(picture, transform, trimmed)
    width, height = _sides(box, transform)
    target = _target(box, width, height)
    if transform.fit in (Fit.INSIDE, Fit.COVER):
        result = _fitted(Size(box.w, box.h), target, transform)
    else:
        result = target
        if transform.fit is Fit.FILL and width and height:
            inside = focal if focal and _is_in(box, focal) else None
            box = _auto_crop(box, target, transform, _focus(box, picture, transform) or inside)
    return Plan(box, _checked(result))


def manual_box(picture: Size, transform: Transform, trimmed: CropBox | None = None) -> CropBox:
    """The transform's crop box within the picture, or what is left of it after trimming."""
    whole = trimmed or CropBox(0, 0, picture.width, picture.height)
    crop = transform.crop
    if crop is None:
        return whole
    if isinstance(crop, CropEdges):
        return _within(whole, *_pixels(crop, picture)) or whole
    if crop.x >= picture.width or crop.y >= picture.height:
        raise InvalidTransform(
            f"The crop box {crop} lies outside the picture, which has {picture} pixels.",
            remedy="Give x,y,w,h in the pixels of the original.",
        )
    return _within(whole, crop.x, crop.y, crop.x + crop.w, crop.y + crop.h) or whole


def _pixels(edges: CropEdges, picture: Size) -> tuple[int, int, int, int]:
    across, down = (picture.width, picture.height) if edges.shares else (1, 1)
    return (
        int(edges.left * across),
        int(edges.top * down),
        int(edges.right * across),
        int(edges.bottom * down),
    )


def _within(whole: CropBox, left: int, top: int, right: int, bottom: int) -> CropBox | None:
    """What of the edges lies within a box; None if nothing does."""
    left, top = max(left, whole.x), max(top, whole.y)
    width = min(right, whole.x + whole.w) - left
    height = min(bottom, whole.y + whole.h) - top
    return CropBox(left, top, width, height) if width > 0 and height > 0 else None


def _focus(box: CropBox, picture: Size, transform: Transform) -> FocalPoint | None:
    """The mean of the transform's focal areas, weighted by their size; None without any.

    What lies outside the transform's own crop box does not count.
    """
    cropped = _crops(picture, transform)
    weight = x = y = 0.0
    for area in transform.focal:
        width, height = area.right - area.left, area.bottom - area.top
        centre = FocalPoint(area.left + width // 2, area.top + height // 2)
        if not cropped or _is_in(box, centre):
            weight += width * height
            x, y = x + centre.x * width * height, y + centre.y * width * height
    return FocalPoint(x // weight, y // weight) if weight else None


def _crops(picture: Size, transform: Transform) -> bool:
    """Whether there is a crop that is not ignored."""
    if not isinstance(transform.crop, CropEdges):
        return transform.crop is not None
    whole = CropBox(0, 0, picture.width, picture.height)
    return _within(whole, *_pixels(transform.crop, picture)) is not None


def _is_in(box: CropBox, point: FocalPoint) -> bool:
    return 0 <= point.x - box.x <= box.w and 0 <= point.y - box.y <= box.h


def _sides(box: CropBox, transform: Transform) -> tuple[int | None, int | None]:
    """The sides asked for, in pixels."""
    width = box.w if transform.width == "orig" else transform.width
    height = box.h if transform.height == "orig" else transform.height
    if not transform.upscale and transform.fit is not Fit.INSIDE:
        width, height = _at_most(width, box.w), _at_most(height, box.h)
    turns = transform.adaptive and transform.fit in (Fit.INSIDE, Fit.COVER)
    if turns and width and height and (box.w - box.h) * (width - height) < 0:
        return height, width
    return width, height


def _target(box: CropBox, width: int | None, height: int | None) -> Size:
    """The size asked for; a missing side follows the proportions of the box."""
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
    wider = box.width * target.height >= box.height * target.width
    if transform.fit is Fit.COVER:
        taller = box.width * target.height <= box.height * target.width
        return _by_width(box, target.width) if taller else _by_height(box, target.height)
    if target.width < box.width or target.height < box.height:
        return _by_width(box, target.width) if wider else _by_height(box, target.height)
    if not _grows(box, target, transform):
        return box
    if wider:
        return Size(target.width, max(1, box.height * target.width // box.width))
    return Size(max(1, box.width * target.height // box.height), target.height)


def _grows(box: Size, target: Size, transform: Transform) -> bool:
    """A fit inside enlarges when that is asked, with both sides, and the picture is smaller."""
    if not (transform.upscale and transform.width and transform.height):
        return False
    return box.width < target.width and box.height < target.height


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
    if focal:
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
