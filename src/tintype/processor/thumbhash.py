"""ThumbHash: a picture's lowest frequencies, its shape and transparency, in some 25 bytes.

The format is Evan Wallace's, published at https://evanw.github.io/thumbhash/: luminance, two
colour differences and alpha, each by a cosine transform without its higher corner, in 4 bits a
factor.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

LARGEST = 100  # pixels of a side
_NOTHING = 1e-9  # what is less is an error of rounding


@dataclass(frozen=True, slots=True)
class _Channel:
    """The mean, the factors from -1 to 1, and what they are to be multiplied with."""

    mean: float
    factors: tuple[float, ...]
    scale: float

    def nibbles(self) -> list[int]:
        """Each factor in 4 bits; 0 for all where there is nothing to multiply with."""
        if self.scale < _NOTHING:
            return [0] * len(self.factors)
        return [_rounded(7.5 + 7.5 * factor / self.scale) for factor in self.factors]


def thumbhash(rgba: bytes, width: int, height: int) -> bytes:
    """The hash of `width` × `height` pixels of four bytes, alpha not multiplied in."""
    assert max(width, height) <= LARGEST
    assert len(rgba) == 4 * width * height
    luminance, yellow_blue, red_green, alpha = _planes(rgba)
    transparent = sum(alpha) < len(alpha) - 1e-9
    most, longer = (5 if transparent else 7), max(width, height)
    across = max(1, _rounded(most * width / longer))
    down = max(1, _rounded(most * height / longer))
    light = _channel(luminance, width, max(3, across), max(3, down))
    yellow = _channel(yellow_blue, width, 3, 3)
    red = _channel(red_green, width, 3, 3)
    opacity = _channel(alpha, width, 5, 5) if transparent else None
    head = _head(light, yellow, red, transparent=transparent)
    landscape = width > height
    head |= _tail(landscape, down if landscape else across, yellow, red) << 24
    bits = list(head.to_bytes(5, "little"))
    if opacity:
        bits.append(_rounded(15 * opacity.mean) | _rounded(15 * opacity.scale) << 4)
    channels = [light, yellow, red] + ([opacity] if opacity else [])
    nibbles = [nibble for channel in channels for nibble in channel.nibbles()]
    nibbles += [0] * (len(nibbles) % 2)
    return bytes(bits) + bytes(
        low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True)
    )


def _head(light: _Channel, yellow: _Channel, red: _Channel, *, transparent: bool) -> int:
    return (
        _rounded(63 * light.mean)
        | _rounded(31.5 + 31.5 * yellow.mean) << 6
        | _rounded(31.5 + 31.5 * red.mean) << 12
        | _rounded(31 * light.scale) << 18
        | transparent << 23
    )


def _tail(landscape: bool, shorter: int, yellow: _Channel, red: _Channel) -> int:
    scales = _rounded(63 * yellow.scale) << 3 | _rounded(63 * red.scale) << 9
    return shorter | scales | landscape << 15


def _planes(rgba: bytes) -> tuple[list[float], list[float], list[float], list[float]]:
    """Luminance, yellow against blue, red against green, on the average colour; and alpha."""
    alpha = [a / 255 for a in rgba[3::4]]
    weight = sum(alpha)
    bands = []
    for band in range(3):
        values = [a * v / 255 for a, v in zip(alpha, rgba[band::4], strict=True)]
        average = sum(values) / weight if weight else 0.0
        bands.append([v + average * (1 - a) for v, a in zip(values, alpha, strict=True)])
    pixels = list(zip(*bands, strict=True))
    luminance = [(r + g + b) / 3 for r, g, b in pixels]
    return luminance, [(r + g) / 2 - b for r, g, b in pixels], [r - g for r, g, _ in pixels], alpha


def _channel(plane: Sequence[float], width: int, across: int, down: int) -> _Channel:
    """The frequencies (i, j) with i / across + j / down below 1."""
    height = len(plane) // width
    down_waves = _waves(height, down)
    by_row = [
        [sum(map(mul, plane[y * width : (y + 1) * width], wave)) for y in range(height)]
        for wave in _waves(width, across)
    ]
    mean, *others = (
        sum(map(mul, by_row[i], down_waves[j])) / (width * height)
        for j in range(down)
        for i in range(across)
        if i * down < across * (down - j)
    )
    return _Channel(mean, tuple(others), max(map(abs, others), default=0.0))


def _waves(side: int, count: int) -> list[list[float]]:
    return [[math.cos(math.pi / side * k * (at + 0.5)) for at in range(side)] for k in range(count)]


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)
