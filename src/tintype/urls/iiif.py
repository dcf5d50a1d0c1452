"""The IIIF Image API's grammar, versions 3.0 and 2.1: what the address of an image asks for.

`{id}/{region}/{size}/{rotation}/{quality}.{format}` says little without the picture's size, so it
is read in two steps: `read` checks the words, `Request.exact` makes numbers of them. Sections are
those of https://iiif.io/api/image/3.0/.
"""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tintype.errors import InvalidTransform
from tintype.geometry import Size
from tintype.transform import MAX_SIDE, CropBox, FilterCall, Fit, Transform

Version = Literal[2, 3]

FORMATS = {
    "jpg": "jpeg",
    "png": "png",
    "webp": "webp",
    "gif": "gif",
    "tif": "tiff",
    "avif": "avif",
}
QUALITIES = ("default", "color", "gray", "bitonal")

_DECIMAL = r"(\d{1,7}(?:\.\d{1,15})?|\.\d{1,15})"
_FOUR = re.compile(r"(\d{1,9}),(\d{1,9}),(\d{1,9}),(\d{1,9})", re.ASCII)
_FOUR_PERCENT = re.compile("pct:" + ",".join([_DECIMAL] * 4), re.ASCII)
_SIDES = re.compile(r"(\d{0,9}),(\d{0,9})", re.ASCII)
_PERCENT = re.compile(f"pct:{_DECIMAL}", re.ASCII)
_ROTATION = re.compile(f"(!?){_DECIMAL}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest result: `max_side` of either side and `max_area`, in pixels."""

    max_side: int = MAX_SIDE
    max_area: int = 50_000_000

    def allow(self, size: Size) -> bool:
        """Whether a result of this size may be asked for."""
        sides = max(size.width, size.height) <= self.max_side
        return sides and size.width * size.height <= self.max_area

    def largest(self, picture: Size, *, upscale: bool) -> Size:
        """The largest size of the picture's proportions within the limits."""
        scale = min(
            self.max_side / max(picture.width, picture.height),
            math.sqrt(self.max_area / (picture.width * picture.height)),
        )
        if scale >= 1 and not upscale:
            return picture
        # The small amount is for what floating point leaves under a whole number.
        width, height = (
            max(1, int(side * scale + 1e-9)) for side in (picture.width, picture.height)
        )
        return Size(width, height)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Clockwise by `degrees`, 0 up to 360, after mirroring on the vertical axis."""

    degrees: Fraction
    mirrored: bool

    def __str__(self) -> str:
        return "!" * self.mirrored + _decimal(self.degrees)


@dataclass(frozen=True, slots=True)
class Request:
    """The address of an image, read: words that are correct, whatever the picture."""

    version: Version
    region: str
    size: str
    rotation: Rotation
    quality: str
    format: str

    def exact(self, picture: Size, limits: Limits) -> "Exact":
        """The numbers for a picture of this size (as it is seen).

        Raises InvalidTransform for a region outside, and for a size that is too large: above the
        region where `^` does not allow that, or above the limits.
        """
        box = _box(self.region, picture)
        region = Size(box.w, box.h)
        size = _result(self, region, limits)
        if not limits.allow(size):
            raise InvalidTransform(
                f"The result would have {size} pixels.",
                remedy=f"No side may be above {limits.max_side:,}, nor all of it above"
                f" {limits.max_area:,} pixels.",
            )
        return Exact(self, picture, box, size, limits)


@dataclass(frozen=True, slots=True)
class Exact:
    """A request in numbers for one picture."""

    request: Request
    picture: Size
    box: CropBox
    size: Size
    limits: Limits

    def transform(self) -> Transform:
        """Region, size, mirroring, rotation, quality, format, in the order of section 4.6."""
        return Transform(
            crop=None if self._is_full else self.box,
            width=self.size.width,
            height=self.size.height,
            fit=Fit.STRETCH,
            upscale=True,
            flip_horizontal=self.request.rotation.mirrored,
            first_frame=True,
            filters=tuple(self._filters()),
        )

    def _filters(self) -> list[FilterCall]:
        degrees = self.request.rotation.degrees % 360
        steps = [FilterCall("rotate", (_decimal(360 - degrees),))] if degrees else []
        if self.request.quality == "gray":
            steps.append(FilterCall("grayscale"))
        if self.request.quality == "bitonal":
            steps.append(FilterCall("bitonal"))
        return [*steps, FilterCall("format", (FORMATS[self.request.format],))]

    @property
    def _is_full(self) -> bool:
        return (self.box.w, self.box.h) == (self.picture.width, self.picture.height)

    def path(self) -> str:
        """The canonical form of what comes behind the id, section 4.8 (2.1: 4.7)."""
        region = "full" if self._is_full else str(self.box)
        request = self.request
        quality = "default" if request.quality == "color" else request.quality
        return f"{region}/{self._size()}/{request.rotation}/{quality}.{request.format}"

    def _size(self) -> str:
        region, size = Size(self.box.w, self.box.h), self.size
        enlarged = size.width > region.width or size.height > region.height
        if self.request.version == 2:
            return self._size_of_2(region)
        if size == self.limits.largest(region, upscale=False):
            return "max"
        if enlarged and size == self.limits.largest(region, upscale=True):
            return "^max"
        return f"{'^' * enlarged}{size.width},{size.height}"

    def _size_of_2(self, region: Size) -> str:
        """2.1 prefers `full`, then `w,` where the proportions stay."""
        if self.size == region:
            return "full"
        if self.size.height == _scaled(region.height, self.size.width, region.width):
            return f"{self.size.width},"
        return f"{self.size.width},{self.size.height}"


def read(text: str, version: Version) -> Request:
    """Read `{region}/{size}/{rotation}/{quality}.{format}`.

    Raises InvalidTransform that names the part with a fault.
    """
    parts = text.split("/")
    if len(parts) != 4:
        raise _refusal("address", text, "region/size/rotation/quality.format")
    region, size, rotation, last = parts
    quality, _, format_ = last.rpartition(".")
    _check_region(region)
    _check_size(size, version)
    if quality not in QUALITIES:
        raise _refusal("quality", quality, f"one of {', '.join(QUALITIES)}")
    if format_ not in FORMATS:
        raise _refusal("format", format_, f"one of {', '.join(FORMATS)}")
    return Request(version, region, size, _rotation(rotation), quality, format_)


def _check_region(text: str) -> None:
    if text not in ("full", "square") and not (
        _FOUR.fullmatch(text) or _FOUR_PERCENT.fullmatch(text)
    ):
        raise _refusal("region", text, "full, square, x,y,w,h or pct:x,y,w,h")


def _check_size(text: str, version: Version) -> None:
    bare = text.removeprefix("^") if version == 3 else text
    words = ("max",) if version == 3 else ("max", "full")
    if bare in words or _PERCENT.fullmatch(bare):
        return
    sides = _SIDES.fullmatch(bare.removeprefix("!"))
    enough = sides and (all(sides.groups()) if bare[:1] == "!" else any(sides.groups()))
    if not enough:
        raise _refusal("size", text, f"{words[-1]}, w, or ,h or w,h or !w,h or pct:n")


def _rotation(text: str) -> Rotation:
    match = _ROTATION.fullmatch(text)
    if not match or Fraction(match[2]) > 360:
        raise _refusal("rotation", text, "0 to 360, with ! before it to mirror")
    return Rotation(Fraction(match[2]), bool(match[1]))


def _refusal(part: str, text: str, wants: str) -> InvalidTransform:
    return InvalidTransform(f"The {part} {text[:60]!r} is not valid.", remedy=f"Give {wants}.")


def _box(region: str, picture: Size) -> CropBox:
    """The region in whole pixels, cut off at the picture's edges, section 4.1."""
    if region == "full":
        return CropBox(0, 0, picture.width, picture.height)
    if region == "square":
        side = min(picture.width, picture.height)
        return CropBox((picture.width - side) // 2, (picture.height - side) // 2, side, side)
    if region.startswith("pct:"):
        match = _FOUR_PERCENT.fullmatch(region)
        assert match
        x, y, w, h = (Fraction(number) / 100 for number in match.groups())
        left, width = _share(x, w, picture.width)
        top, height = _share(y, h, picture.height)
    else:
        left, top, width, height = map(int, region.split(","))
    if not width or not height or left >= picture.width or top >= picture.height:
        raise _refusal("region", region, f"one inside the picture, which has {picture} pixels")
    return CropBox(left, top, min(width, picture.width - left), min(height, picture.height - top))


def _share(start: Fraction, length: Fraction, side: int) -> tuple[int, int]:
    """A share of a side: its first pixel and how many. What is not nothing has one at least."""
    if start >= 1 or not length:
        return side, 0
    first = min(_half_up(start * side), side - 1)
    return first, max(1, _half_up(min(start + length, Fraction(1)) * side) - first)


def _result(request: Request, region: Size, limits: Limits) -> Size:
    """The size of the result before any rotation, section 4.2."""
    text = request.size
    upscale = text.startswith("^") or request.version == 2  # 2.1: feature sizeAboveFull
    text = text.removeprefix("^")
    if text in ("max", "full"):
        return limits.largest(region, upscale=request.size == "^max")
    if text.startswith("!"):
        return _inside(text, region, limits, upscale=upscale and request.version == 3)
    wanted = _percentage(text, region) if text.startswith("pct:") else _sides(text, region)
    enlarges = wanted.width > region.width or wanted.height > region.height
    if not upscale and (enlarges or _is_above_100_percent(text)):
        raise InvalidTransform(
            f"The size {text} would enlarge the region, which has {region} pixels.",
            remedy=f"Put ^ before it: ^{text}.",
        )
    return wanted


def _percentage(text: str, region: Size) -> Size:
    share = Fraction(text.removeprefix("pct:")) / 100
    if not share:
        raise _refusal("size", text, "more than 0 %")
    width, height = (max(1, _half_up(side * share)) for side in (region.width, region.height))
    return Size(width, height)


def _is_above_100_percent(text: str) -> bool:
    match = _PERCENT.fullmatch(text)
    return bool(match) and Fraction(text.removeprefix("pct:")) > 100


def _sides(text: str, region: Size) -> Size:
    """`w,` `,h` and `w,h`."""
    width, height = (int(side) if side else None for side in text.split(","))
    if width == 0 or height == 0:
        raise _refusal("size", text, "sides from 1 pixel")
    if width is None:
        assert height is not None
        return Size(_scaled(region.width, height, region.height), height)
    if height is None:
        return Size(width, _scaled(region.height, width, region.width))
    return Size(width, height)


def _inside(text: str, region: Size, limits: Limits, *, upscale: bool) -> Size:
    """`!w,h`: as large as box and limits let it be, and never an error for being too large."""
    width, height = map(int, text.removeprefix("!").split(","))
    if not width or not height:
        raise _refusal("size", text, "sides from 1 pixel")
    if width * region.height <= height * region.width:
        fitted = Size(width, _scaled(region.height, width, region.width))
    else:
        fitted = Size(_scaled(region.width, height, region.height), height)
    largest = limits.largest(region, upscale=upscale)
    return largest if fitted.width >= largest.width or fitted.height >= largest.height else fitted


def _scaled(side: int, numerator: int, denominator: int) -> int:
    return max(1, _half_up(Fraction(side * numerator, denominator)))


def _half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def _decimal(value: Fraction) -> str:
    """Without exponent and trailing zeros, as section 4.7 wants it: 22.5, 0.25, 90."""
    return f"{float(value):.9f}".rstrip("0").rstrip(".")
