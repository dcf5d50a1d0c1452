"""imgproxy's processing options: how each is read. Those that its paid edition adds are refused."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tintype import formats
from tintype.errors import InvalidTransform
from tintype.urls.imgproxy_geometry import COMPASS, Gravity, Rules
from tintype.urls.imgproxy_refused import refusal
from tintype.urls.imgproxy_text import decoded_base64, unescaped

_NUMBER = re.compile(r"[+-]?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})", re.ASCII)
_COLOUR = re.compile(r"[0-9a-fA-F]{6}|[0-9a-fA-F]{3}", re.ASCII)
_TRUE = {"1", "t", "T", "TRUE", "true", "True"}  # Go's strconv.ParseBool
_FALSE = {"0", "f", "F", "FALSE", "false", "False", ""}
RESIZING_TYPES = ("fit", "fill", "fill-down", "force", "auto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything that a URL's options say; `rules` are those that need the picture's size."""

    rules: Rules = field(default_factory=Rules)
    trim: float | None = None
    background: str | None = None  # rrggbb
    blur: float = 0
    sharpen: float = 0
    pixelate: int = 0
    watermark: tuple[float, str, float, float, float] | None = None
    quality: int = 0
    format_quality: tuple[tuple[str, int], ...] = ()
    max_bytes: int = 0
    format: str | None = None  # by our name
    strip_metadata: bool = True
    keep_copyright: bool = False
    strip_color_profile: bool = True
    filename: str = ""
    attachment: bool = False
    expires: int = 0  # seconds since 1970


Arguments = Sequence[str]
Apply = Callable[[Options, Arguments], Options]


def apply(options: Options, name: str, arguments: Arguments) -> Options:
    """The options with one more; InvalidTransform names the option that is wrong or unknown."""
    known = _OPTIONS.get(name)
    if known is None:
        raise refusal(name)
    try:
        return known(options, arguments)
    except (ValueError, IndexError):
        text = ":".join((name, *arguments))[:80]
        raise InvalidTransform(
            f"The option {text!r} is not valid.", remedy=f"See imgproxy's option {name}."
        ) from None


# Kinds of arguments. Each raises ValueError.


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text)


def _from(least: float, most: float = math.inf) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = _number(text)
        if not least <= value <= most:
            raise ValueError(text)
        return value

    return read


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


def _seconds(text: str) -> int:
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII) or int(text) > 4_102_444_800:  # year 2100
        raise ValueError(text)
    return int(text)


def _factor(text: str) -> float:
    if not 0 < (value := _number(text)) <= 100:
        raise ValueError(text)
    return value


