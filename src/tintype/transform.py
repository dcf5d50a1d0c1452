"""Transform: the complete recipe for a rendition, a value."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from tintype.errors import InvalidTransform

MAX_SIDE = 10_000  # of a result, in pixels
MAX_FILTERS = 32
MAX_ARGUMENT = 2_048  # characters


class Fit(StrEnum):
    """How a picture meets a box of width × height."""

    FILL = "fill"  # cover the box and crop what sticks out
    INSIDE = "inside"  # all of the picture within the box (thumbor's fit-in)
    COVER = "cover"  # cover the box, nothing cropped (thumbor's full-fit-in)
    STRETCH = "stretch"  # exactly the box, proportions lost


class HAlign(StrEnum):
    """Which part of the width survives a crop."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class VAlign(StrEnum):
    """Which part of the height survives a crop."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True)
class CropBox:
    """A box in the pixels of the original as it is seen (orientation applied).

    `x`, `y` is its top left corner; `w`, `h` its size. What lies outside the picture is cut off.
    """

    x: int
    y: int
    w: int
    h: int

    def __post_init__(self) -> None:
        if self.x < 0 or self.y < 0 or self.w < 1 or self.h < 1:
            raise InvalidTransform(
                f"The crop box {self.x},{self.y},{self.w},{self.h} is not valid.",
                remedy="Give x,y,w,h in pixels, x and y from 0, w and h from 1.",
            )

    @classmethod
    def parse(cls, text: str) -> "CropBox":
        """Read `x,y,w,h`."""
        match = re.fullmatch(
            r"\s*(\d{1,7})\s*,\s*(\d{1,7})\s*,\s*(\d{1,7})\s*,\s*(\d{1,7})\s*", text
        )
        if not match:
            raise InvalidTransform(
                f"{text[:40]!r} is not a crop box.",
                remedy="Give x,y,w,h in whole pixels, for example 120,80,300,300.",
            )
        return cls(*map(int, match.groups()))

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.w},{self.h}"


@dataclass(frozen=True, slots=True)
class FilterCall:
    """One filter with its arguments as text, as in a URL: `quality(80)`."""

    name: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "FilterCall":
        """Read `name(a,b)` or `name`. What the filter makes of its arguments is its own affair."""
        name, bracket, rest = text.strip().partition("(")
        if bracket and not rest.endswith(")"):
            raise InvalidTransform(
                f"The filter {text[:40]!r} has no closing bracket.", remedy="Write it as blur(3)."
            )
        arguments = rest[:-1].split(",") if rest[:-1] else []
        return cls(name, tuple(argument.strip() for argument in arguments))

    def __str__(self) -> str:
        return f"{self.name}({','.join(self.arguments)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """Orient, crop, resize, flip, then the filters in their order.

    With one of `width` and `height` the other follows the proportions; with neither the size stays.
    `upscale=False` never enlarges: a fill takes the smaller of box and picture on each axis, as
    thumbor's no_upscale does. `smart` lets the picture's content choose what survives a crop.
    """

    crop: CropBox | None = None
    width: int | None = None
    height: int | None = None
    fit: Fit = Fit.FILL
    halign: HAlign = HAlign.CENTER
    valign: VAlign = VAlign.MIDDLE
    smart: bool = False
    flip_horizontal: bool = False
    flip_vertical: bool = False
    upscale: bool = False
    filters: tuple[FilterCall, ...] = ()

    def __post_init__(self) -> None:
        for name, side in (("width", self.width), ("height", self.height)):
            if side is not None and not (isinstance(side, int) and 1 <= side <= MAX_SIDE):
                raise InvalidTransform(
                    f"The {name} {side} is not valid.", remedy=f"Give 1 to {MAX_SIDE:,} pixels."
                )
        if len(self.filters) > MAX_FILTERS:
            raise InvalidTransform(f"{len(self.filters)} filters are more than {MAX_FILTERS}.")
        if any(len(a) > MAX_ARGUMENT for call in self.filters for a in call.arguments):
            raise InvalidTransform(f"A filter's argument is longer than {MAX_ARGUMENT} characters.")

    def with_filter(self, name: str, *arguments: object) -> "Transform":
        """This transform with one more filter at its end."""
        return replace(self, filters=(*self.filters, FilterCall(name, tuple(map(str, arguments)))))

    def path(self) -> str:
        """The canonical text: equal transforms have equal paths, in thumbor's grammar."""
        return "/".join(part for part in self._parts() if part)

    def _parts(self) -> list[str]:
        box = self.crop
        return [
            f"{box.x}x{box.y}:{box.x + box.w}x{box.y + box.h}" if box else "",
            {Fit.INSIDE: "fit-in", Fit.COVER: "full-fit-in"}.get(self.fit, ""),
            f"{'-' * self.flip_horizontal}{self.width or 0}"
            f"x{'-' * self.flip_vertical}{self.height or 0}",
            "" if self.halign is HAlign.CENTER else self.halign.value,
            "" if self.valign is VAlign.MIDDLE else self.valign.value,
            "smart" if self.smart else "",
            self._filters_part(),
        ]

    def _filters_part(self) -> str:
        # thumbor enlarges to fill and never to fit in; the exceptions are filters of its grammar.
        implied = []
        if self.fit is Fit.STRETCH:
            implied.append("stretch()")
        if self.fit is Fit.INSIDE and self.upscale:
            implied.append("upscale()")
        if self.fit is not Fit.INSIDE and not self.upscale:
            implied.append("no_upscale()")
        calls = [*implied, *map(str, self.filters)]
        return "filters:" + ":".join(calls) if calls else ""
