"""BlurHash: a picture's few lowest frequencies as a short text.

The format is published at https://github.com/woltapp/blurhash (Algorithm.md): a cosine transform
of linear light with `across` × `down` components, the first of them with 24 bits, each other in
two digits of base 83, all on one scale.
"""

import math
from collections.abc import Sequence
from itertools import product
from operator import mul

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_LINEAR = [
    v / 255 / 12.92 if v <= 0.04045 * 255 else ((v / 255 + 0.055) / 1.055) ** 2.4
    for v in range(256)
]
Component = tuple[float, float, float]


def blurhash(rgb: bytes, width: int, height: int, across: int = 4, down: int = 3) -> str:
    """The hash of `width` × `height` pixels of three bytes; 1 to 9 components on each axis.

    Time grows with the pixels and the components: 64 × 64 and 4 × 3 take some milliseconds.
    """
    assert len(rgb) == 3 * width * height
    assert 1 <= across <= 9
    assert 1 <= down <= 9
    planes = [[_LINEAR[value] for value in rgb[band::3]] for band in range(3)]
    bands = [_frequencies(plane, width, across, down) for plane in planes]
    first, *others = zip(*bands, strict=True)
    peak = max((abs(value) for each in others for value in each), default=0.0)
    scale = max(0, min(82, math.floor(peak * 166 - 0.5)))
    highest = (scale + 1) / 166
    return (
        _base_83((across - 1) + (down - 1) * 9, 1)
        + _base_83(scale if others else 0, 1)
        + _base_83(_first(first), 4)
        + "".join(_base_83(_other(each, highest), 2) for each in others)
    )


def _frequencies(plane: Sequence[float], width: int, across: int, down: int) -> list[float]:
    """The components of one band, row by row; the first has half the weight of the others."""
    height = len(plane) // width
    by_row = [
        [sum(map(mul, plane[y * width : (y + 1) * width], wave)) for y in range(height)]
        for wave in _waves(width, across)
    ]
    down_waves = _waves(height, down)
    return [
        sum(map(mul, by_row[i], down_waves[j])) * (2 if i or j else 1) / (width * height)
        for j, i in product(range(down), range(across))
    ]


def _waves(side: int, count: int) -> list[list[float]]:
    return [[math.cos(math.pi * k * at / side) for at in range(side)] for k in range(count)]


def _first(component: Component) -> int:
    red, green, blue = map(_srgb, component)
    return (red << 16) + (green << 8) + blue


def _other(component: Component, highest: float) -> int:
    red, green, blue = (_signed_root(value / highest) for value in component)
    return red * 19 * 19 + green * 19 + blue


def _signed_root(value: float) -> int:
    return max(0, min(18, math.floor(math.copysign(math.sqrt(abs(value)), value) * 9 + 9.5)))


def _srgb(light: float) -> int:
    light = max(0.0, min(1.0, light))
    if light <= 0.0031308:
        return int(light * 12.92 * 255 + 0.5)
    return int((1.055 * light ** (1 / 2.4) - 0.055) * 255 + 0.5)


def _base_83(value: int, length: int) -> str:
    return "".join(_DIGITS[value // 83**place % 83] for place in range(length - 1, -1, -1))
