"""The kinds of arguments that filters take: how each is read, and how it is called in an error."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from tintype import formats
from tintype.filters.encoding import Keep

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Argument:
    """Reads one argument; raises ValueError for a text that is not what `wants` says."""

    wants: str
    read: Callable[[str], Any]


def whole(least: int, most: int) -> Argument:
    """A whole number."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return Argument(f"a whole number from {least} to {most}", read)


def decimal(least: float, most: float) -> Argument:
    """A number with or without a decimal point."""

    def read(text: str) -> float:
        if not re.fullmatch(r"-?(\d{1,9}(\.\d{0,9})?|\.\d{1,9})", text, re.ASCII):
            raise ValueError(text)
        value = float(text)
        if not (math.isfinite(value) and least <= value <= most):
            raise ValueError(text)
        return value

    return Argument(f"a number from {least:g} to {most:g}", read)


def _read_truth(text: str) -> bool:
    if text.lower() not in {"true", "false", "1", "0"}:
        raise ValueError(text)
    return text.lower() in {"true", "1"}


def _read_format(text: str) -> formats.Format:
    found = formats.by_name(text)
    if found is None or not found.writable:
        raise ValueError(text)
    return found


def _read_keep(text: str) -> frozenset[Keep]:
    return frozenset(Keep) if text.lower() == "all" else frozenset({Keep(text.lower())})


def _read_colour(text: str) -> Colour:
    digits = _COLOURS.get(text.lower(), text.removeprefix("#"))
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        raise ValueError(text)
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


_COLOURS = {  # the basic colours of CSS Color Level 3, section 4.1, and orange
    "aqua": "00ffff",
    "black": "000000",
    "blue": "0000ff",
    "fuchsia": "ff00ff",
    "gray": "808080",
    "green": "008000",
    "grey": "808080",
    "lime": "00ff00",
    "maroon": "800000",
    "navy": "000080",
    "olive": "808000",
    "orange": "ffa500",
    "purple": "800080",
    "red": "ff0000",
    "silver": "c0c0c0",
    "teal": "008080",
    "white": "ffffff",
    "yellow": "ffff00",
}

_WRITABLE = ", ".join(f.name for f in formats.FORMATS if f.writable)

Percent = Annotated[int, whole(1, 100)]
Effort = Annotated[int, whole(0, 10)]
Degrees = Annotated[float, decimal(-3600, 3600)]
Radius = Annotated[float, decimal(0.1, 150)]
Strength = Annotated[float, decimal(0, 20)]
Truth = Annotated[bool, Argument("true or false", _read_truth)]
FormatName = Annotated[formats.Format, Argument(f"one of {_WRITABLE}", _read_format)]
KeepKind = Annotated[frozenset[Keep], Argument(f"one of {', '.join(Keep)}, all", _read_keep)]
ColourName = Annotated[
    Colour, Argument("a colour: a basic CSS name, or rrggbb or rgb in hexadecimal", _read_colour)
]
