"""A picture's main colours: k-means in OKLab, where distances are as the eye sees them.

OKLab is Björn Ottosson's (https://bottosson.github.io/posts/oklab/). The pixels are first gathered
into some hundreds of colours, so that the work has a bound; the first centres are those that are
farthest from one another, by weight, so that the same picture gives the same palette every time.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tintype.info import Swatch

MOST = 6  # colours
_ROUNDS = 12
_STEP = 16  # levels of a channel that are gathered into one
_ALIKE = 0.07  # distance in OKLab below which two colours are one
_LEAST = 0.005  # of the picture; what is less is not told
_VISIBLE = 128  # alpha from which a pixel counts

Point = tuple[float, float, float]


@dataclass(slots=True)
class _Gathered:
    """Like pixels: how many, where their mean is in OKLab, and the sums of red, green and blue."""

    count: int
    at: Point
    sums: tuple[int, int, int]


def palette(rgba: bytes, most: int = MOST) -> tuple[Swatch, ...]:
    """The main colours of pixels of four bytes, largest share first; none for what is invisible."""
    points = _gathered(rgba)
    total = sum(point.count for point in points)
    if not total:
        return ()
    groups = _merged(_grouped(points, _centres(points, most)))
    shares = [(sum(p.count for p in group) / total, group) for group in groups]
    shares.sort(key=lambda pair: pair[0], reverse=True)
    kept = [pair for pair in shares if pair[0] >= _LEAST]
    return tuple(Swatch(_mean_color(group), round(share, 4)) for share, group in kept)


def average_color(rgb: bytes) -> str:
    """The mean of pixels of three bytes, as `#rrggbb`."""
    count = max(1, len(rgb) // 3)
    return "#" + "".join(f"{round(sum(rgb[band::3]) / count):02x}" for band in range(3))


def _gathered(rgba: bytes) -> list[_Gathered]:
    sums: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for r, g, b, a in zip(rgba[::4], rgba[1::4], rgba[2::4], rgba[3::4], strict=True):
        if a >= _VISIBLE:
            cell = sums[r // _STEP, g // _STEP, b // _STEP]
            cell[0] += 1
            cell[1] += r
            cell[2] += g
            cell[3] += b
    return [_Gathered(n, _oklab(r / n, g / n, b / n), (r, g, b)) for n, r, g, b in sums.values()]


def _centres(points: Sequence[_Gathered], most: int) -> list[Point]:
    """The heaviest point, then again and again the one that is farthest and heaviest."""
    centres = [max(points, key=lambda point: point.count).at]
    nearest = [_distance(point.at, centres[0]) for point in points]
    while len(centres) < most:
        worth = [gap * point.count for gap, point in zip(nearest, points, strict=True)]
        best = max(range(len(points)), key=worth.__getitem__)
        if nearest[best] < _ALIKE**2:
            break
        centres.append(points[best].at)
        nearest = [
            min(gap, _distance(point.at, centres[-1]))
            for gap, point in zip(nearest, points, strict=True)
        ]
    return centres


def _grouped(points: Sequence[_Gathered], centres: list[Point]) -> list[list[_Gathered]]:
    groups: list[list[_Gathered]] = []
    for _ in range(_ROUNDS):
        groups = [[] for _ in centres]
        for point in points:
            gaps = [_distance(point.at, centre) for centre in centres]
            groups[gaps.index(min(gaps))].append(point)
        groups = [group for group in groups if group]
        moved = [_mean(group) for group in groups]
        if moved == centres:
            break
        centres = moved
    return groups


def _merged(groups: list[list[_Gathered]]) -> list[list[_Gathered]]:
    """Groups that have come to look alike are one."""
    done: list[list[_Gathered]] = []
    for group in groups:
        twin = next((g for g in done if _distance(_mean(g), _mean(group)) < _ALIKE**2), None)
        if twin is None:
            done.append(group)
        else:
            twin.extend(group)
    return done


def _mean(group: Sequence[_Gathered]) -> Point:
    total = sum(point.count for point in group)
    one, two, three = (sum(p.at[i] * p.count for p in group) / total for i in range(3))
    return one, two, three


def _mean_color(group: Sequence[_Gathered]) -> str:
    total = sum(point.count for point in group)
    return "#" + "".join(f"{round(sum(p.sums[i] for p in group) / total):02x}" for i in range(3))


def _distance(one: Point, other: Point) -> float:
    """Squared."""
    a, b, c = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return a * a + b * b + c * c


def _oklab(red: float, green: float, blue: float) -> Point:
    r, g, b = (_linear(value / 255) for value in (red, green, blue))
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
