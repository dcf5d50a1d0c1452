"""Where to cut a picture that was decoded smaller, so that the crop lands on whole pixels.

A crop box in pixels of the file seldom falls on whole pixels of a decode at 1/2, 1/4 or 1/8, and a
cut there would move the result by most of a pixel. But the cut may begin earlier, and among a few
places there is one from which a whole number of result pixels leads to the box's edge.
"""

import math
from dataclasses import dataclass

_TRIES = 16  # places looked at; the crop is then off by about 1/32 of a pixel of the result


@dataclass(frozen=True, slots=True)
class Window:
    """On one axis: cut `length` pixels from `start`, scale by `scale`, then skip `skip` pixels."""

    start: int
    length: int
    scale: float
    skip: int


def window(edge: float, scale: float, result: int, side: int) -> Window:
    """The window for `result` pixels whose first begins at `edge`.

    `edge` and `side` are in pixels of the decoded picture, `scale` is below 1. The window has at
    least `result` pixels behind its skip when it is scaled, as libvips rounds.
    """
    first = int(edge)
    starts = range(max(0, first - _TRIES), first + 1)
    start = min(starts, key=lambda place: _from_whole((edge - place) * scale))
    skip = round((edge - start) * scale)
    least = math.ceil((skip + result - 0.5) / scale)
    longest = side - start
    lengths = [n for n in range(least, least + _TRIES) if n <= longest] or [longest]
    length = min(lengths, key=lambda n: _from_whole(n * scale))
    if round(length * scale) < skip + result:
        scale = (skip + result) / length  # at the far edge a rounded decode is short of a fraction
    return Window(start, length, scale, skip)


def _from_whole(value: float) -> float:
    """The distance to the next whole number."""
    return abs(value - round(value))
