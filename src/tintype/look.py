"""Look: how a result is to look, in keywords; the shorter way to write a transform."""

from collections.abc import Mapping, Sequence
from typing import TypedDict, TypeVar, Unpack

from tintype.errors import InvalidTransform
from tintype.transform import CropBox, FilterCall, Fit, HAlign, Transform, VAlign

T = TypeVar("T")

FITS = {fit.value: fit for fit in Fit}
GRAVITIES = {
    "center": (HAlign.CENTER, VAlign.MIDDLE),
    "smart": (HAlign.CENTER, VAlign.MIDDLE),
    "top": (HAlign.CENTER, VAlign.TOP),
    "bottom": (HAlign.CENTER, VAlign.BOTTOM),
    "left": (HAlign.LEFT, VAlign.MIDDLE),
    "right": (HAlign.RIGHT, VAlign.MIDDLE),
    "top-left": (HAlign.LEFT, VAlign.TOP),
    "top-right": (HAlign.RIGHT, VAlign.TOP),
    "bottom-left": (HAlign.LEFT, VAlign.BOTTOM),
    "bottom-right": (HAlign.RIGHT, VAlign.BOTTOM),
}
FLIPS = {"": (False, False), "horizontal": (True, False), "vertical": (False, True)}
FLIPS["both"] = (True, True)


class Finish(TypedDict, total=False):
    """What is done after resizing, and how the result is written."""

    rotate: int | None  # degrees clockwise
    background: str | None  # where transparency ends: white, ff8800, …
    format: str | None  # jpeg, png, webp, avif, gif, tiff; else the original's
    quality: int | None  # 1 to 100, for jpeg, webp and avif
    effort: int | None  # 0 to 10: more time, fewer bytes
    progressive: bool  # jpeg, png, gif
    lossless: bool  # webp, avif
    keep: str | Sequence[str]  # metadata not to strip: copyright, icc, exif, gps, iptc, xmp, all
    filters: Sequence[FilterCall | str]  # any others, such as "blur(3)", in their order


class Look(Finish, total=False):
    """Every keyword of `thumbnail` and `crop`. Sizes in pixels."""

    crop: CropBox | None  # cut out first
    width: int | None
    height: int | None  # one of the two: the other follows
    fit: str  # width × height is: fill (cover and crop), inside, cover, stretch
    gravity: str  # which part survives a fill: one of nine positions, or smart
    upscale: bool  # False: never larger than the original
    flip: str  # horizontal, vertical, both


def transform_of(
    *,
    crop: CropBox | None = None,
    width: int | None = None,
    height: int | None = None,
    fit: str = "fill",
    gravity: str = "center",
    upscale: bool = False,
    flip: str = "",
    **finish: Unpack[Finish],
) -> Transform:
    """The transform that keywords describe. Raises InvalidTransform for a word it does not know."""
    if unknown := finish.keys() - Finish.__annotations__.keys():
        raise InvalidTransform(
            f"There is no keyword {min(unknown)!r}.",
            remedy=f"Known: {', '.join(Look.__annotations__)}.",
        )
    for name, side in (("width", width), ("height", height)):
        _check_number(name, side)
    halign, valign = _choice("gravity", gravity, GRAVITIES)
    flip_horizontal, flip_vertical = _choice("flip", flip, FLIPS)
    return Transform(
        crop=crop,
        width=width,
        height=height,
        fit=_fit(fit, width, height),
        halign=halign,
        valign=valign,
        smart=gravity == "smart",
        flip_horizontal=flip_horizontal,
        flip_vertical=flip_vertical,
        upscale=upscale,
        filters=tuple(_filters(finish)),
    )


def _check_number(name: str, value: object) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise InvalidTransform(
            f"The {name} is {value!r:.40}, which is not a whole number.",
            remedy=f"Give pixels, such as {name}=300.",
        )


def _fit(word: str, width: int | None, height: int | None) -> Fit:
    """With one side all fits are one; thumbor's rounding would lose a pixel of a fit inside."""
    found = _choice("fit", word, FITS)
    return found if width and height else Fit.FILL


def _choice(name: str, word: str, choices: Mapping[str, T]) -> T:
    if word not in choices:
        known = ", ".join(filter(None, choices))
        raise InvalidTransform(f"There is no {name} {word[:40]!r}.", remedy=f"Known: {known}.")
    return choices[word]


def _filters(finish: Finish) -> list[FilterCall]:
    rotate = finish.get("rotate")
    calls = [
        ("rotate", None if rotate is None else -rotate % 360),  # thumbor counts the other way
        ("background_color", finish.get("background")),
        ("format", finish.get("format")),
        ("quality", finish.get("quality")),
        ("effort", finish.get("effort")),
    ]
    result = [FilterCall(name, (str(value),)) for name, value in calls if value is not None]
    result += [FilterCall(name) for name in ("progressive", "lossless") if finish.get(name)]
    if keep := finish.get("keep"):
        result.append(FilterCall("keep", (keep,) if isinstance(keep, str) else tuple(keep)))
    others = finish.get("filters", ())
    return [*(FilterCall.parse(f) if isinstance(f, str) else f for f in others), *result]
