"""The filter `curve`."""

import re
from bisect import bisect_right
from itertools import pairwise
from typing import Annotated

from pyvips import Image

from tintype.filters.arguments import Argument
from tintype.filters.tables import mapped, table

MOST_POINTS = 64
_POINT = re.compile(r"\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)\s*(?:,\s*|$)", re.ASCII)

Points = tuple[tuple[int, int], ...]


def _read_points(text: str) -> Points:
    """Read `[(x,y),…]`; x rises."""
    if not (text.startswith("[") and text.endswith("]")):
        raise ValueError(text)
    inside, place = text[1:-1].strip(), 0
    points: list[tuple[int, int]] = []
    while place < len(inside) and len(points) <= MOST_POINTS:
        match = _POINT.match(inside, place)
        if not match:
            raise ValueError(text)
        points.append((int(match[1]), int(match[2])))
        place = match.end()
    rises = all(one[0] < other[0] for one, other in pairwise(points))
    if not (0 < len(points) <= MOST_POINTS and rises and max(map(max, points)) <= 255):
        raise ValueError(text)
    return tuple(points)


CurvePoints = Annotated[
    Points, Argument("points with rising x: [(x,y),(x,y),…], each 0 to 255", _read_points)
]


def curve(
    image: Image, all: CurvePoints, red: CurvePoints, green: CurvePoints, blue: CurvePoints
) -> Image:
    """Tone curves through the points given: of each channel, then of all."""
    whole = _drawn(all)
    return mapped(image, [_drawn(points).translate(whole) for points in (red, green, blue)])


def _drawn(points: Points) -> bytes:
    """A natural cubic spline through the points, level before the first and after the last."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    bends = _second_derivatives(xs, ys)

    def at(x: int) -> float:
        if x <= xs[0] or x >= xs[-1]:
            return ys[0] if x <= xs[0] else ys[-1]
        i = bisect_right(xs, x) - 1
        width = xs[i + 1] - xs[i]
        b = (x - xs[i]) / width
        a = 1 - b
        bend = (a**3 - a) * bends[i] + (b**3 - b) * bends[i + 1]
        return a * ys[i] + b * ys[i + 1] + width * width / 6 * bend

    return table(lambda x: max(at(x), 0) + 0.5)


def _second_derivatives(xs: list[int], ys: list[int]) -> list[float]:
    """Of a natural spline at its knots: a tridiagonal system, swept forwards and backwards."""
    upper, right = [0.0], [0.0]
    for i in range(1, len(xs) - 1):
        before, after = xs[i] - xs[i - 1], xs[i + 1] - xs[i]
        rise = (ys[i + 1] - ys[i]) / after - (ys[i] - ys[i - 1]) / before
        pivot = (before + after) / 3 - before / 6 * upper[-1]
        right.append((rise - before / 6 * right[-1]) / pivot)
        upper.append(after / 6 / pivot)
    bends = [0.0]
    for slope, value in zip(reversed(upper), reversed(right), strict=True):
        bends.append(value - slope * bends[-1])
    return bends[::-1]