def _truth(text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(text)


def _percent(text: str) -> int:
    if (value := _whole(text)) > 100:
        raise ValueError(text)
    return value


def _format(text: str) -> str:
    found = formats.by_name(text)
    if found is None or not found.writable:
        raise InvalidTransform(
            f"The format {text[:20]!r} is not written.",
            remedy=f"Known: {', '.join(f.name for f in formats.FORMATS if f.writable)}.",
        )
    return found.name


def _colour(text: str) -> str:
    if not _COLOUR.fullmatch(text):
        raise ValueError(text)
    return (text if len(text) == 6 else "".join(c * 2 for c in text)).lower()


def _at_most(arguments: Arguments, most: int) -> list[str]:
    """All arguments; those that are left out are empty."""
    if len(arguments) > most:
        raise ValueError(arguments)
    return [*arguments, *[""] * (most - len(arguments))]


def gravity(arguments: Arguments, *, smart: bool = True) -> Gravity:
    """`type:x:y`; a focus point needs both and lies inside, smart takes none."""
    kind, x, y = _at_most(arguments, 3)
    if kind == "sm" and smart and not (x or y):
        return Gravity("sm")
    if kind == "fp":
        inside = _from(0, 1)
        return Gravity("fp", inside(x), inside(y))
    if kind not in COMPASS:
        raise ValueError(kind)
    return Gravity(kind, _number(x or "0"), _number(y or "0"))


# Options. A meta-option passes over arguments that are left out.


def _rule(name: str, read: Callable[[str], Any]) -> Apply:
    def change(options: Options, arguments: Arguments) -> Options:
        (text,) = arguments
        return replace(options, rules=replace(options.rules, **{name: read(text)}))

    return change


def _plain(name: str, read: Callable[[str], Any]) -> Apply:
    def change(options: Options, arguments: Arguments) -> Options:
        (text,) = arguments
        return replace(options, **{name: read(text)})

    return change


def _ruled(options: Options, **changes: Any) -> Options:
    return replace(options, rules=replace(options.rules, **changes))


def _resizing_type(text: str) -> str:
    if text not in RESIZING_TYPES:
        raise ValueError(text)
    return text


def _resize(options: Options, arguments: Arguments) -> Options:
    if arguments[0]:
        options = _ruled(options, resizing_type=_resizing_type(arguments[0]))
    return _size(options, arguments[1:])


def _size(options: Options, arguments: Arguments) -> Options:
    width, height, enlarge, extend, *rest = _at_most(arguments, 7)
    if width:
        options = _ruled(options, width=_whole(width))
    if height:
        options = _ruled(options, height=_whole(height))
    if enlarge:
        options = _ruled(options, enlarge=_truth(enlarge))
    if extend:
        options = _extend(options, [extend, *(text for text in rest if text)])
    return options


def _extended(arguments: Arguments) -> Gravity | None:
    enabled = _truth(arguments[0])
    where = gravity(arguments[1:], smart=False) if len(arguments) > 1 else Gravity("ce")
    return where if enabled else None


def _extend(options: Options, arguments: Arguments) -> Options:
    return _ruled(options, extend=_extended(arguments))


def _extend_aspect_ratio(options: Options, arguments: Arguments) -> Options:
    return _ruled(options, extend_ratio=_extended(arguments))


def _zoom(options: Options, arguments: Arguments) -> Options:
    x, y = _at_most(arguments, 2)
    return _ruled(options, zoom_x=_factor(x), zoom_y=_factor(y or x))


def _gravity(options: Options, arguments: Arguments) -> Options:
    return _ruled(options, gravity=gravity(arguments))


def _crop(options: Options, arguments: Arguments) -> Options:
    width, height = (_from(0)(text or "0") for text in (*arguments[:2], "")[:2])
    where = gravity(arguments[2:]) if len(arguments) > 2 else None
    if where and where.kind == "sm":
        raise InvalidTransform(
            "The option crop does not take the gravity sm.",
            remedy="Crop by resize:fill with gravity:sm.",
        )
    return _ruled(options, crop_width=width, crop_height=height, crop_gravity=where)


def _trim(options: Options, arguments: Arguments) -> Options:
    threshold, colour, across, down = _at_most(arguments, 4)
    if colour or _truth(across) or _truth(down):
        raise InvalidTransform(
            "The option trim takes a threshold only.",
            remedy="The colour is that of the top left corner; leave the others out.",
        )
    return replace(options, trim=_from(0, 442)(threshold) if threshold else None)


def _padding(options: Options, arguments: Arguments) -> Options:
    top, right, bottom, left = _at_most(arguments, 4)
    right, bottom = right or top, bottom or top
    sides = [_whole(text or "0") for text in (top, right, bottom, left or right)]
    return _ruled(options, padding=tuple(sides))


def _auto_rotate(options: Options, arguments: Arguments) -> Options:
    if not _truth(*arguments):
        raise InvalidTransform(
            "The option auto_rotate cannot be switched off.",
            remedy="Pictures are always turned as their metadata say.",
        )
    return options


def _rotate(options: Options, arguments: Arguments) -> Options:
    (text,) = arguments
    degrees = int(_number(text))
    if degrees % 90 or degrees != _number(text):
        raise ValueError(text)
    return _ruled(options, rotate=degrees % 360)


def _flip(options: Options, arguments: Arguments) -> Options:
    across, down = _at_most(arguments, 2)
    return _ruled(options, flip_x=_truth(across), flip_y=_truth(down))


def _background(options: Options, arguments: Arguments) -> Options:
    if len(arguments) == 3:
        parts = [_whole(text) for text in arguments]
        return replace(options, background=bytes(parts).hex())  # ValueError above 255
    (text,) = arguments
    return replace(options, background=_colour(text) if text else None)


def _format_quality(options: Options, arguments: Arguments) -> Options:
    if len(arguments) % 2:
        raise ValueError(arguments)
    found = dict(options.format_quality)
    for name, quality in zip(arguments[::2], arguments[1::2], strict=True):
        found[_format(name)] = _percent(quality)
    return replace(options, format_quality=tuple(sorted(found.items())))


def _watermark(options: Options, arguments: Arguments) -> Options:
    opacity, position, x, y, scale = _at_most(arguments, 5)
    if position and position != "re" and position not in COMPASS:
        raise ValueError(position)
    mark = (
        _from(0, 1)(opacity),
        position or "ce",
        _number(x or "0"),
        _number(y or "0"),
        _from(0, 100)(scale or "0"),
    )
    return replace(options, watermark=mark if mark[0] else None)


def _filename(options: Options, arguments: Arguments) -> Options:
    name, encoded = _at_most(arguments, 2)
    read = decoded_base64 if encoded and _truth(encoded) else unescaped
    return replace(options, filename=read(name))


def _nothing(options: Options, arguments: Arguments) -> Options:
    """The URL differs, and that is all it is for."""
    _at_most(arguments, 1)
    return options


_OPTIONS: dict[str, Apply] = {}
for _names, _apply in {
    "resize rs": _resize,
    "size s": _size,
    "resizing_type rt": _rule("resizing_type", _resizing_type),
    "width w": _rule("width", _whole),
    "height h": _rule("height", _whole),
    "min-width mw": _rule("min_width", _whole),
    "min-height mh": _rule("min_height", _whole),
    "zoom z": _zoom,
    "dpr": _rule("dpr", _factor),
    "enlarge el": _rule("enlarge", _truth),
    "extend ex": _extend,
    "extend_aspect_ratio extend_ar exar": _extend_aspect_ratio,
    "gravity g": _gravity,
    "crop c": _crop,
    "trim t": _trim,
    "padding pd": _padding,
    "auto_rotate ar": _auto_rotate,
    "rotate rot": _rotate,
    "flip fl": _flip,
    "background bg": _background,
    "blur bl": _plain("blur", _from(0, 150)),
    "sharpen sh": _plain("sharpen", _from(0, 150)),
    "pixelate pix": _plain("pixelate", _whole),
    "watermark wm": _watermark,
    "strip_metadata sm": _plain("strip_metadata", _truth),
    "keep_copyright kcr": _plain("keep_copyright", _truth),
    "strip_color_profile scp": _plain("strip_color_profile", _truth),
    "quality q": _plain("quality", _percent),
    "format_quality fq": _format_quality,
    "max_bytes mb": _plain("max_bytes", _whole),
    "format f ext": _plain("format", _format),
    "cachebuster cb": _nothing,
    "expires exp": _plain("expires", _seconds),
    "filename fn": _filename,
    "return_attachment att": _plain("attachment", _truth),
}.items():
    _OPTIONS |= dict.fromkeys(_names.split(), _apply)
