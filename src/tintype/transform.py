"""Transform: the complete recipe for a rendition, a value."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, Protocol

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
class CropEdges:
    """A box by its four edges, as thumbor's URLs have it; each a coordinate, or a share below 1.

    It is cut off at the picture's edges; one that is empty then is ignored, as thumbor does.
    """

    left: float
    top: float
    right: float
    bottom: float

    @property
    def shares(self) -> bool:
        """Whether the edges are shares of the picture's sides."""
        edges = (self.left, self.top, self.right, self.bottom)
        return max(edges) <= 1 and any(edge % 1 for edge in edges)

    def __str__(self) -> str:
        left, top, right, bottom = map(_number, (self.left, self.top, self.right, self.bottom))
        return f"{left}x{top}:{right}x{bottom}"


def _number(value: float) -> str:
    """The shortest decimal text, never with an exponent; whole numbers without a point."""
    return str(int(value)) if value == int(value) else f"{value:.9f}".rstrip("0")


class Corner(StrEnum):
    """The pixel whose colour is that of the border."""

    TOP_LEFT = "top-left"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(frozen=True, slots=True)
class Trim:
    """Cut off a border of one colour; `tolerance` is a Euclidean distance in RGB, 0 to 442."""

    corner: Corner = Corner.TOP_LEFT
    tolerance: int = 0


@dataclass(frozen=True, slots=True)
class Padding:
    """Pixels added around the result, in the colour of the filter `fill`, else white."""

    left: int
    top: int
    right: int
    bottom: int

    def __str__(self) -> str:
        return f"{self.left}x{self.top}:{self.right}x{self.bottom}"


Side = int | Literal["orig"] | None  # "orig": the side of the picture itself; None: it follows


@dataclass(frozen=True, slots=True)
class FilterCall:
    """One filter with its arguments as text, as in a URL: `quality(80)`."""

    name: str
    arguments: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "FilterCall":
        """Read `name(a,b)` or `name`; no comma within `[…]` or `'…'` parts the arguments.

        What the filter makes of them is its own affair. The inverse of `str`.
        """
        name, bracket, rest = text.strip().partition("(")
        if bracket and not rest.endswith(")"):
            raise InvalidTransform(
                f"The filter {text[:40]!r} has no closing bracket.", remedy="Write it as blur(3)."
            )
        arguments = split_arguments(rest[:-1]) if rest[:-1].strip() else ()
        return cls(name, tuple(argument.strip() for argument in arguments))

    def __str__(self) -> str:
        return f"{self.name}({','.join(self.arguments)})"

    @property
    def path(self) -> str:
        """As a path has it: what would end the call or the filters within it is encoded."""
        return f"{self.name}({_ENDS.sub('%29', ','.join(self.arguments).replace('%', '%25'))})"


_ENDS = re.compile(r"\)(?=[/:])")


def split_arguments(text: str) -> Iterator[str]:
    """Cut at every comma outside `[…]` and `'…'`; linear in the length."""
    start, depth, quoted, begun = 0, 0, False, False
    for place, letter in enumerate(text):
        if letter == "'" and (quoted or not begun):
            quoted = not quoted
        elif quoted:
            continue
        elif letter == "," and not depth:
            yield text[start:place]
            start, begun = place + 1, False
            continue
        depth = max(0, depth + (letter == "[") - (letter == "]"))
        begun = begun or not letter.isspace()
    yield text[start:]


