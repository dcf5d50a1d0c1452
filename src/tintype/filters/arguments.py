"""The kinds of arguments that filters take: how each is read, and how it is called in an error."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from tintype import formats
from tintype.filters.colours import COLOURS
from tintype.filters.encoding import Keep

F = TypeVar("F", bound=Callable[..., Any])
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Argument:
    """Reads one argument; raises ValueError for a text that is not what `wants` says."""

    wants: str
    read: Callable[[str], Any]


def checked(check: Callable[..., None]) -> Callable[[F], F]:
    """For arguments that must fit one another: `check` gets them all, when they are read, and
    raises ValueError with a sentence.
    """

    def mark(function: F) -> F:
        function.check = check  # type: ignore[attr-defined]
        return function

    return mark


def whole(least: int, most: int) -> Argument:
    """A whole number."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?\d{1,15}", text, re.ASCII) or not least <= int(text) <= most:
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


def word(wants: str, pattern: str) -> Argument:
    """A text of a certain form. The pattern must be linear."""
    compiled = re.compile(pattern, re.ASCII)

    def read(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(text)
        return text

    return Argument(wants, read)


def either(special: str, other: Argument) -> Argument:
    """A word, which is read as None, or something else."""

    def read(text: str) -> Any:
        return None if text.lower() == special else other.read(text)

    return Argument(f"{other.wants}, or {special}", read)


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


def read_colour(text: str) -> Colour:
    """A colour by its CSS name or in hexadecimal; ValueError else."""
    digits = COLOURS.get(text.lower(), text.removeprefix("#"))
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        raise ValueError(text)
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def _read_picture(text: str) -> str:
    if not text or len(text) > 2_000 or not text.isprintable():
        raise ValueError(text)
    return text


PICTURE = Argument("the address of a picture, as in a URL", _read_picture)
COLOUR = Argument("a colour: a CSS name, or rrggbb or rgb in hexadecimal", read_colour)
_WRITABLE = ", ".join(f.name for f in formats.FORMATS if f.writable)

Percent = Annotated[int, whole(1, 100)]
Change = Annotated[int, whole(-100, 100)]
Share = Annotated[int, whole(0, 100)]
Level = Annotated[int, whole(0, 255)]
Effort = Annotated[int, whole(0, 10)]
Seconds = Annotated[int, whole(0, 10 * 365 * 86_400)]
Degrees = Annotated[float, decimal(-3600, 3600)]
Radius = Annotated[float, decimal(0.1, 10_000)]
Strength = Annotated[float, decimal(0, 20)]
Truth = Annotated[bool, Argument("true or false", _read_truth)]
FormatName = Annotated[formats.Format, Argument(f"one of {_WRITABLE}", _read_format)]
KeepKind = Annotated[frozenset[Keep], Argument(f"one of {', '.join(Keep)}, all", _read_keep)]
ColourName = Annotated[Colour, COLOUR]
PictureName = Annotated[str, PICTURE]