class Rules(Protocol):
    """A grammar whose words mean sizes only once the picture's own size is known.

    `str(rules)` is canonical, without `/`: equal rules have equal texts.
    """

    def apply(self, transform: "Transform", width: int, height: int) -> "Transform":
        """A transform with the filters of the given one and without rules; perhaps a chain."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """Orient, crop, resize, flip, then the filters in their order.

    With one of `width` and `height` the other follows the proportions; with neither the size stays.
    `upscale=False` never enlarges: a fill takes the smaller of box and picture on each axis, as
    thumbor's no_upscale does. `smart` lets the picture's content choose what survives a crop.
    """

    trim: Trim | None = None
    crop: CropBox | CropEdges | None = None
    width: Side = None
    height: Side = None
    adaptive: bool = False  # swap the sides when picture and box differ in orientation
    fit: Fit = Fit.FILL
    halign: HAlign = HAlign.CENTER
    valign: VAlign = VAlign.MIDDLE
    smart: bool = False
    flip_horizontal: bool = False
    flip_vertical: bool = False
    upscale: bool = False
    padding: Padding | None = None
    focal: tuple[CropEdges, ...] = ()  # what a crop keeps, in place of the alignment
    first_frame: bool = False  # of an animation
    debug: bool = False  # draw the focal points instead of resizing
    filters: tuple[FilterCall, ...] = ()
    then: "Transform | None" = None  # another transform, of what this one has made
    rules: "Rules | None" = None  # what the fields above are follows from the picture's size

    def __post_init__(self) -> None:
        for name, side in (("width", self.width), ("height", self.height)):
            if side in (None, "orig"):
                continue
            if not (isinstance(side, int) and 1 <= side <= MAX_SIDE):
                raise InvalidTransform(
                    f"The {name} {side} is not valid.", remedy=f"Give 1 to {MAX_SIDE:,} pixels."
                )
        if len(self.filters) > MAX_FILTERS:
            raise InvalidTransform(f"{len(self.filters)} filters are more than {MAX_FILTERS}.")
        if any(len(a) > MAX_ARGUMENT for call in self.filters for a in call.arguments):
            raise InvalidTransform(f"A filter's argument is longer than {MAX_ARGUMENT} characters.")

    def resolved(self, width: int, height: int) -> "Transform":
        """The transform without rules, for a picture of this size as it is seen."""
        return self.rules.apply(self, width, height) if self.rules else self

    def with_filter(self, name: str, *arguments: object) -> "Transform":
        """This transform with one more filter at its end."""
        return replace(self, filters=(*self.filters, FilterCall(name, tuple(map(str, arguments)))))

    def path(self) -> str:
        """The canonical text, in thumbor's grammar: equal transforms have equal paths, and those
        that differ in what they do have different ones.
        """
        own = "/".join(part for part in self._parts() if part)
        return f"{own}/-/{self.then.path()}" if self.then else own

    def _parts(self) -> list[str]:
        return [
            str(self.rules or ""),
            "debug" if self.debug else "",
            f"trim:{self.trim.corner}:{self.trim.tolerance}" if self.trim else "",
            _edges(self.crop),
            self._fit_part(),
            f"{'-' * self.flip_horizontal}{self.width or 0}"
            f"x{'-' * self.flip_vertical}{self.height or 0}",
            str(self.padding or ""),
            "" if self.halign is HAlign.CENTER else self.halign.value,
            "" if self.valign is VAlign.MIDDLE else self.valign.value,
            "smart" if self.smart else "",
            self._filters_part(),
        ]

    def _fit_part(self) -> str:
        words = {Fit.INSIDE: "fit-in", Fit.COVER: "full-fit-in"}
        if self.fit not in words:
            return ""
        return "adaptive-" * self.adaptive + words[self.fit]

    def _filters_part(self) -> str:
        # thumbor enlarges to fill and never to fit in; the exceptions are filters of its grammar.
        implied = []
        if self.fit is Fit.STRETCH:
            implied.append("stretch()")
        if self.fit is Fit.INSIDE and self.upscale:
            implied.append("upscale()")
        if self.fit is not Fit.INSIDE and not self.upscale:
            implied.append("no_upscale()")
        implied += [f"focal({area})" for area in self.focal]
        implied += ["cover()"] * self.first_frame
        calls = [*implied, *(call.path for call in self.filters)]
        return "filters:" + ":".join(calls) if calls else ""


def _edges(crop: CropBox | CropEdges | None) -> str:
    if isinstance(crop, CropBox):
        return f"{crop.x}x{crop.y}:{crop.x + crop.w}x{crop.y + crop.h}"
    return str(crop or "")
